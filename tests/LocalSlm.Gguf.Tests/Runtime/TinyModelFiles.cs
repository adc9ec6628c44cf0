using LocalSlm.Testing.TinyModels;

namespace LocalSlm.Tests.Runtime;

/// <summary>Files of the tiny models, written once per test run.</summary>
internal static class TinyModelFiles
{
    private static readonly Lazy<DirectoryInfo> s_folder = new(static () =>
    {
        var folder = Directory.CreateTempSubdirectory("localslm-tiny-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder;
    });

    private static readonly Lock s_gate = new();

    public static string Get(TinyModel model)
    {
        lock (s_gate)
        {
            var path = Path.Combine(s_folder.Value.FullName, $"tiny-{model.Name}.gguf");
            return File.Exists(path) ? path : model.WriteTo(s_folder.Value.FullName);
        }
    }
}
