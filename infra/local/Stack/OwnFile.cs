namespace ChatBot.Local;

internal static class OwnFile
{
    /// <summary>Writes a file that only we can read, in one step: a reader sees all of it or none.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var unfinished = path + ".new";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(unfinished, options))
        {
            file.Write(content);
        }

        File.Move(unfinished, path, overwrite: true);
    }
}
