using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Scheduling;

public sealed class SharingDecoderConformanceTests() : FakeDecoderConformance(new FakeDecoderOptions());

public sealed class CopyingDecoderConformanceTests()
    : FakeDecoderConformance(new FakeDecoderOptions { Sharing = PrefixSharing.Copied, Mixes = false });

public sealed class RecurrentDecoderConformanceTests()
    : FakeDecoderConformance(new FakeDecoderOptions { Sharing = PrefixSharing.Copied, CutBack = CutBackSupport.Never });

public sealed class WindowedDecoderConformanceTests()
    : FakeDecoderConformance(
        new FakeDecoderOptions
        {
            Sharing = PrefixSharing.None,
            CutBack = CutBackSupport.Sometimes,
            CutBackWindow = 8,
        }
    );

/// <summary>The fake decoder keeps the rules that it stands in for.</summary>
public abstract class FakeDecoderConformance(FakeDecoderOptions options) : DecoderConformance
{
    protected override float Tolerance => 0;

    protected override IRuntimeModel Open() =>
        new FakeModelRuntime { DecoderOptions = options }
            .OpenAsync("fake:model", new ModelLoadOptions(), NullLoggerFactory.Instance, null, CancellationToken.None)
            .GetAwaiter()
            .GetResult();
}
