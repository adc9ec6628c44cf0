using LocalSlm.Loading;

namespace LocalSlm.Tests.Loading;

public sealed class CheckedFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localslm-checked-").FullName;

    private string Model => Path.Combine(_folder, "model");

    public CheckedFilesTests() => File.WriteAllText(Model, "the model that was checked");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ThrowIfChanged_NothingHappened_IsQuiet()
    {
        var files = new CheckedFiles([FileStamp.Take(Model)]);
        _ = File.ReadAllText(Model);
        files.ThrowIfChanged();
    }

    [Theory]
    [InlineData("replaced", "replaced")]
    [InlineData("truncated", "and has 3")]
    [InlineData("removed", "taken away")]
    [InlineData("overwritten", "changed")]
    [InlineData("relinked", "replaced")]
    public void ThrowIfChanged_AnotherFileOrOtherBytes_IsRefusedByName(string what, string word)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || what is "truncated" or "removed", "The system tells less.");
        var path = Model;
        if (what == "relinked")
        {
            path = Path.Combine(_folder, "link");
            File.CreateSymbolicLink(path, Model);
        }

        var files = new CheckedFiles([FileStamp.Take(path)]);
        var (bytes, time) = (File.ReadAllBytes(Model), File.GetLastWriteTimeUtc(Model));
        switch (what)
        {
            case "truncated":
                File.WriteAllText(Model, "cut");
                break;
            case "removed":
                File.Delete(Model);
                break;
            case "overwritten":
                // The same length, and the old time put back.
                bytes[3]++;
                File.WriteAllBytes(Model, bytes);
                File.SetLastWriteTimeUtc(Model, time);
                break;
            default:
                var other = Path.Combine(_folder, "other");
                File.WriteAllBytes(other, bytes);
                File.SetLastWriteTimeUtc(other, time);
                if (what == "relinked")
                {
                    File.Delete(path);
                    File.CreateSymbolicLink(path, other);
                }
                else
                {
                    File.Move(other, Model, overwrite: true);
                }

                break;
        }

        var error = Assert.Throws<ModelFileException>(files.ThrowIfChanged);
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.Path);
    }

    [Fact]
    public void Take_OfAHandle_IsTheSameFile()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Handles have names on Linux.");
        using var handle = File.OpenHandle(Model);
        var stamp = FileStamp.Take(Model);
        var held = $"/proc/self/fd/{handle.DangerousGetHandle()}";

        Assert.True(FileStamp.Take(held).IsSameFile(stamp));
        File.WriteAllText(Path.Combine(_folder, "other"), "the model that was checked");
        File.Move(Path.Combine(_folder, "other"), Model, overwrite: true);
        Assert.False(FileStamp.Take(Model).IsSameFile(stamp));
        Assert.Equal(stamp.Identity, FileStamp.Take(held).Identity);
    }
}
