using System.Globalization;
using System.Text.RegularExpressions;

namespace LocalSlm.Gguf.Format;

/// <summary>Finds and checks the parts of a split model: <c>name-00001-of-00003.gguf</c> and so on, as llama.cpp's
/// gguf-split names them.</summary>
internal static partial class GgufSplit
{
    /// <summary>Reads the other parts of a model.</summary>
    /// <param name="first">The part that was given.</param>
    /// <returns>All parts in order, <paramref name="first"/> included.</returns>
    public static IReadOnlyList<GgufFile> ReadParts(GgufFile first)
    {
        var count = ReadNumber(first, "split.count") ?? 0;
        if (count <= 1)
        {
            return [first];
        }

        var number = ReadNumber(first, "split.no") ?? throw Missing(first, "split.no");
        if (number != 0)
        {
            throw new ModelFileException(
                first.Path,
                $"this is part {number + 1} of {count} of a split model. Give the path of the first part; it names the model."
            );
        }

        var match = PartName().Match(Path.GetFileName(first.Path));
        if (!match.Success || int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture) != count)
        {
            throw new ModelFileException(
                first.Path,
                $"this is the first of {count} parts, but its name does not end in '-00001-of-{count:D5}.gguf', so the others cannot be found. Give the parts their names back."
            );
        }

        var parts = new List<GgufFile> { first };
        var names = new HashSet<string>(first.Tensors.Select(tensor => tensor.Name), StringComparer.Ordinal);
        for (var index = 1; index < count; index++)
        {
            var part = ReadPart(first, $"{match.Groups["stem"].Value}-{index + 1:D5}-of-{count:D5}.gguf", index);
            foreach (var tensor in part.Tensors)
            {
                if (!names.Add(tensor.Name))
                {
                    throw new ModelFileException(
                        part.Path,
                        $"the tensor '{tensor.Name}' is in two parts. The parts do not belong together."
                    );
                }
            }

            parts.Add(part);
        }

        var value = first.Find("split.tensors.count");
        if (value is not { Type: GgufValueType.Int32 })
        {
            throw Missing(first, "split.tensors.count");
        }

        return value.AsInteger() == names.Count
            ? parts
            : throw new ModelFileException(
                first.Path,
                $"the parts hold {names.Count} tensors; 'split.tensors.count' says {value.AsInteger()}. A part is incomplete or of another model.",
                value.Offset
            );
    }

    private static GgufFile ReadPart(GgufFile first, string name, int index)
    {
        var path = Path.Combine(Path.GetDirectoryName(first.Path) ?? "", name);
        if (!File.Exists(path))
        {
            throw new ModelNotFoundException(
                first.Path,
                $"its part '{name}' is missing. All parts of a split model must lie in one folder."
            );
        }

        var part = GgufReader.Read(path);
        var number = ReadNumber(part, "split.no") ?? throw Missing(part, "split.no");
        return number == index
            ? part
            : throw new ModelFileException(
                path,
                $"the file is named as part {index + 1}, but says it is part {number + 1}."
            );
    }

    // Native code takes these for 16-bit numbers and would abort at any other type.
    private static int? ReadNumber(GgufFile file, string key) =>
        file.Find(key) switch
        {
            null => null,
            { Type: GgufValueType.UInt16 } value => (int?)value.AsInteger(),
            var value => throw new ModelFileException(
                file.Path,
                $"'{key}' is of type {value.Type}; it must be UInt16.",
                value.Offset
            ),
        };

    private static ModelFileException Missing(GgufFile file, string key) =>
        new(
            file.Path,
            $"'{key}' is missing or of a wrong type, though the file is part of a split model. The file is damaged."
        );

    [GeneratedRegex(@"^(?<stem>.+)-00001-of-(?<count>\d{5})\.gguf$", RegexOptions.CultureInvariant)]
    private static partial Regex PartName();
}
