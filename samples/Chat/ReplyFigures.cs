using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.AI;

namespace LocalSlm.Samples.Chat;

/// <summary>Measures one reply as its reader sees it.</summary>
internal sealed class ReplyFigures
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan? _firstText;
    private TimeSpan _lastText;
    private UsageDetails? _usage;

    public void Observe(ChatResponseUpdate update)
    {
        if (update.Text.Length > 0)
        {
            _lastText = Stopwatch.GetElapsedTime(_start);
            _firstText ??= _lastText;
        }

        _usage = update.Contents.OfType<UsageContent>().LastOrDefault()?.Details ?? _usage;
    }

    /// <summary>The line shown after the reply.</summary>
    /// <param name="device">The device that computed it, where it is known.</param>
    public string Describe(string? device)
    {
        var parts = new List<string>();
        if (_usage?.OutputTokenCount is { } tokens)
        {
            parts.Add(Invariant($"{tokens} tokens"));
            var decoding = _lastText - _firstText;
            if (tokens > 1 && decoding is { TotalMilliseconds: > 0 } span)
            {
                // The first token belongs to the prompt's time, so it counts in neither number.
                parts.Add(Invariant($"{(tokens - 1) / span.TotalSeconds:F1} tokens/s"));
            }
        }

        if (_firstText is { } first)
        {
            parts.Add(Invariant($"first token after {first.TotalMilliseconds:F0} ms"));
        }

        if (_usage?.InputTokenCount is { } input)
        {
            var cached = _usage.CachedInputTokenCount is > 0 and var count ? Invariant($" ({count} cached)") : "";
            parts.Add(Invariant($"prompt {input} tokens{cached}"));
        }

        if (device is not null)
        {
            parts.Add(device);
        }

        return string.Join(" · ", parts);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
