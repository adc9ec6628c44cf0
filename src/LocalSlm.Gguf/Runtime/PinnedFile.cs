using System.Globalization;
using LocalSlm.Gguf.Format;
using LocalSlm.Loading;
using Microsoft.Win32.SafeHandles;

namespace LocalSlm.Gguf.Runtime;

/// <summary>The checked file of a model, for the library to open. On Linux it is held open and named by its handle, so that the library
/// opens this very file even if another one takes its name just then. Models in several parts are found by their names, and so are those
/// on other systems; there a file that was exchanged is noticed afterwards.</summary>
internal sealed class PinnedFile : IDisposable
{
    private readonly CheckedFiles _files;
    private readonly SafeFileHandle? _handle;

    /// <summary>Holds a model's file.</summary>
    /// <exception cref="ModelFileException">It is not what was checked any more.</exception>
    public PinnedFile(GgufModelFile model)
    {
        Path = NativePath = model.First.Path;
        _files = new CheckedFiles(model.Parts.Select(static part => part.Stamp!));
        _files.ThrowIfChanged();
        if (model.Parts.Count == 1 && OperatingSystem.IsLinux())
        {
            _handle = Hold(model.First.Stamp!);
        }

        if (_handle is not null)
        {
            NativePath = NameOf(_handle);
        }
    }

    /// <summary>Gets the model's path.</summary>
    public string Path { get; }

    /// <summary>Gets the path that the library is given.</summary>
    public string NativePath { get; }

    /// <summary>Refuses a file that is not what was checked any more: what the library has made of it must not be used.</summary>
    /// <exception cref="ModelFileException">It was replaced, written to, or taken away.</exception>
    public void ThrowIfChanged() => _files.ThrowIfChanged();

    /// <summary>Puts the model's path into a message of the library's.</summary>
    public string Name(string message) =>
        NativePath == Path ? message : message.Replace(NativePath, Path, StringComparison.Ordinal);

    public void Dispose() => _handle?.Dispose();

    private static SafeFileHandle? Hold(FileStamp stamp)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(stamp.Path);
            if (FileStamp.Take(NameOf(handle)).IsSameFile(stamp))
            {
                return handle;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What became of it is told where it is looked at the next time.
        }

        handle?.Dispose();
        return null;
    }

    private static string NameOf(SafeFileHandle handle) =>
        "/proc/self/fd/" + handle.DangerousGetHandle().ToString(CultureInfo.InvariantCulture);
}
