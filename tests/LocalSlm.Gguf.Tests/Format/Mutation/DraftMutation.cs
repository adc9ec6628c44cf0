using System.Text;
using LocalSlm.Gguf.Format;

namespace LocalSlm.Tests.Format.Mutation;

/// <summary>Changes what a header says while the file stays well-formed: the damage that only knowledge of models finds.</summary>
internal sealed class DraftMutation(GgufDraft source, Random random)
{
    private static readonly uint[] Numbers =
    [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        12,
        15,
        16,
        17,
        24,
        31,
        32,
        33,
        48,
        63,
        64,
        65,
        96,
        127,
        128,
        255,
        256,
        511,
        512,
        513,
        1023,
        1024,
        1025,
        4096,
        65535,
        65536,
        1 << 20,
        1 << 24,
        int.MaxValue,
        0x80000000,
        uint.MaxValue - 1,
        uint.MaxValue,
    ];

    private static readonly float[] Fractions =
    [
        0,
        1,
        -1,
        0.5f,
        2,
        1e-5f,
        1e-38f,
        1e-45f,
        1e30f,
        float.MaxValue,
        -float.MaxValue,
        float.NaN,
        float.PositiveInfinity,
        float.NegativeInfinity,
        -0.0f,
        10000,
        1e6f,
    ];

    private static readonly string[] Strings =
    [
        "",
        " ",
        "a",
        "llama",
        "gpt2",
        "bert",
        "t5",
        "rwkv",
        "none",
        "no_vocab",
        "plamo2",
        "gemma4",
        "replit",
        "linear",
        "yarn",
        "longrope",
        "default",
        "llama3",
        "llama-bpe",
        "qwen2",
        "qwen35",
        "tekken",
        "smollm",
        "deepseek-v3",
        "kimi-k2",
        "gpt-4o",
        "falcon",
        "chatglm-bpe",
        "hybriddna",
        "phi-3",
        "jina-v2-de",
        "modern-bert",
        "roberta-bpe",
        "whitespace",
        "command-r",
        "bloom",
        "viking",
        "\ud7ff",
        "{{",
        "x\0y",
    ];

    private readonly GgufDraft _draft = Copy(source);

    private string Architecture =>
        _draft.Values.FirstOrDefault(v => v.Key == "general.architecture").Value is { Type: GgufValueType.String } value
            ? value.AsString()
            : "llama";

    /// <summary>Applies one or two changes.</summary>
    public byte[]? Apply()
    {
        for (var changes = random.Next(1, 4) == 1 ? 2 : 1; changes > 0; changes--)
        {
            switch (random.Next(20))
            {
                case 0:
                    RemoveValue();
                    break;
                case 1:
                    RemoveTensor();
                    break;
                case 2:
                    SwapTensorNames();
                    break;
                case 3 or 4:
                    ChangeShape();
                    break;
                case 5 or 6:
                    ChangeTensorType();
                    break;
                case 7:
                    ChangeTensorData();
                    break;
                case 8 or 9:
                    ChangeArray();
                    break;
                case 10:
                    ChangeKind();
                    break;
                case 11:
                    ChangeArchitecture();
                    break;
                case 12 or 13 or 14:
                    AddValue();
                    break;
                default:
                    ChangeScalar();
                    break;
            }
        }

        return _draft.ToBytes();
    }

    private static GgufDraft Copy(GgufDraft source)
    {
        var copy = new GgufDraft();
        copy.Values.AddRange(source.Values);
        copy.Tensors.AddRange(source.Tensors);
        return copy;
    }

    private T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    private void RemoveValue()
    {
        if (_draft.Values.Count > 0)
        {
            _draft.Values.RemoveAt(random.Next(_draft.Values.Count));
        }
    }

    private void RemoveTensor()
    {
        if (_draft.Tensors.Count > 0)
        {
            _draft.Tensors.RemoveAt(random.Next(_draft.Tensors.Count));
        }
    }

    private void SwapTensorNames()
    {
        var a = random.Next(_draft.Tensors.Count);
        var b = random.Next(_draft.Tensors.Count);
        (_draft.Tensors[a], _draft.Tensors[b]) = (
            _draft.Tensors[a] with
            {
                Name = _draft.Tensors[b].Name,
            },
            _draft.Tensors[b] with
            {
                Name = _draft.Tensors[a].Name,
            }
        );
    }

    private void ChangeShape()
    {
        var index = random.Next(_draft.Tensors.Count);
        var tensor = _draft.Tensors[index];
        long[] dimensions = [.. tensor.Dimensions];
        switch (random.Next(5))
        {
            case 0:
                dimensions[random.Next(dimensions.Length)] = Pick(Numbers);
                break;
            case 1:
                dimensions[random.Next(dimensions.Length)] *= 2;
                break;
            case 2:
                dimensions = [.. dimensions, random.Next(1, 4)];
                break;
            case 3:
                Array.Reverse(dimensions);
                break;
            default:
                dimensions = [dimensions.Aggregate(1L, (a, b) => a * b)];
                break;
        }

        if (dimensions.Length <= 4 && tensor.With(tensor.Type, dimensions) is { } changed)
        {
            _draft.Tensors[index] = changed;
        }
    }

    private void ChangeTensorType()
    {
        var index = random.Next(_draft.Tensors.Count);
        var tensor = _draft.Tensors[index];
        if (tensor.With(Pick(Enum.GetValues<GgmlType>()), tensor.Dimensions) is { } changed)
        {
            _draft.Tensors[index] = changed;
        }
    }

    private void ChangeTensorData()
    {
        var index = random.Next(_draft.Tensors.Count);
        var data = new byte[_draft.Tensors[index].Data.Length];
        if (random.Next(2) == 0)
        {
            random.NextBytes(data);
        }
        else
        {
            Array.Fill(data, Pick<byte>([0, 0x7F, 0x80, 0xFF, 0x7C]));
        }

        _draft.Tensors[index] = _draft.Tensors[index] with { Data = data };
    }

    private void ChangeScalar()
    {
        var scalars = Enumerable.Range(0, _draft.Values.Count).Where(i => !_draft.Values[i].Value.IsArray).ToList();
        if (scalars.Count > 0)
        {
            var index = Pick(scalars);
            Set(index, Other(_draft.Values[index].Value.Type));
        }
    }

    private void ChangeArray()
    {
        var arrays = Enumerable.Range(0, _draft.Values.Count).Where(i => _draft.Values[i].Value.IsArray).ToList();
        if (arrays.Count == 0)
        {
            return;
        }

        var index = Pick(arrays);
        var value = _draft.Values[index].Value;
        if (value.ElementType == GgufValueType.String)
        {
            Set(index, ChangedStrings(value));
        }
        else if (value.ElementType == GgufValueType.Int32)
        {
            Set(index, GgufValue.Array<int>(Changed(value.AsArray<int>(), () => (int)Pick(Numbers))));
        }
        else if (value.ElementType == GgufValueType.Float32)
        {
            Set(index, GgufValue.Array<float>(Changed(value.AsArray<float>(), () => Pick(Fractions))));
        }
    }

    private GgufValue ChangedStrings(GgufValue value)
    {
        var strings = new List<byte[]>();
        foreach (var text in value.AsStrings())
        {
            strings.Add(text.ToArray());
        }

        return GgufValue.Array(
            Changed(strings.ToArray(), () => random.Next(3) == 0 && strings.Count > 0 ? Pick(strings) : RandomText())
        );
    }

    private byte[] RandomText()
    {
        if (random.Next(2) == 0)
        {
            return Encoding.UTF8.GetBytes(Pick(Strings));
        }

        var bytes = new byte[random.Next(1, 12)];
        random.NextBytes(bytes);
        return bytes;
    }

    private T[] Changed<T>(T[] values, Func<T> other)
    {
        switch (random.Next(6))
        {
            case 0:
                return values[..random.Next(values.Length + 1)];
            case 1:
                return [.. values, .. Enumerable.Range(0, random.Next(1, 20)).Select(_ => other())];
            case 2:
                return [.. values.Select(_ => other())];
            default:
                T[] copy = [.. values];
                for (var changes = random.Next(1, 4); changes > 0 && copy.Length > 0; changes--)
                {
                    copy[random.Next(copy.Length)] = other();
                }

                return copy;
        }
    }

    // A scalar becomes an array or another type; an array becomes a scalar.
    private void ChangeKind()
    {
        var index = random.Next(_draft.Values.Count);
        var layers = (int)
            Math.Clamp(
                _draft
                    .Values.FirstOrDefault(v => v.Key.EndsWith(".block_count", StringComparison.Ordinal))
                    .Value?.AsInteger()
                    ?? 2,
                0,
                600
            );
        Set(
            index,
            random.Next(6) switch
            {
                0 => Other(Pick(Enum.GetValues<GgufValueType>())),
                1 => GgufValue.Array<uint>([.. Enumerable.Range(0, layers).Select(_ => Pick(Numbers))]),
                2 => GgufValue.Array<int>([.. Enumerable.Range(0, layers).Select(_ => (int)Pick(Numbers))]),
                3 => GgufValue.Array<float>([.. Enumerable.Range(0, layers).Select(_ => Pick(Fractions))]),
                4 => GgufValue.Array<bool>([.. Enumerable.Range(0, layers).Select(_ => random.Next(2) == 0)]),
                _ => GgufValue.Array([.. Enumerable.Range(0, random.Next(4)).Select(_ => Pick(Strings))]),
            }
        );
    }

    private void ChangeArchitecture()
    {
        var from = Architecture + ".";
        var to = Pick(KnownKeys.Architectures);
        for (var i = 0; i < _draft.Values.Count; i++)
        {
            var (key, value) = _draft.Values[i];
            if (key == "general.architecture")
            {
                _draft.Values[i] = (key, to);
            }
            else if (key.StartsWith(from, StringComparison.Ordinal))
            {
                _draft.Values[i] = ($"{to}.{key[from.Length..]}", value);
            }
        }
    }

    private void AddValue()
    {
        var (key, type) = Pick(KnownKeys.Optional);
        key = key.Replace("%s", Architecture, StringComparison.Ordinal);
        var index = _draft.Values.FindIndex(v => v.Key == key);
        if (index >= 0)
        {
            Set(index, Other(type));
        }
        else
        {
            _draft.Values.Add((key, Other(type)));
        }
    }

    private void Set(int index, GgufValue value) => _draft.Values[index] = (_draft.Values[index].Key, value);

    private GgufValue Other(GgufValueType type) =>
        type switch
        {
            GgufValueType.UInt8 => (byte)Pick(Numbers),
            GgufValueType.Int8 => (sbyte)Pick(Numbers),
            GgufValueType.UInt16 => (ushort)Pick(Numbers),
            GgufValueType.Int16 => (short)Pick(Numbers),
            GgufValueType.UInt32 => Pick(Numbers),
            GgufValueType.Int32 => (int)Pick(Numbers),
            GgufValueType.Float32 => Pick(Fractions),
            GgufValueType.Bool => random.Next(2) == 0,
            GgufValueType.String => Pick(Strings),
            GgufValueType.UInt64 => (ulong)Pick(Numbers),
            GgufValueType.Int64 => (long)(int)Pick(Numbers),
            GgufValueType.Float64 => (double)Pick(Fractions),
            _ => GgufValue.Array<uint>([Pick(Numbers), Pick(Numbers)]),
        };
}
