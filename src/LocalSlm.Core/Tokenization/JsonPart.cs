using System.Text.Json;

namespace LocalSlm.Tokenization;

/// <summary>A part of a model's JSON file, which knows where it lies: what is wrong with it is told by path.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">Where the part lies in it, such as <c>$.normalizer.normalizers[0]</c>.</param>
/// <param name="Element">The part.</param>
internal readonly record struct JsonPart(string File, string Path, JsonElement Element)
{
    /// <summary>How deep parts may lie in sequences of sequences.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Gets how many sequences the part lies in.</summary>
    public int Depth { get; private init; }

    /// <summary>Gets whether the part is <c>null</c>.</summary>
    public bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>Gets the kind that an object's <c>type</c> names.</summary>
    public string Kind => this["type"].AsString();

    /// <summary>Gets a field of an object.</summary>
    /// <param name="name">The field.</param>
    /// <returns>The field; one that is not there is undefined, and so null.</returns>
    public JsonPart this[string name]
    {
        get
        {
            if (Element.ValueKind != JsonValueKind.Object)
            {
                throw Wrong("an object");
            }

            Element.TryGetProperty(name, out var value);
            return this with { Path = $"{Path}.{name}", Element = value };
        }
    }

    /// <summary>Gets the items of an array of parts, one level deeper.</summary>
    /// <returns>The items.</returns>
    public IEnumerable<JsonPart> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array)
        {
            throw Wrong("an array");
        }

        if (Depth >= MaximumDepth)
        {
            throw Error($"'{Path}' lies deeper than {MaximumDepth} levels.");
        }

        return Enumerate(this);

        static IEnumerable<JsonPart> Enumerate(JsonPart part)
        {
            var index = 0;
            foreach (var item in part.Element.EnumerateArray())
            {
                yield return part with
                {
                    Path = $"{part.Path}[{index++}]",
                    Element = item,
                    Depth = part.Depth + 1,
                };
            }
        }
    }

    /// <summary>Reads a string.</summary>
    /// <returns>The string.</returns>
    public string AsString()
    {
        if (Element.ValueKind != JsonValueKind.String)
        {
            throw Wrong("a string");
        }

        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error($"'{Path}' has half of a surrogate pair.");
        }
    }

    /// <summary>Reads a string of one code point.</summary>
    /// <returns>The code point.</returns>
    public int AsCodePoint()
    {
        var text = AsString();
        return
            text.Length > 0 && Surrogates.CodePointAt(text, 0, out var length) is var codePoint && length == text.Length
            ? codePoint
            : throw Wrong("a string of one character");
    }

    /// <summary>Reads a truth value.</summary>
    /// <param name="fallback">What counts where the field is absent; <see langword="null"/>: it must be there.</param>
    /// <returns>The value.</returns>
    public bool AsBoolean(bool? fallback = null) =>
        Element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Undefined when fallback is { } value => value,
            _ => throw Wrong("true or false"),
        };

    /// <summary>Reads a number.</summary>
    /// <param name="minimum">The least allowed.</param>
    /// <param name="maximum">The greatest allowed.</param>
    /// <param name="fallback">What counts where the field is absent; <see langword="null"/>: it must be there.</param>
    /// <returns>The number.</returns>
    public int AsNumber(int minimum, int maximum, int? fallback = null)
    {
        if (Element.ValueKind == JsonValueKind.Undefined && fallback is { } value)
        {
            return value;
        }

        return
            Element.ValueKind == JsonValueKind.Number
            && Element.TryGetInt32(out var number)
            && number >= minimum
            && number <= maximum
            ? number
            : throw Wrong($"a whole number from {minimum} to {maximum}");
    }

    /// <summary>Makes the error of a part that is not what it must be.</summary>
    /// <param name="expected">What it must be.</param>
    /// <returns>The error.</returns>
    public ModelFileException Wrong(string expected) =>
        Error(
            Element.ValueKind == JsonValueKind.Undefined
                ? $"'{Path}' is missing; it must be {expected}."
                : $"'{Path}' must be {expected}, and is {Shorten(Element.GetRawText())}."
        );

    /// <summary>Makes an error of the file.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <returns>The error.</returns>
    public ModelFileException Error(string problem) => new(File, problem);

    /// <summary>Makes the error of a kind that is not known.</summary>
    /// <param name="what">What the part is, such as "normalizer".</param>
    /// <returns>The error.</returns>
    public UnsupportedModelException UnknownKind(string what) =>
        new(File, null, $"'{Path}' is a {what} of the kind '{Shorten(Kind)}', which is not supported.");

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "...");
}
