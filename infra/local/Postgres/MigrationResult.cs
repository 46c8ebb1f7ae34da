namespace ChatBot.Local;

/// <param name="Applied">File names, in order.</param>
/// <param name="Edited">Files that had been applied before and no longer say what was applied.</param>
public sealed record MigrationResult(List<string> Applied, List<string> Edited);
