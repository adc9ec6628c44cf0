namespace LocalSlm.Assets;

/// <summary>Keeps two restores from working in the same folder at once, whichever process they run in. The operating system
/// lets go of the file when its holder dies.</summary>
internal static class RestoreLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static FileStream Take(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var deadline = DateTime.UtcNow + Patience;
        for (var told = false; ; told = true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                if (!told)
                {
                    Console.WriteLine("assets: waiting for another restore to end");
                }

                Thread.Sleep(Pause);
            }
            catch (IOException)
            {
                throw new AssetException($"Another process has held '{path}' for {Patience.TotalMinutes} minutes.");
            }
        }
    }
}
