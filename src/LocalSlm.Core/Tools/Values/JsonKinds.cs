namespace LocalSlm.Tools;

/// <summary>Kinds of JSON values, as JSON Schema's <c>type</c> tells them apart.</summary>
[Flags]
internal enum JsonKinds
{
    /// <summary>No value.</summary>
    None = 0,

    /// <summary>A string.</summary>
    String = 1,

    /// <summary>A number without a fraction.</summary>
    Integer = 2,

    /// <summary>A number with a fraction.</summary>
    Fraction = 4,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean = 8,

    /// <summary><c>null</c>.</summary>
    Null = 16,

    /// <summary>An object.</summary>
    Object = 32,

    /// <summary>An array.</summary>
    Array = 64,

    /// <summary>A number.</summary>
    Number = Integer | Fraction,

    /// <summary>Any value.</summary>
    Any = String | Number | Boolean | Null | Object | Array,
}
