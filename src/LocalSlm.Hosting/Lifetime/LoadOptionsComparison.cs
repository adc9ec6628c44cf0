using System.Collections;
using System.Reflection;
using LocalSlm.Onnx;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>Tells whether a model has to be loaded again because its options changed. Every property counts, those that are added later
/// too.</summary>
internal static class LoadOptionsComparison
{
    private static readonly PropertyInfo[] s_load = typeof(ModelLoadOptions).GetProperties();
    private static readonly PropertyInfo[] s_embedding = typeof(EmbeddingLoadOptions).GetProperties();
    private static readonly PropertyInfo[] s_device = typeof(DeviceSelector).GetProperties(
        BindingFlags.Public | BindingFlags.Instance
    );

    /// <summary>Compares how a chat model is loaded. How long it stays, when it is loaded, and who is told about
    /// that do not count: code sets the last anew each time.</summary>
    public static bool AreSame(ChatModelOptions one, ChatModelOptions other) =>
        one.Path == other.Path && one.MaxCacheBytes == other.MaxCacheBytes && AreSame(one.Load, other.Load);

    /// <summary>Compares how an embedding model is loaded. How long it stays, when it is loaded, and who is told
    /// about that do not count.</summary>
    public static bool AreSame(EmbeddingModelOptions one, EmbeddingModelOptions other) =>
        one.Path == other.Path && AreSame(one.Embedding, other.Embedding);

    /// <summary>Compares what ONNX Runtime is told at its start.</summary>
    public static bool AreSame(OnnxRuntimeOptions one, OnnxRuntimeOptions other) =>
        one.AllowCustomOperators == other.AllowCustomOperators
        && AreSame((object)one.ProviderLibraries, other.ProviderLibraries);

    private static bool AreSame(object? one, object? other) =>
        one switch
        {
            ModelLoadOptions => HaveSame(s_load, one, other!),
            EmbeddingLoadOptions => HaveSame(s_embedding, one, other!),
            DeviceSelector => other is DeviceSelector && HaveSame(s_device, one, other),
            string => Equals(one, other),
            IDictionary map => other is IDictionary others
                && map.Count == others.Count
                && map.Keys.Cast<object>().All(key => others.Contains(key) && AreSame(map[key], others[key])),
            IEnumerable list => other is IEnumerable others
                && list.Cast<object?>()
                    .SequenceEqual(others.Cast<object?>(), EqualityComparer<object?>.Create(AreSame)),
            _ => Equals(one, other),
        };

    private static bool HaveSame(PropertyInfo[] properties, object one, object other) =>
        Array.TrueForAll(properties, property => AreSame(property.GetValue(one), property.GetValue(other)));
}
