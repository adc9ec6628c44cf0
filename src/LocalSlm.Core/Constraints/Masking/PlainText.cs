using System.Buffers;
using System.Text;

namespace LocalSlm.Constraints.Masking;

/// <summary>Tokens of plain characters, whole ones. Inside a JSON string, and in free text, nearly all tokens are plain and all are
/// allowed; so they are never walked there, but taken from here. Immutable.</summary>
internal sealed class PlainText
{
    /// <summary>Tokens of more characters are not counted as plain.</summary>
    public const int MostCharacters = 32;

    private readonly ulong[][] _upTo;

    private PlainText(PlainCharacters characters, ulong[][] upTo, TokenTrie others) =>
        (Characters, _upTo, Others) = (characters, upTo, others);

    /// <summary>Gets the characters.</summary>
    public PlainCharacters Characters { get; }

    /// <summary>Gets the tokens that are not plain.</summary>
    public TokenTrie Others { get; }

    /// <summary>Gets the plain tokens of at most so many characters.</summary>
    public ReadOnlySpan<ulong> UpTo(int characters) => _upTo[Math.Min(characters, MostCharacters)];

    /// <summary>Tells the plain tokens from the others.</summary>
    /// <param name="characters">The plain characters.</param>
    /// <param name="tokens">All tokens, sorted by bytes.</param>
    /// <param name="bytes">Their bytes.</param>
    public static PlainText Take(PlainCharacters characters, ReadOnlySpan<int> tokens, TokenBytes bytes)
    {
        var upTo = new ulong[MostCharacters + 1][];
        for (var i = 0; i < upTo.Length; i++)
        {
            upTo[i] = new ulong[TokenMask.WordCount(bytes.Size)];
        }

        var others = new List<int>();
        foreach (var token in tokens)
        {
            var count = CountPlain(characters, bytes.Get(token));
            if (count is 0 or > MostCharacters)
            {
                others.Add(token);
                continue;
            }

            TokenMask.Set(upTo[count], token);
        }

        for (var i = 1; i < upTo.Length; i++)
        {
            System.Numerics.Tensors.TensorPrimitives.BitwiseOr<ulong>(upTo[i], upTo[i - 1], upTo[i]);
        }

        return new PlainText(
            characters,
            upTo,
            TokenTrie.Build(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(others), bytes)
        );
    }

    private static int CountPlain(PlainCharacters characters, ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        while (!bytes.IsEmpty)
        {
            var used = 1;
            if (bytes[0] < 0x80 ? !characters.HasAscii(bytes[0]) : !TryReadCharacter(bytes, out used))
            {
                return 0;
            }

            bytes = bytes[used..];
            count++;
        }

        return count;
    }

    private static bool TryReadCharacter(ReadOnlySpan<byte> bytes, out int used) =>
        Rune.DecodeFromUtf8(bytes, out _, out used) == OperationStatus.Done;
}
