using LocalSlm.Scheduling;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Scheduling;

/// <summary>Moves from one fake decoder to the next.</summary>
internal sealed class FakeFailover(params FakeDecoder[] decoders) : IFailover
{
    private int _current;

    public FakeDecoder First => decoders[0];

    public FakeDecoder Current => decoders[_current];

    public string Device => $"device {_current}";

    /// <summary>Gets the reasons that were given, in order.</summary>
    public List<string> Reasons { get; } = [];

    /// <summary>Gets or sets what runs while the model is opened; it may throw or wait.</summary>
    public Func<CancellationToken, Task>? BeforeMove { get; set; }

    public async Task<ITokenDecoder> MoveAsync(string reason, CancellationToken cancellationToken)
    {
        Assert.Equal(Current.DeviceFailure, reason);
        Reasons.Add(reason);
        await Task.Yield();
        if (BeforeMove is { } before)
        {
            await before(cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return _current + 1 < decoders.Length
            ? decoders[++_current]
            : throw new ModelLoadException("fake:model", "no device is left to try.");
    }
}
