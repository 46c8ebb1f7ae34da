using System.Security.Cryptography;
using System.Text;
using ChatBot.Chaos.Checking;

namespace ChatBot.Year.Checking;

/// <summary>A statement's hash is right, and the ledger gives the same bytes again. Each period with calls has one.</summary>
internal static class FrozenStatements
{
    public static Finding Check(YearEvidence evidence)
    {
        var books = evidence.Books;
        var wrong = books.Statements
            .Where(s => !SHA256.HashData(Encoding.UTF8.GetBytes(s.Body)).AsSpan().SequenceEqual(s.Hash))
            .Select(s => $"the hash of {s.Body} is another")
            .ToList();
        wrong.AddRange(books.Statements.Where(s => s.Body != s.Again).Select(s => $"{s.Body} is given as {s.Again} by the ledger"));
        var stated = books.Statements.Select(s => (s.UserId, s.PeriodStart)).ToHashSet();
        wrong.AddRange(books.Ledger.Select(e => (e.UserId, e.PeriodStart)).Distinct().Where(key => !stated.Contains(key)).Select(key => $"{key} has no statement"));
        return new("8", "statements are frozen, to the byte", $"{books.Statements.Count} statements", wrong);
    }
}
