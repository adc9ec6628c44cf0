using Microsoft.Extensions.Logging;

namespace LocalSlm.Gguf.Interop;

/// <summary>Where native messages go while one thread works for one model, and what the last errors were.</summary>
internal sealed class NativeLogScope(ILogger logger)
{
    private const int KeptErrors = 6;
    private readonly Queue<string> _errors = new();

    public ILogger Logger { get; } = logger;

    /// <summary>Gets or sets a value indicating whether warnings and errors are expected, because a computation was stopped on
    /// purpose; they are then logged as details. Set from the abort callback.</summary>
    public bool ExpectsFailure { get; set; }

    /// <summary>Gets or sets a piece of a warning that says nothing here and is logged as a detail.</summary>
    public string? ExpectedWarning { get; set; }

    /// <summary>Gets or sets what reads the library's words about its buffers while a model is loaded; <see langword="null"/> for
    /// nobody.</summary>
    public NativeMemoryReport? Report { get; set; }

    /// <summary>Gets the last error lines, joined; empty if there were none.</summary>
    public string LastErrors => string.Join("; ", _errors);

    public void AddError(string line)
    {
        if (_errors.Count == KeptErrors)
        {
            _errors.Dequeue();
        }

        _errors.Enqueue(line);
    }

    public void ClearErrors() => _errors.Clear();
}
