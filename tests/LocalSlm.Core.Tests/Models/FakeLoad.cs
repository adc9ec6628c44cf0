namespace LocalSlm.Tests.Models;

/// <summary>A load under way: it ends when a test says so, or, unless it is deaf, when it is cancelled.</summary>
internal sealed class FakeLoad
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _token;

    public FakeLoad(string name, CancellationToken token)
    {
        Name = name;
        _token = token;
        token.Register(() =>
        {
            if (!IsDeaf)
            {
                _end.TrySetCanceled(token);
            }
        });
    }

    public string Name { get; }

    public bool IsDeaf { get; set; }

    public bool IsCancelled => _token.IsCancellationRequested;

    public bool HasEnded => _end.Task.IsCompleted;

    public Task Ended => _end.Task;

    public void Finish() => _end.TrySetResult();

    public void Fail() => _end.TrySetException(new ModelLoadException(Name, "no luck."));
}
