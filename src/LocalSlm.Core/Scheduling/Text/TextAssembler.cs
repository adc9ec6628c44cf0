using System.Buffers;
using System.Text;

namespace LocalSlm.Scheduling;

/// <summary>Makes text from the bytes of tokens: whole characters only, cut before the first stop sequence. What may still
/// become a stop sequence is held back, and nothing else. Its state is a value. Not safe for concurrent use.</summary>
/// <remarks>The text handed out equals that of decoding all bytes at once (malformed UTF-8 becomes U+FFFD, one for each maximal
/// subpart, as the Unicode Standard recommends in 3.9) and cutting it before the stop sequence that begins first.</remarks>
internal sealed class TextAssembler
{
    private const int LongestIncompleteCharacter = 3;

    private readonly StopAutomaton? _stops;
    private readonly byte[] _incomplete = new byte[LongestIncompleteCharacter];
    private int _incompleteCount;

    // The characters held back; always as many as the automaton's state is deep.
    private char[] _held = [];
    private int _heldCount;
    private int _state;

    // Where in the held text a stop sequence begins that is complete, while one that began before may still become so; or -1.
    private int _matchStart = -1;

    /// <exception cref="ArgumentException">A stop sequence is empty, or holds half a surrogate pair.</exception>
    public TextAssembler(IReadOnlyList<string> stopSequences) =>
        _stops = stopSequences.Count == 0 ? null : new StopAutomaton(stopSequences);

    private TextAssembler(TextAssembler other)
    {
        _stops = other._stops;
        other._incomplete.CopyTo(_incomplete, 0);
        _incompleteCount = other._incompleteCount;
        _held = other._held.AsSpan(0, other._heldCount).ToArray();
        _heldCount = other._heldCount;
        _state = other._state;
        _matchStart = other._matchStart;
        StopMet = other.StopMet;
    }

    /// <summary>Gets a value indicating whether a stop sequence was met. No text comes after it.</summary>
    public bool StopMet { get; private set; }

    /// <summary>Gets a value indicating whether the bytes so far end within a character.</summary>
    public bool EndsWithinCharacter => _incompleteCount > 0;

    /// <summary>Adds a token.</summary>
    /// <param name="bytes">Its bytes; any, or none.</param>
    /// <param name="wholeTokenText">The same bytes as text where they are whole UTF-8; this instance is given back where it
    /// can be.</param>
    /// <param name="text">The text that became final; empty when all of it is held back.</param>
    /// <returns><see cref="StopMet"/>.</returns>
    public bool Append(ReadOnlySpan<byte> bytes, string? wholeTokenText, out string text)
    {
        text = "";
        if (StopMet)
        {
            return true;
        }

        if (wholeTokenText is not null && _incompleteCount == 0)
        {
            text = Advance(wholeTokenText, wholeTokenText);
            return StopMet;
        }

        // No byte becomes more than one UTF-16 unit.
        int most = _incompleteCount + bytes.Length;
        char[]? rented = most > 256 ? ArrayPool<char>.Shared.Rent(most) : null;
        Span<char> characters = rented ?? stackalloc char[256];
        text = Advance(characters[..Decode(bytes, characters)], null);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return StopMet;
    }

    /// <summary>Ends the text; see <see cref="StopMet"/> afterwards, too.</summary>
    /// <returns>What was held back; bytes of an incomplete character as U+FFFD.</returns>
    public string Flush()
    {
        if (StopMet)
        {
            return "";
        }

        string text = "";
        if (_incompleteCount > 0)
        {
            _incompleteCount = 0;
            text = Advance(['\uFFFD'], null);
        }

        if (!StopMet)
        {
            StopMet = _matchStart >= 0;
            text += new string(_held, 0, StopMet ? _matchStart : _heldCount);
        }

        ForgetHeld();
        return text;
    }

    public TextAssembler Clone() => new(this);

    private int Decode(ReadOnlySpan<byte> bytes, Span<char> characters)
    {
        int written = 0;

        // A character begun by earlier tokens is completed byte by byte.
        Span<byte> joined = stackalloc byte[LongestIncompleteCharacter + 1];
        while (_incompleteCount > 0 && !bytes.IsEmpty)
        {
            _incomplete.AsSpan(0, _incompleteCount).CopyTo(joined);
            joined[_incompleteCount] = bytes[0];
            OperationStatus status = Rune.DecodeFromUtf8(joined[..(_incompleteCount + 1)], out Rune rune, out int used);
            if (status == OperationStatus.NeedMoreData)
            {
                _incomplete[_incompleteCount++] = bytes[0];
                bytes = bytes[1..];
                continue;
            }

            // Malformed: the bytes before were a valid beginning, so they are the maximal subpart; this byte is looked at anew.
            bytes = used > _incompleteCount ? bytes[1..] : bytes;
            _incompleteCount = 0;
            written += rune.EncodeToUtf16(characters[written..]);
        }

        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int used) == OperationStatus.NeedMoreData)
            {
                bytes.CopyTo(_incomplete);
                _incompleteCount = bytes.Length;
                break;
            }

            written += rune.EncodeToUtf16(characters[written..]);
            bytes = bytes[used..];
        }

        return written;
    }

    /// <summary>Runs new characters through the automaton and gives the text that became final.</summary>
    /// <param name="characters">The characters, whole ones.</param>
    /// <param name="whole">The same as a string, where there is one.</param>
    private string Advance(ReadOnlySpan<char> characters, string? whole)
    {
        if (_stops is null || (_heldCount == 0 && !characters.ContainsAny(_stops.FirstCharacters)))
        {
            return whole ?? (characters.IsEmpty ? "" : new string(characters));
        }

        int before = _heldCount;
        for (int i = 0; i < characters.Length; i++)
        {
            if (_state == StopAutomaton.Start)
            {
                int skipped = characters[i..].IndexOfAny(_stops.FirstCharacters);
                if (skipped < 0)
                {
                    break;
                }

                i += skipped;
            }

            _state = _stops.Next(_state, characters[i]);
            int end = before + i + 1;
            int match = _stops.MatchLengthAt(_state);
            if (match > 0 && (_matchStart < 0 || end - match < _matchStart))
            {
                _matchStart = end - match;
            }

            // Only a sequence that begins earlier may still overrule the match.
            if (_matchStart >= 0 && end - _stops.DepthOf(_state) >= _matchStart)
            {
                StopMet = true;
                string last = Join(characters, _matchStart);
                ForgetHeld();
                return last;
            }
        }

        int total = before + characters.Length;
        int held = _stops.DepthOf(_state);
        int final = total - held;
        string text = final == total && before == 0 && whole is not null ? whole : Join(characters, final);
        Hold(characters, held);
        if (_matchStart >= 0)
        {
            _matchStart -= final;
        }

        return text;
    }

    /// <summary>Gives the first <paramref name="length"/> of the characters held back and the new ones after them.</summary>
    private string Join(ReadOnlySpan<char> characters, int length) =>
        length <= _heldCount
            ? new string(_held, 0, length)
            : string.Concat(_held.AsSpan(0, _heldCount), characters[..(length - _heldCount)]);

    /// <summary>Keeps the last <paramref name="count"/> of the characters held back and the new ones after them.</summary>
    private void Hold(ReadOnlySpan<char> characters, int count)
    {
        int old = Math.Max(0, count - characters.Length);
        if (_held.Length < count)
        {
            // Never more than the longest stop sequence.
            Array.Resize(ref _held, Math.Max(count, 2 * _held.Length));
        }

        _held.AsSpan(_heldCount - old, old).CopyTo(_held);
        characters[^(count - old)..].CopyTo(_held.AsSpan(old));
        _heldCount = count;
    }

    private void ForgetHeld()
    {
        _heldCount = 0;
        _state = StopAutomaton.Start;
        _matchStart = -1;
    }
}
