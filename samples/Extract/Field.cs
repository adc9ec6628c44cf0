using System.Text.Json.Serialization;

namespace LocalSlm.Samples.Extract;

/// <summary>What a person is known for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Field>))]
internal enum Field
{
    Mathematics,
    Physics,
    Literature,
    Music,
    Other,
}
