using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Ties an observer to a request without putting it into the request's JSON.</summary>
/// <remarks>Caching middleware serialises <see cref="ChatOptions.AdditionalProperties"/>, and without reflection it fails on
/// unknown types. So the dictionary holds a constant text, and the identity of that string object leads to the observer: it
/// survives <see cref="ChatOptions.Clone"/>, and every observed request has the same cache key.</remarks>
internal static class PrefillProgressObservers
{
    private const string Marker = "observed";

    private static readonly ConditionalWeakTable<string, IProgress<PrefillProgress>> s_observers = [];

    public static IProgress<PrefillProgress>? Find(ChatOptions options) =>
        options.AdditionalProperties?.TryGetValue(RequestProperty.PrefillProgress, out var value) == true
        && value is string key
        && s_observers.TryGetValue(key, out var observer)
            ? observer
            : null;

    public static void Set(ChatOptions options, IProgress<PrefillProgress>? observer)
    {
        if (observer is null)
        {
            options.AdditionalProperties?.Remove(RequestProperty.PrefillProgress);
            return;
        }

        var key = new string(Marker.AsSpan());
        s_observers.Add(key, observer);
        (options.AdditionalProperties ??= [])[RequestProperty.PrefillProgress] = key;
    }
}
