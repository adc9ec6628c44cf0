using System.Runtime.CompilerServices;

namespace LocalSlm.Templating;

/// <summary>What one render knows and has used up.</summary>
internal sealed class RenderState : IDisposable
{
    private readonly Stack<TextBuilder> _spare = new();
    private readonly CancellationToken _cancellationToken;
    private readonly object?[] _globals;
    private readonly IReadOnlyList<string> _globalNames;
    private int _stepsLeft;
    private long _charactersLeft;
    private int _callDepth;

    public RenderState(
        ChatTemplateInput input,
        IReadOnlyList<string> globalNames,
        int slots,
        CancellationToken cancellationToken
    )
    {
        Input = input;
        Limits = input.Limits;
        _globalNames = globalNames;
        _globals = new object?[globalNames.Count];
        Array.Fill(_globals, Missing.Value);
        _stepsLeft = Limits.MaxSteps;
        _charactersLeft = Limits.MaxTotalCharacters;
        _cancellationToken = cancellationToken;
        Frame = new Frame(slots, null);
        Output = new TextBuilder(this);
    }

    public ChatTemplateInput Input { get; }

    public TemplateLimits Limits { get; }

    /// <summary>Gets or sets the variables of the macro being run, or of the template itself.</summary>
    public Frame Frame { get; set; }

    /// <summary>Gets or sets where printed text goes.</summary>
    public TextBuilder Output { get; set; }

    /// <summary>Gets or sets a value indicating whether printed text is escaped as HTML.</summary>
    public bool AutoEscape { get; set; }

    /// <summary>Gets or sets the line of the statement being run.</summary>
    public int Line { get; set; } = 1;

    /// <summary>Gets or sets the messages in place of the given ones, where the final one is to be continued.</summary>
    public object? Messages { get; set; } = Missing.Value;

    public ChatTemplateException Error(string problem) => new(problem, Line);

    public ChatTemplateException Limit(string problem) => new(problem + "; the template was stopped", Line);

    /// <summary>Counts one step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step()
    {
        if ((--_stepsLeft & 0xFF) == 0 || _stepsLeft < 0)
        {
            Check();
        }
    }

    /// <summary>Counts many steps at once, before the work is done.</summary>
    public void Charge(long steps)
    {
        if (steps > _stepsLeft)
        {
            _stepsLeft = -1;
        }
        else
        {
            _stepsLeft -= (int)steps;
        }

        if (_stepsLeft < 0 || steps > 256)
        {
            Check();
        }
    }

    /// <summary>Counts the characters of a text that is about to be made.</summary>
    public void ChargeText(int length)
    {
        // The object that holds a text weighs about as much as 16 characters.
        _charactersLeft -= length + 16;
        if (_charactersLeft < 0)
        {
            throw Limit($"the texts built during one render have more than {Limits.MaxTotalCharacters} characters");
        }
    }

    public void CheckLength(long length)
    {
        if (length > Limits.MaxOutputCharacters)
        {
            throw Limit($"a text would have {length} characters, more than {Limits.MaxOutputCharacters}");
        }
    }

    public void CheckValueDepth(int depth)
    {
        if (depth > Limits.MaxValueDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Limit($"values are nested more than {Limits.MaxValueDepth} deep");
        }
    }

    /// <summary>Enters a macro or a recursive loop.</summary>
    public void EnterCall()
    {
        if (++_callDepth > Limits.MaxCallDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Limit($"calls are nested more than {Limits.MaxCallDepth} deep");
        }
    }

    public void LeaveCall() => _callDepth--;

    /// <summary>Gets an empty builder, to be handed back with <see cref="ReturnBuilder"/>.</summary>
    public TextBuilder RentBuilder() => _spare.TryPop(out var builder) ? builder : new TextBuilder(this);

    /// <summary>Takes the text out of a builder and keeps the builder for reuse.</summary>
    public object ReturnBuilder(TextBuilder builder, bool isMarkup = false)
    {
        object text = builder.ToText(isMarkup);
        builder.Clear();
        _spare.Push(builder);
        return text;
    }

    /// <summary>Prints a value.</summary>
    public void Write(TextBuilder output, object? value)
    {
        if (!AutoEscape)
        {
            if (value is string text)
            {
                output.Append(text);
            }
            else
            {
                PythonRepr.Write(this, output, value);
            }
        }
        else
        {
            output.AppendText(Markup.Escape(this, PythonRepr.ToText(this, value)));
        }
    }

    /// <summary>Gets a variable that no scope of the template sets.</summary>
    public object? Global(int index)
    {
        object? value = _globals[index];
        if (ReferenceEquals(value, Missing.Value))
        {
            _globals[index] = value = FindGlobal(_globalNames[index]);
        }

        return value;
    }

    public void Dispose()
    {
        Output.Dispose();
        foreach (var builder in _spare)
        {
            builder.Dispose();
        }
    }

    private object? FindGlobal(string name)
    {
        if (name == "messages" && !ReferenceEquals(Messages, Missing.Value))
        {
            return Messages;
        }

        return Input.Variables.TryGetValue(name, out object? given) ? Values.Import(given)
            : Globals.Table.TryGetValue(name, out var function) ? function
            : Undefined.Variable(name);
    }

    private void Check()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (_stepsLeft < 0)
        {
            throw Limit($"the template took more than {Limits.MaxSteps} steps");
        }
    }
}
