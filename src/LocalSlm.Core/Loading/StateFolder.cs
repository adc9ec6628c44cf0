using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Loading;

/// <summary>The folder in which loads remember something. Nothing fails for its sake: where it cannot be used, that is said once, and
/// nothing is remembered. Safe for concurrent use, also by several processes.</summary>
/// <param name="path">The folder; made when it is wanted. <see langword="null"/> for none.</param>
/// <param name="logger">Where messages go.</param>
internal sealed class StateFolder(string? path, ILogger logger)
{
    /// <summary>A remembered file is some hundred bytes.</summary>
    private const int MostBytes = 1 << 16;

    private static readonly ConcurrentDictionary<string, bool> s_said = new();

    /// <summary>Gets a value indicating whether there is one.</summary>
    public bool IsThere => path is not null;

    /// <summary>Gets the path of a file in it.</summary>
    public string PathOf(string name) => Path.Combine(path!, name);

    /// <summary>Finds files.</summary>
    public IReadOnlyList<string> Find(string pattern)
    {
        try
        {
            return path is not null && Directory.Exists(path) ? Directory.GetFiles(path, pattern) : [];
        }
        catch (Exception error) when (IsOfFolder(error))
        {
            Say(error);
            return [];
        }
    }

    /// <summary>Reads a file.</summary>
    /// <returns><see langword="null"/> if it is not there, somebody holds it, it cannot be read, or is none of ours.</returns>
    public byte[]? Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            if (stream.Length > MostBytes)
            {
                return null;
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (IOException error)
            when (error is FileNotFoundException or DirectoryNotFoundException || LoadFaults.IsSharingViolation(error))
        {
            return null;
        }
        catch (Exception error) when (IsOfFolder(error))
        {
            Say(error);
            return null;
        }
    }

    /// <summary>Writes a file as a whole: who reads it sees all of it, or nothing.</summary>
    /// <returns>Whether it was written.</returns>
    public bool Write(string name, Action<Stream> write)
    {
        if (path is null)
        {
            return false;
        }

        var file = PathOf(name);
        var draft = $"{file}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(path);
            using (var stream = File.Create(draft))
            {
                write(stream);
            }

            File.Move(draft, file, overwrite: true);
            return true;
        }
        catch (Exception error) when (IsOfFolder(error))
        {
            Say(error);
            Delete(draft);
            return false;
        }
    }

    /// <summary>Writes a new file and holds it: until the stream is disposed, or the process ends, <see cref="Read"/> gives nothing of it to
    /// anybody who shares the folder.</summary>
    /// <remarks>On Linux and macOS a lock (flock(2)), which the system ends with the process. A file system that knows no locks does not
    /// hold it.</remarks>
    /// <returns>The open file; <see langword="null"/> if it could not be written.</returns>
    public FileStream? Hold(string name, Action<Stream> write)
    {
        var file = PathOf(name);
        FileStream? stream = null;
        try
        {
            Directory.CreateDirectory(path!);

            // Without a buffer: what does not fit on the disk fails here, and not at the end.
            stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            write(stream);
            return stream;
        }
        catch (Exception error) when (IsOfFolder(error))
        {
            Say(error);
            if (stream is not null)
            {
                Release(stream);
            }

            return null;
        }
    }

    /// <summary>Ends a file that was held, and deletes it.</summary>
    public void Release(FileStream held)
    {
        // Windows deletes no open file. Elsewhere it goes first, so that nobody finds it free.
        if (OperatingSystem.IsWindows())
        {
            held.Dispose();
        }

        Delete(held.Name);
        held.Dispose();
    }

    /// <summary>Deletes a file, if it is there.</summary>
    public void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (IsOfFolder(error))
        {
            if (error is not DirectoryNotFoundException)
            {
                Say(error);
            }
        }
    }

    private static bool IsOfFolder(Exception error) =>
        error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    private void Say(Exception error)
    {
        if (s_said.TryAdd(path!, true))
        {
            LoadLog.StateUnusable(logger, path!, error.Message);
        }
    }
}
