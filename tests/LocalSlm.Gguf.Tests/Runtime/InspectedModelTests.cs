using LocalSlm.Gguf.Runtime;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tests.Format;

namespace LocalSlm.Tests.Runtime;

public sealed class InspectedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly InspectedModel _inspected = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_UntouchedFile_IsReadOnce()
    {
        var path = TinyModelSet.LlamaBpe.WriteTo(_folder.Path);
        var first = _inspected.Open(path);
        var second = _inspected.Open(path);

        Assert.Same(first, second);
    }

    [Fact]
    public void Open_FileThatWasWrittenToOrReplaced_IsReadAgain()
    {
        var path = TinyModelSet.LlamaBpe.WriteTo(_folder.Path);
        var first = _inspected.Open(path);
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));
        var touched = _inspected.Open(path);
        Assert.NotSame(first, touched);

        var bytes = File.ReadAllBytes(path);
        bytes[0] = 0;
        File.WriteAllBytes(path, bytes);
        Assert.Throws<ModelFileException>(() => _inspected.Open(path));

        File.Delete(path);
        Assert.Throws<ModelNotFoundException>(() => _inspected.Open(path));
        GC.KeepAlive(touched);
    }
}
