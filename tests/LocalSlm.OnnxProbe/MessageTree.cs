namespace LocalSlm.OnnxProbe;

/// <summary>A protobuf message taken apart without its schema, so that it can be changed and written again with sound lengths: what
/// comes out gets past every check of the form.</summary>
internal sealed class MessageTree
{
    private readonly List<Field> _fields = [];

    /// <summary>A field: a number, fixed bytes, text or bytes, or a message.</summary>
    private sealed class Field
    {
        public required int Key { get; init; }

        public ulong Number { get; set; }

        public byte[] Bytes { get; set; } = [];

        public MessageTree? Message { get; init; }

        public Field Clone() =>
            new()
            {
                Key = Key,
                Number = Number,
                Bytes = Bytes,
                Message = Message?.Clone(),
            };
    }

    /// <summary>Takes a message apart.</summary>
    /// <returns><see langword="null"/> if it is none.</returns>
    public static MessageTree? Parse(ReadOnlySpan<byte> bytes)
    {
        var tree = new MessageTree();
        while (bytes.Length > 0)
        {
            if (ReadNumber(ref bytes) is not { } key || key >> 3 is 0 or > 64)
            {
                return null;
            }

            switch (key & 7)
            {
                case 0 when ReadNumber(ref bytes) is { } number:
                    tree._fields.Add(new Field { Key = (int)key, Number = number });
                    break;
                case 1 or 5 when bytes.Length >= ((key & 7) == 1 ? 8 : 4):
                    var size = (key & 7) == 1 ? 8 : 4;
                    tree._fields.Add(new Field { Key = (int)key, Bytes = bytes[..size].ToArray() });
                    bytes = bytes[size..];
                    break;
                case 2 when ReadNumber(ref bytes) is { } length && length <= (ulong)bytes.Length:
                    var content = bytes[..(int)length];
                    tree._fields.Add(
                        new Field
                        {
                            Key = (int)key,
                            Bytes = content.ToArray(),
                            Message = content.Length > 1 && !IsText(content) ? Parse(content) : null,
                        }
                    );
                    bytes = bytes[(int)length..];
                    break;
                default:
                    return null;
            }
        }

        return tree;
    }

    public MessageTree Clone()
    {
        var copy = new MessageTree();
        copy._fields.AddRange(_fields.Select(static field => field.Clone()));
        return copy;
    }

    public byte[] Write()
    {
        var target = new List<byte>();
        foreach (var field in _fields)
        {
            WriteNumber(target, (ulong)field.Key);
            var content = field.Message?.Write() ?? field.Bytes;
            switch (field.Key & 7)
            {
                case 0:
                    WriteNumber(target, field.Number);
                    continue;
                case 2:
                    WriteNumber(target, (ulong)content.Length);
                    break;
            }

            target.AddRange(content);
        }

        return [.. target];
    }

    /// <summary>Changes one thing somewhere.</summary>
    public void Mutate(Random random)
    {
        var places = new List<(MessageTree Tree, int Index)>();
        Collect(places);
        // Weights and shapes are many; names and numbers are what a graph consists of.
        var (tree, index) = places[random.Next(places.Count)];
        var field = tree._fields[index];
        switch (random.Next(8))
        {
            case 0:
                tree._fields.RemoveAt(index);
                break;
            case 1:
                tree._fields.Insert(index, field.Clone());
                break;
            case 2:
                var other = random.Next(tree._fields.Count);
                (tree._fields[index], tree._fields[other]) = (tree._fields[other], tree._fields[index]);
                break;
            default:
                if ((field.Key & 7) == 0)
                {
                    field.Number = NumberFor(field.Number, random);
                }
                else if (field.Message is null && field.Bytes.Length > 0)
                {
                    Rewrite(field, places, random);
                }

                break;
        }
    }

    /// <summary>Gives a text the words of another, or changes bytes.</summary>
    private static void Rewrite(Field field, List<(MessageTree Tree, int Index)> places, Random random)
    {
        if (IsText(field.Bytes) && random.Next(4) > 0)
        {
            var texts = places
                .Select(static place => place.Tree._fields[place.Index])
                .Where(other => other.Message is null && other.Key == field.Key && IsText(other.Bytes))
                .ToList();
            field.Bytes = texts[random.Next(texts.Count)].Bytes;
            return;
        }

        var bytes = (byte[])field.Bytes.Clone();
        bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        field.Bytes = bytes;
    }

    private static ulong NumberFor(ulong number, Random random) =>
        random.Next(10) switch
        {
            0 => 0,
            1 => 1,
            2 => number + 1,
            3 => number - 1,
            4 => number * 2,
            5 => number / 2,
            6 => (ulong)random.Next(64),
            7 => (ulong)random.NextInt64(),
            8 => ulong.MaxValue,
            _ => (ulong)int.MaxValue,
        };

    private void Collect(List<(MessageTree Tree, int Index)> places)
    {
        for (var i = 0; i < _fields.Count; i++)
        {
            places.Add((this, i));
            _fields[i].Message?.Collect(places);
        }
    }

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (value is < 0x20 or > 0x7e)
            {
                return false;
            }
        }

        return true;
    }

    private static ulong? ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < Math.Min(10, bytes.Length); i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        return null;
    }

    private static void WriteNumber(List<byte> target, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            target.Add((byte)(value | 0x80));
        }

        target.Add((byte)value);
    }
}
