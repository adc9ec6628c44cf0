using LocalSlm.Loading;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Loading;

public sealed class RelayTokenizerTests
{
    [Fact]
    public async Task SwitchTo_CallInProgress_WaitsForItAndSendsLaterCallsToTheNext()
    {
        using var gate = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var old = new Gated(entered, gate);
        var relay = new RelayTokenizer(old);
        var call = Task.Run(() => relay.GetName(65));
        entered.Wait();

        var unused = relay.SwitchTo(new FakeTokenizer());
        Assert.Equal("A", relay.GetName(65));
        Assert.False(unused.IsCompleted);
        gate.Set();

        Assert.Equal("gated", await call);
        await unused.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Encode_WhileTokenizersAreSwitchedAndFreed_NeverMeetsAFreedOne()
    {
        var relay = new RelayTokenizer(new Freed());
        using var stop = new CancellationTokenSource();
        var callers = Enumerable
            .Range(0, 3)
            .Select(_ =>
                Task.Run(() =>
                {
                    var tokens = new List<int>();
                    while (!stop.IsCancellationRequested)
                    {
                        tokens.Clear();
                        relay.Encode([new PromptSpan("text", IsControl: false)], false, tokens);
                        Assert.Equal([.. "text"u8.ToArray().Select(static value => (int)value)], tokens);
                    }
                })
            )
            .ToArray();
        var current = new Freed();
        await relay.SwitchTo(current);
        for (var i = 0; i < 2000; i++)
        {
            var next = new Freed();
            await relay.SwitchTo(next);
            current.IsFreed = true;
            current = next;
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }

    private class Freed : ITokenizer
    {
        private readonly FakeTokenizer _inner = new();

        public volatile bool IsFreed;

        public int VocabularySize => _inner.VocabularySize;

        public string BosText => _inner.BosText;

        public string EosText => _inner.EosText;

        public IReadOnlyList<int> EndOfGenerationTokens => _inner.EndOfGenerationTokens;

        public void Encode(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens, List<int> tokens)
        {
            ObjectDisposedException.ThrowIf(IsFreed, this);
            _inner.Encode(prompt, addSpecialTokens, tokens);
            ObjectDisposedException.ThrowIf(IsFreed, this);
        }

        public ReadOnlySpan<byte> GetBytes(int token) => _inner.GetBytes(token);

        public virtual string GetName(int token) => _inner.GetName(token);

        public bool IsControl(int token) => _inner.IsControl(token);

        public bool IsEndOfGeneration(int token) => _inner.IsEndOfGeneration(token);
    }

    private sealed class Gated(ManualResetEventSlim entered, ManualResetEventSlim gate) : Freed
    {
        public override string GetName(int token)
        {
            entered.Set();
            gate.Wait();
            return "gated";
        }
    }
}
