using System.Text;

namespace LocalSlm.Tools;

/// <summary>Reads a block of calls whose arguments stand apart between tags.</summary>
/// <param name="dialect">The tags.</param>
/// <param name="context">Where the block begins.</param>
/// <param name="knownOnly">Whether it is a block only if it names a tool of the request: for texts that begin like one.</param>
internal sealed class TaggedCallReader(TaggedDialect dialect, BlockContext context, bool knownOnly = false)
    : IBlockReader
{
    // Longer than any name that a tool or an argument may have; without a bound, a text without an end would be held back for ever.
    private const int MaxNameLength = 256;

    // So much white space may stand between a value's end and the next tag. It is held back, so it has to be bounded.
    private const int MaxSpace = 64;

    // What may follow an argument; the next call, too, since models leave ends out.
    private readonly string[] _next =
    [
        dialect.ParameterOpen,
        dialect.CallClose,
        dialect.BlockClose,
        dialect.BlockOpen,
        .. dialect.FunctionOpen.Length > 0 ? [dialect.FunctionOpen] : Array.Empty<string>(),
    ];

    private readonly StringBuilder _value = new();
    private readonly StringBuilder _stray = new();
    private Step _step = Step.Function;
    private TaggedCall? _call;
    private string _argument = "";
    private bool _hasCalled;

    private enum Step
    {
        Function,
        FunctionName,
        Argument,
        ArgumentName,
        ValueOpen,
        Value,
    }

    private enum Outcome
    {
        Moved,
        Waits,
        Closed,
        Declined,
    }

    /// <inheritdoc/>
    public BlockState Read(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        taken = 0;
        while (true)
        {
            var rest = text[taken..];
            var outcome = _step switch
            {
                Step.Function => ReadFunction(rest, isFinal, ref taken),
                Step.FunctionName => ReadFunctionName(rest, ref taken),
                Step.Argument => ReadArgument(rest, isFinal, output, ref taken),
                Step.ArgumentName => ReadArgumentName(rest, ref taken),
                Step.ValueOpen => ReadValueOpen(rest, isFinal, ref taken),
                _ => ReadValue(rest, isFinal, ref taken),
            };
            switch (outcome)
            {
                case Outcome.Waits:
                    taken = isFinal ? text.Length : taken;
                    return BlockState.Open;
                case Outcome.Closed:
                    return BlockState.Closed;
                case Outcome.Declined:
                    return BlockState.Declined;
            }
        }
    }

    /// <inheritdoc/>
    public BlockState End(ReplyWriter output)
    {
        if (_call is not { } call)
        {
            return _hasCalled ? BlockState.Closed : BlockState.Declined;
        }

        if (_step != Step.Value || !TryEndValue(call))
        {
            call.Fail("The reply ended within the call.");
        }

        output.Write(call.ToCall(_stray.ToString()));
        return BlockState.Closed;
    }

    private bool StartsWithTag(ReadOnlySpan<char> text)
    {
        foreach (var tag in _next)
        {
            if (text.StartsWith(tag))
            {
                return true;
            }
        }

        return false;
    }

    private bool MayBecomeTag(ReadOnlySpan<char> text)
    {
        foreach (var tag in _next)
        {
            if (MayBecome(text, tag))
            {
                return true;
            }
        }

        return false;
    }

    private static int SpaceLength(ReadOnlySpan<char> text) => text.Length - text.TrimStart().Length;

    // Whether what is there may still become the tag.
    private static bool MayBecome(ReadOnlySpan<char> text, string tag) =>
        text.Length < tag.Length && tag.AsSpan().StartsWith(text);

    private Outcome ReadFunction(ReadOnlySpan<char> text, bool isFinal, ref int taken)
    {
        var space = SpaceLength(text);
        text = text[space..];
        taken += space;
        if (text.IsEmpty)
        {
            return Outcome.Waits;
        }

        if (_hasCalled && text.StartsWith(dialect.BlockClose))
        {
            taken += dialect.BlockClose.Length;
            return Outcome.Closed;
        }

        if (text.StartsWith(dialect.FunctionOpen))
        {
            taken += dialect.FunctionOpen.Length;
            _step = Step.FunctionName;
            return Outcome.Moved;
        }

        return
            !isFinal && (MayBecome(text, dialect.FunctionOpen) || (_hasCalled && MayBecome(text, dialect.BlockClose)))
            ? Outcome.Waits
            : DeclineFunction();
    }

    private Outcome ReadFunctionName(ReadOnlySpan<char> text, ref int taken)
    {
        var length =
            dialect.FunctionOpenEnd.Length == 0 ? text.IndexOfAny('\n', '<') : text.IndexOf(dialect.FunctionOpenEnd);
        if (length < 0)
        {
            return text.Length < MaxNameLength + Math.Max(1, dialect.FunctionOpenEnd.Length)
                ? Outcome.Waits
                : DeclineFunction();
        }

        var name = text[..length].Trim();
        var tool = context.FindTool(name);
        if (name.IsEmpty || name.Length > MaxNameLength || name.ContainsAny(" \n<{\"") || (knownOnly && tool is null))
        {
            return DeclineFunction();
        }

        _call = new TaggedCall(name.ToString(), tool);
        taken += length + dialect.FunctionOpenEnd.Length;
        _step = Step.Argument;
        return Outcome.Moved;
    }

    // Behind another call the block ends; what was taken of the broken one is lost, since a call stands before it.
    private Outcome DeclineFunction() => _hasCalled ? Outcome.Closed : Outcome.Declined;

    private Outcome ReadArgument(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, ref int taken)
    {
        var space = SpaceLength(text);
        taken += space;
        _ = _stray.Append(text[..space]);
        text = text[space..];
        if (text.IsEmpty)
        {
            return Outcome.Waits;
        }

        if (text.StartsWith(dialect.ParameterOpen))
        {
            taken += dialect.ParameterOpen.Length;
            _step = Step.ArgumentName;
            return Outcome.Moved;
        }

        if (text.StartsWith(dialect.CallClose))
        {
            taken += dialect.CallClose.Length;
            return EndCall(output);
        }

        // The call's own end may be missing.
        if (text.StartsWith(dialect.BlockClose))
        {
            taken += dialect.BlockClose.Length;
            _ = EndCall(output);
            return Outcome.Closed;
        }

        // So may all ends of the call, where the next one begins.
        if (text.StartsWith(dialect.BlockOpen))
        {
            _ = EndCall(output);
            return Outcome.Closed;
        }

        if (dialect.FunctionOpen.Length > 0 && text.StartsWith(dialect.FunctionOpen))
        {
            return EndCall(output);
        }

        if (!isFinal && MayBecomeTag(text))
        {
            return Outcome.Waits;
        }

        var tag = text[1..].IndexOf(dialect.ParameterOpen[0]);
        var length = tag < 0 ? text.Length : tag + 1;
        _ = _stray.Append(text[..length]);
        taken += length;
        return Outcome.Moved;
    }

    private Outcome EndCall(ReplyWriter output)
    {
        output.Write(_call!.ToCall(_stray.ToString()));
        _ = _stray.Clear();
        _call = null;
        _hasCalled = true;
        _step = Step.Function;
        return dialect.FunctionClose.Length == 0 ? Outcome.Closed : Outcome.Moved;
    }

    private Outcome ReadArgumentName(ReadOnlySpan<char> text, ref int taken)
    {
        var length = text.IndexOf(dialect.ParameterOpenEnd);
        if (length < 0 && text.Length < MaxNameLength + dialect.ParameterOpenEnd.Length)
        {
            return Outcome.Waits;
        }

        if (length is < 0 or > MaxNameLength)
        {
            _call!.Fail("The name of an argument has no end.");
            _step = Step.Argument;
            return Outcome.Moved;
        }

        _argument = text[..length].Trim().ToString();
        _ = _value.Clear();
        taken += length + dialect.ParameterOpenEnd.Length;
        _step = dialect.ValueOpen.Length == 0 ? Step.Value : Step.ValueOpen;
        return Outcome.Moved;
    }

    private Outcome ReadValueOpen(ReadOnlySpan<char> text, bool isFinal, ref int taken)
    {
        var space = SpaceLength(text);
        text = text[space..];
        if (text.StartsWith(dialect.ValueOpen))
        {
            taken += space + dialect.ValueOpen.Length;
            _step = Step.Value;
            return Outcome.Moved;
        }

        taken += space;
        if (text.IsEmpty || (!isFinal && MayBecome(text, dialect.ValueOpen)))
        {
            return Outcome.Waits;
        }

        _call!.Fail($"The argument '{_argument}' has no value.");
        _step = Step.Argument;
        return Outcome.Moved;
    }

    // A value may hold anything, its own closing tag too: that ends it only where the next tag of the format follows.
    private Outcome ReadValue(ReadOnlySpan<char> text, bool isFinal, ref int taken)
    {
        var close = text.IndexOf(dialect.ValueClose);
        if (close < 0)
        {
            var length = isFinal ? text.Length : Math.Max(0, text.Length - dialect.ValueClose.Length + 1);
            _ = _value.Append(text[..length]);
            taken += length;
            return Outcome.Waits;
        }

        _ = _value.Append(text[..close]);
        taken += close;
        var behind = text[(close + dialect.ValueClose.Length)..];
        var space = SpaceLength(behind);
        var next = behind[Math.Min(space, MaxSpace)..];
        if (StartsWithTag(next))
        {
            return EndValue(ref taken);
        }

        if (next.IsEmpty || MayBecomeTag(next))
        {
            return isFinal ? EndValue(ref taken) : Outcome.Waits;
        }

        _ = _value.Append(dialect.ValueClose);
        taken += dialect.ValueClose.Length;
        return Outcome.Moved;
    }

    private Outcome EndValue(ref int taken)
    {
        taken += dialect.ValueClose.Length;
        AddArgument(isWhole: true);
        _step = Step.Argument;
        return Outcome.Moved;
    }

    // A model may forget to close its last value. Then the call's end, at the very end of the reply, closes it.
    private bool TryEndValue(TaggedCall call)
    {
        var value = _value.ToString();
        var end = value.TrimEnd();
        var closing = end.EndsWith(dialect.BlockClose, StringComparison.Ordinal) ? dialect.BlockClose : "";
        end = end[..^closing.Length].TrimEnd();
        if (dialect.FunctionClose.Length > 0 && end.EndsWith(dialect.FunctionClose, StringComparison.Ordinal))
        {
            closing = dialect.FunctionClose;
            end = end[..^closing.Length];
        }

        if (closing.Length > 0)
        {
            _ = _value.Clear().Append(end);
        }

        AddArgument(isWhole: closing.Length > 0);
        return closing.Length > 0;
    }

    private void AddArgument(bool isWhole)
    {
        var value = _value.ToString();
        if (dialect.ValueSpace.Length > 0)
        {
            value = value.StartsWith(dialect.ValueSpace, StringComparison.Ordinal)
                ? value[dialect.ValueSpace.Length..]
                : value;
            value =
                isWhole && value.EndsWith(dialect.ValueSpace, StringComparison.Ordinal)
                    ? value[..^dialect.ValueSpace.Length]
                    : value;
        }

        _call!.Add(_argument, value, dialect.TellsStrings);
        _ = _value.Clear();
    }
}
