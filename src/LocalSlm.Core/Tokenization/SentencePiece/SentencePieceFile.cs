using System.Buffers.Binary;
using System.Text;

namespace LocalSlm.Tokenization.SentencePiece;

/// <summary>What a tokenizer.model holds: SentencePiece's protobuf (sentencepiece_model.proto, 0.2), the fields that bear on how
/// text is encoded.</summary>
internal sealed record SentencePieceFile
{
    /// <summary>The values of a piece's type in the proto.</summary>
    public const int Normal = 1;
    public const int Unknown = 2;
    public const int Control = 3;
    public const int UserDefined = 4;
    public const int Unused = 5;
    public const int Byte = 6;

    /// <summary>The values of the model's type in the proto.</summary>
    public const int Unigram = 1;
    public const int BytePair = 2;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Gets the pieces by id.</summary>
    public List<(string Text, float Score, int Type)> Pieces { get; } = [];

    /// <summary>Gets the model's type.</summary>
    public int ModelType { get; private set; } = Unigram;

    /// <summary>Gets the rules of the normaliser.</summary>
    public byte[] CharactersMap { get; private set; } = [];

    /// <summary>Gets whether text gets a space before it.</summary>
    public bool AddsSpace { get; private set; } = true;

    /// <summary>Gets whether several spaces count as one.</summary>
    public bool RemovesExtraSpaces { get; private set; } = true;

    /// <summary>Gets whether the space stands at the end of words instead of the start.</summary>
    public bool HasSpaceAsSuffix { get; private set; }

    /// <summary>Reads the file's content.</summary>
    /// <exception cref="FormatException">It is no such file.</exception>
    public static SentencePieceFile Read(ReadOnlySpan<byte> content)
    {
        var file = new SentencePieceFile();
        for (var rest = content; ReadField(ref rest, out var field, out _, out var bytes); )
        {
            switch (field)
            {
                case 1:
                    file.ReadPiece(bytes);
                    break;
                case 2:
                    file.ReadTrainer(bytes);
                    break;
                case 3:
                    file.ReadNormalizer(bytes);
                    break;
            }
        }

        return file.Pieces.Count > 0
            ? file
            : throw new FormatException("It has no pieces; it is no SentencePiece model.");
    }

    private void ReadPiece(ReadOnlySpan<byte> content)
    {
        if (Pieces.Count > Utf8Vocabulary.HighestId)
        {
            throw new FormatException($"It has more than {Utf8Vocabulary.HighestId} pieces.");
        }

        var text = string.Empty;
        var score = 0f;
        var type = Normal;
        while (ReadField(ref content, out var field, out var number, out var bytes))
        {
            switch (field)
            {
                case 1:
                    try
                    {
                        text = StrictUtf8.GetString(bytes);
                    }
                    catch (DecoderFallbackException)
                    {
                        throw new FormatException($"Piece {Pieces.Count} is not UTF-8.");
                    }

                    break;
                case 2:
                    score = BitConverter.Int32BitsToSingle((int)number);
                    break;
                case 3:
                    type = (int)number;
                    break;
            }
        }

        if (!float.IsFinite(score))
        {
            throw new FormatException($"The score of piece {Pieces.Count} is no number.");
        }

        Pieces.Add((text, score, type));
    }

    private void ReadTrainer(ReadOnlySpan<byte> content)
    {
        while (ReadField(ref content, out var field, out var number, out _))
        {
            switch (field)
            {
                case 3:
                    ModelType = (int)number;
                    break;
                case 24:
                    HasSpaceAsSuffix = number != 0;
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> content)
    {
        while (ReadField(ref content, out var field, out var number, out var bytes))
        {
            switch (field)
            {
                case 2:
                    CharactersMap = bytes.ToArray();
                    break;
                case 3:
                    AddsSpace = number != 0;
                    break;
                case 4:
                    RemovesExtraSpaces = number != 0;
                    break;
            }
        }
    }

    /// <summary>Reads a field and goes behind it.</summary>
    private static bool ReadField(
        ref ReadOnlySpan<byte> rest,
        out int field,
        out long number,
        out ReadOnlySpan<byte> bytes
    )
    {
        field = 0;
        number = 0;
        bytes = default;
        if (rest.IsEmpty)
        {
            return false;
        }

        var key = ReadVarint(ref rest);
        field = (int)Math.Min(key >> 3, int.MaxValue);
        switch (key & 7)
        {
            case 0:
                number = (long)ReadVarint(ref rest);
                return true;
            case 1:
                number = BinaryPrimitives.ReadInt64LittleEndian(Take(ref rest, 8));
                return true;
            case 2:
                bytes = Take(ref rest, ReadVarint(ref rest));
                return true;
            case 5:
                number = BinaryPrimitives.ReadInt32LittleEndian(Take(ref rest, 4));
                return true;
            default:
                throw new FormatException(
                    "A field has a type that protobuf does not know; it is no SentencePiece model."
                );
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, ulong length)
    {
        if (length > (ulong)rest.Length)
        {
            throw new FormatException("It ends within a field; it is truncated, or no SentencePiece model.");
        }

        var taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> rest)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(ref rest, 1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("A number has too many bytes; it is no SentencePiece model.");
    }
}
