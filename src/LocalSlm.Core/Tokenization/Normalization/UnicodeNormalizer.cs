using System.Runtime.InteropServices;
using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tokenization.Normalization;

/// <summary>NFC, NFD, NFKC or NFKD, by our own tables: .NET's do nothing where globalisation is invariant.</summary>
/// <param name="form">The form.</param>
internal sealed class UnicodeNormalizer(NormalizationForm form) : ITextNormalizer
{
    private readonly bool _compatible = form is NormalizationForm.Nfkc or NormalizationForm.Nfkd;
    private readonly bool _composes = form is NormalizationForm.Nfc or NormalizationForm.Nfkc;

    private readonly CodePointTraits _joins = form is NormalizationForm.Nfkc or NormalizationForm.Nfkd
        ? CodePointTraits.JoinsBeforeCompatible
        : CodePointTraits.JoinsBefore;

    private readonly CodePointTraits _changes = form switch
    {
        NormalizationForm.Nfc => CodePointTraits.ChangesInNfc,
        NormalizationForm.Nfd => CodePointTraits.ChangesInNfd,
        NormalizationForm.Nfkc => CodePointTraits.ChangesInNfkc,
        _ => CodePointTraits.ChangesInNfkd,
    };

    /// <summary>The first character that the form may change or join: U+0300 is the first combining mark, U+00A0 the first
    /// with a compatibility decomposition, U+00C0 the first with a canonical one.</summary>
    private readonly char _firstOfInterest = form switch
    {
        NormalizationForm.Nfc => '\u0300',
        NormalizationForm.Nfd => '\u00C0',
        _ => '\u00A0',
    };

    /// <inheritdoc/>
    public void Normalize(AlignedText text)
    {
        var taken = 0;
        var changed = false;
        for (var i = 0; (i = NextSegment(text, i, out var end)) >= 0; i = end)
        {
            if (!changed)
            {
                text.BeginChange();
                changed = true;
            }

            text.Take(taken, i - taken);
            WriteSegment(text, i, end);
            taken = end;
        }

        if (changed)
        {
            text.Take(taken, text.Length - taken);
            text.EndChange();
        }
    }

    /// <summary>Finds the next part that may change; what lies before and behind it never joins with it.</summary>
    private int NextSegment(AlignedText text, int start, out int end)
    {
        var span = text.Span;
        end = span.Length;
        var previous = start;
        for (var i = start; i < span.Length; )
        {
            var skip = span[i..].IndexOfAnyExceptInRange('\0', (char)(_firstOfInterest - 1));
            if (skip < 0)
            {
                return -1;
            }

            if (skip > 0)
            {
                i += skip;
                previous = i - 1;
            }

            var codePoint = Surrogates.CodePointAt(span, i, out var length);
            var traits = UnicodeData.GetTraits(codePoint);
            if ((traits & (_joins | _changes)) == 0)
            {
                previous = i;
                i += length;
                continue;
            }

            var begin = (traits & _joins) != 0 ? previous : i;
            for (i += length; i < span.Length; i += length)
            {
                codePoint = Surrogates.CodePointAt(span, i, out length);
                if ((UnicodeData.GetTraits(codePoint) & _joins) == 0)
                {
                    break;
                }
            }

            end = i;
            return begin;
        }

        return -1;
    }

    private void WriteSegment(AlignedText text, int start, int end)
    {
        var row = SegmentRow.Rent();
        Span<int> buffer = stackalloc int[3];
        for (var i = start; i < end; )
        {
            var codePoint = text.CodePointAt(i, out var length);
            var parts = UnicodeData.Decompose(codePoint, _compatible, buffer);
            if (parts.IsEmpty)
            {
                row.Add(codePoint, 0);
            }

            for (var n = 0; n < parts.Length; n++)
            {
                row.Add(parts[n], n == 0 ? 0 : 1);
            }

            i += length;
        }

        row.Sort();
        if (_composes)
        {
            row.Compose();
        }

        ChangeWriter writer = new(text, start);
        foreach (var entry in row.Entries)
        {
            writer.Put(entry.CodePoint, entry.Change);
        }

        row.Return();
    }

    /// <summary>A row of decomposed code points.</summary>
    private sealed class SegmentRow
    {
        [ThreadStatic]
        private static SegmentRow? Spare;

        private readonly List<Entry> _entries = [];
        private readonly List<Entry> _composed = [];

        public ReadOnlySpan<Entry> Entries => CollectionsMarshal.AsSpan(_entries);

        public static SegmentRow Rent()
        {
            var row = Spare ?? new SegmentRow();
            Spare = null;
            row._entries.Clear();
            return row;
        }

        public void Return()
        {
            // A row once made huge by a hostile text is not kept.
            if (_entries.Capacity <= 4096 && _composed.Capacity <= 4096)
            {
                Spare = this;
            }
        }

        public void Add(int codePoint, int change) =>
            _entries.Add(new Entry(codePoint, change, UnicodeData.GetClassRank(codePoint)));

        /// <summary>Puts each run of marks in the order of their classes, stably, in n log n however long it is.</summary>
        public void Sort()
        {
            var entries = CollectionsMarshal.AsSpan(_entries);
            for (var i = 0; i < entries.Length; )
            {
                if (entries[i].Rank == 0)
                {
                    i++;
                    continue;
                }

                var end = i + 1;
                var sorted = true;
                for (; end < entries.Length && entries[end].Rank != 0; end++)
                {
                    sorted &= entries[end - 1].Rank <= entries[end].Rank;
                }

                if (!sorted)
                {
                    var run = entries[i..end];
                    var keys = new long[run.Length];
                    for (var n = 0; n < keys.Length; n++)
                    {
                        keys[n] = ((long)run[n].Rank << 32) | (uint)n;
                    }

                    keys.AsSpan().Sort(run);
                }

                i = end;
            }
        }

        /// <summary>Composes canonically: a composite's change is the sum of its parts', less one.</summary>
        public void Compose()
        {
            _composed.Clear();
            var starter = -1;
            var lastRank = -1;
            foreach (var entry in _entries)
            {
                if (starter >= 0 && (lastRank < 0 || lastRank < entry.Rank))
                {
                    var first = _composed[starter];
                    var composite = UnicodeData.Compose(first.CodePoint, entry.CodePoint);
                    if (composite >= 0)
                    {
                        _composed[starter] = new Entry(composite, first.Change + entry.Change - 1, 0);
                        continue;
                    }
                }

                if (entry.Rank == 0)
                {
                    starter = _composed.Count;
                    lastRank = -1;
                }
                else if (starter >= 0)
                {
                    lastRank = entry.Rank;
                }

                _composed.Add(entry);
            }

            _entries.Clear();
            _entries.AddRange(_composed);
        }

        public readonly record struct Entry(int CodePoint, int Change, int Rank);
    }
}
