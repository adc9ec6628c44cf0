using LocalSlm.Gguf.Format;
using LocalSlm.Loading;

namespace LocalSlm.Gguf.Runtime;

/// <summary>The model that was inspected last. A load inspects, plans and then opens: what it has checked is not read and checked again while
/// the files are untouched. Held weakly: the texts of a vocabulary are megabytes. Safe for concurrent use.</summary>
internal sealed class InspectedModel
{
    private WeakReference<CheckedModel>? _last;

    /// <summary>Reads and checks a model, unless that was done last.</summary>
    /// <inheritdoc cref="GgufModelFile.Open"/>
    public CheckedModel Open(string path)
    {
        if (
            Volatile.Read(ref _last)?.TryGetTarget(out var last) is true
            && last.File.First.Path == path
            && last.File.Parts.All(static part => part.Stamp is { } stamp && FileStamp.Take(stamp.Path) == stamp)
        )
        {
            return last;
        }

        var file = GgufModelFile.Open(path);
        var read = new CheckedModel(file, GgufFacts.Tell(file));
        Volatile.Write(ref _last, new WeakReference<CheckedModel>(read));
        return read;
    }
}
