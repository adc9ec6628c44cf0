namespace LocalSlm.Templating;

/// <summary>Parses a template's statements.</summary>
internal sealed partial class Parser
{
    // Deeper than any real template, shallow enough for any thread's stack.
    private const int MaxNesting = 64;

    private readonly List<Token> _tokens;
    private readonly List<NameExpression> _names = [];
    private readonly Dictionary<string, int> _globals = [];

    // Filters and tests that do not exist: an error at once, but inside a condition only when they are reached, as in Jinja.
    private readonly List<ChatTemplateException> _unknown = [];
    private Scope _scope = new(null, new FrameLayout());
    private int _position;
    private int _nesting;
    private int _conditional;
    private int _loops;

    private Parser(List<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_position];

    private Token Next => _tokens[Math.Min(_position + 1, _tokens.Count - 1)];

    /// <summary>Parses a template.</summary>
    public static (Statement[] Body, int Slots, string[] Globals) Parse(string source)
    {
        var parser = new Parser(Lexer.Tokenize(source));
        try
        {
            var body = parser.Body();
            if (parser._unknown.Count > 0)
            {
                throw parser._unknown[0];
            }

            parser.BindNames();
            return (body, parser._scope.Layout.Slots, [.. parser._globals.Keys]);
        }
        catch (ChatTemplateException e) when (e.Line is null)
        {
            throw parser.Error(e.Problem);
        }
    }

    private ChatTemplateException Error(string problem) => new(problem, Current.Line);

    private Token Take()
    {
        var token = Current;
        if (_position < _tokens.Count - 1)
        {
            _position++;
        }

        return token;
    }

    private bool Is(TokenKind kind, string text) => Current.Kind == kind && Current.Text == text;

    private bool IsOperator(string text) => Is(TokenKind.Operator, text);

    private bool IsName(string text) => Is(TokenKind.Name, text);

    private bool SkipOperator(string text)
    {
        bool found = IsOperator(text);
        _position += found ? 1 : 0;
        return found;
    }

    private bool SkipName(string text)
    {
        bool found = IsName(text);
        _position += found ? 1 : 0;
        return found;
    }

    private void Expect(TokenKind kind, string text)
    {
        if (!Is(kind, text))
        {
            throw Unexpected($"'{text}'");
        }

        Take();
    }

    private Token Expect(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            throw Unexpected($"'{new Token(kind, kind == TokenKind.Name ? "name" : "", 0).Describe()}'");
        }

        return Take();
    }

    private ChatTemplateException Unexpected(string expected) =>
        Error(
            Current.Kind == TokenKind.End
                ? $"unexpected end of template, expected {expected}."
                : $"expected token {expected}, got '{Current.Describe()}'"
        );

    private void Enter()
    {
        if (++_nesting > MaxNesting)
        {
            throw Error($"the template is nested more than {MaxNesting} deep");
        }
    }

    private void Leave() => _nesting--;

    private void BindNames()
    {
        foreach (var name in _names)
        {
            var places = name.Scope.Find(name.Name);
            if (!_globals.TryGetValue(name.Name, out int global))
            {
                _globals[name.Name] = global = _globals.Count;
            }

            name.Bind(places, global);
        }
    }

    private Scope OpenScope(bool ownFrame = false) =>
        _scope = new Scope(_scope, ownFrame ? new FrameLayout() : _scope.Layout);

    private void CloseScope() => _scope = _scope.Parent!;

    // Reads statements up to a block tag with one of the given names, which is left to be read.
    private Statement[] Body(params ReadOnlySpan<string> ends)
    {
        Enter();
        var body = new List<Statement>();
        while (true)
        {
            var token = Current;
            switch (token.Kind)
            {
                case TokenKind.Data:
                    Take();
                    body.Add(new TextStatement(token.Text, token.Line));
                    break;
                case TokenKind.VariableBegin:
                    Take();
                    int line = Current.Line;
                    body.Add(new PrintStatement(TupleOrExpression(), line));
                    Expect(TokenKind.VariableEnd);
                    break;
                case TokenKind.BlockBegin:
                    Take();
                    if (Current.Kind != TokenKind.Name)
                    {
                        throw Error("tag name expected");
                    }

                    if (ends.Contains(Current.Text))
                    {
                        Leave();
                        return [.. body];
                    }

                    if (StatementOf(Take()) is { } statement)
                    {
                        body.Add(statement);
                    }

                    Expect(TokenKind.BlockEnd);
                    break;
                default:
                    if (ends.Length > 0)
                    {
                        throw Error(
                            $"Unexpected end of template. The innermost block that needs to be closed wants '{ends[^1]}'."
                        );
                    }

                    Leave();
                    return [.. body];
            }
        }
    }

    // Reads the body of a block up to its end tag, of which the name is read too.
    private Statement[] BodyTo(string end)
    {
        Expect(TokenKind.BlockEnd);
        var body = Body(end);
        Take();
        return body;
    }

    private Statement? StatementOf(Token tag)
    {
        switch (tag.Text)
        {
            case "if":
                return If(tag.Line);
            case "for":
                return For(tag.Line);
            case "set":
                return Set(tag.Line);
            case "macro":
                return Macro(tag.Line);
            case "call":
                return Call(tag.Line);
            case "filter":
                return FilterBlock(tag.Line);
            case "with":
                return With(tag.Line);
            case "generation":
                return Scoped(tag.Line, "endgeneration");
            case "block":
                return Block(tag.Line);
            case "autoescape":
                var on = Expression();
                OpenScope();
                var body = BodyTo("endautoescape");
                var escaped = new AutoEscapeStatement(_scope, on, body, tag.Line);
                CloseScope();
                return escaped;
            case "print":
                return new PrintStatement(TupleOrExpression(), tag.Line);
            case "break" or "continue":
                return _loops > 0
                    ? new JumpStatement(tag.Text == "break" ? Flow.Break : Flow.Continue, tag.Line)
                    : throw Error($"'{tag.Text}' outside loop");
            case "include" or "import" or "from" or "extends":
                while (Current.Kind is not (TokenKind.BlockEnd or TokenKind.End))
                {
                    Take();
                }

                return new UnloadableStatement(tag.Line);
            default:
                throw Error($"Encountered unknown tag '{tag.Text}'.");
        }
    }

    private IfStatement If(int line)
    {
        var branches = new List<(Expression, Statement[])>();
        Statement[] otherwise = [];
        _conditional++;
        while (true)
        {
            var test = TupleOrExpression(withConditional: false);
            Expect(TokenKind.BlockEnd);
            branches.Add((test, Body("elif", "else", "endif")));
            string end = Take().Text;
            if (end == "elif")
            {
                continue;
            }

            if (end == "else")
            {
                otherwise = BodyTo("endif");
            }

            _conditional--;
            return new IfStatement([.. branches], otherwise, line);
        }
    }

    private ForStatement For(int line)
    {
        int targetStart = _position;
        SkipTarget();
        Expect(TokenKind.Name, "in");
        var source = TupleOrExpression(withConditional: false, "recursive");
        int filterStart = _position;
        bool hasFilter = IsName("if");
        // Whether the loop is recursive decides in which frame the target lives, but stands after the filter: look ahead.
        int ahead = _position;
        while (_tokens[ahead].Kind is not (TokenKind.BlockEnd or TokenKind.End))
        {
            ahead++;
        }

        bool recursive = _tokens[ahead - 1] is { Kind: TokenKind.Name, Text: "recursive" } && ahead - 1 >= filterStart;
        var scope = OpenScope(recursive);
        _position = targetStart;
        var target = Target("in");
        _position = filterStart;
        Expression? filter = null;
        if (hasFilter)
        {
            Take();
            filter = Expression();
        }

        if (recursive)
        {
            Expect(TokenKind.Name, "recursive");
        }

        int loopSlot = scope.Declare("loop");
        Expect(TokenKind.BlockEnd);
        _loops++;
        var body = Body("else", "endfor");
        _loops--;
        string end = Take().Text;
        CloseScope();
        var otherwiseScope = recursive ? new Scope(scope, scope.Layout) : new Scope(_scope, _scope.Layout);
        Statement[] otherwise = [];
        if (end == "else")
        {
            var outer = _scope;
            _scope = otherwiseScope;
            otherwise = BodyTo("endfor");
            _scope = outer;
        }

        return new ForStatement(line)
        {
            Target = target,
            Source = source,
            Filter = filter,
            Body = body,
            Otherwise = otherwise,
            LoopSlot = loopSlot,
            Scope = scope,
            OtherwiseScope = otherwiseScope,
            IsRecursive = recursive,
        };
    }

    private Statement Set(int line)
    {
        int start = _position;
        SkipTarget();
        if (SkipOperator("="))
        {
            var value = TupleOrExpression();
            int end = _position;
            _position = start;
            var target = Target("=", withNamespace: true);
            _position = end;
            return new SetStatement(target, value, line);
        }

        var filter = IsOperator("|") ? FilterChain(null) : null;
        var scope = OpenScope();
        var body = BodyTo("endset");
        CloseScope();
        int after = _position;
        _position = start;
        var captured = Target("", withNamespace: true);
        _position = after;
        return new CaptureStatement(captured, (FilterExpression?)filter, scope, body, line);
    }
}
