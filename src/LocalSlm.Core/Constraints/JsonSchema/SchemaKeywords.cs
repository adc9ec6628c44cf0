using System.Collections.Frozen;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Which keywords hold schemas, and which assert something that is not supported.</summary>
internal static class SchemaKeywords
{
    /// <summary>Keywords whose value is a schema.</summary>
    public static readonly FrozenSet<string> Single = FrozenSet.ToFrozenSet(
        [
            "additionalItems",
            "additionalProperties",
            "contains",
            "contentSchema",
            "else",
            "if",
            "items",
            "not",
            "propertyNames",
            "then",
            "unevaluatedItems",
            "unevaluatedProperties",
        ],
        StringComparer.Ordinal
    );

    /// <summary>Keywords whose value is a list of schemas.</summary>
    public static readonly FrozenSet<string> Lists = FrozenSet.ToFrozenSet(
        ["allOf", "anyOf", "items", "oneOf", "prefixItems"],
        StringComparer.Ordinal
    );

    /// <summary>Keywords whose value holds schemas by name.</summary>
    public static readonly FrozenSet<string> Maps = FrozenSet.ToFrozenSet(
        ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"],
        StringComparer.Ordinal
    );

    /// <summary>Assertions of older drafts that have no successor with the same meaning.</summary>
    public static readonly FrozenSet<string> Unsupported = FrozenSet.ToFrozenSet(
        ["$recursiveRef", "disallow", "divisibleBy", "extends"],
        StringComparer.Ordinal
    );

    /// <summary>The formats that JSON Schema 2020-12 (Validation, section 7.3) defines. Other names are annotations.</summary>
    public static readonly FrozenSet<string> Formats = FrozenSet.ToFrozenSet(
        [
            "date",
            "date-time",
            "duration",
            "email",
            "hostname",
            "idn-email",
            "idn-hostname",
            "ipv4",
            "ipv6",
            "iri",
            "iri-reference",
            "json-pointer",
            "regex",
            "relative-json-pointer",
            "time",
            "uri",
            "uri-reference",
            "uri-template",
            "uuid",
        ],
        StringComparer.Ordinal
    );
}
