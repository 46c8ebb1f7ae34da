namespace ChatBot.Shared.Billing;

/// <summary>A month that is closed for good, with the files of its report.</summary>
/// <param name="Month">Such as <c>2026-10</c>. Its periods are those that begin in it.</param>
public sealed record ArchivedPeriod(string Month, ArchivedFile[] Files, DateTimeOffset ArchivedAt);

/// <param name="Format"><c>json</c> or <c>csv</c>, as <c>GET /billing/periods/{month}</c> answers them, but without users.</param>
/// <param name="Name">Of the blob, in the container <c>billing-archive</c>.</param>
/// <param name="Sha256">Of the file, in hexadecimal.</param>
/// <param name="Bytes">Its size.</param>
public sealed record ArchivedFile(string Format, string Name, string Sha256, long Bytes);
