using System.Text;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Constraints.Regular;

/// <summary>Reads grammars in GBNF, the notation of llama.cpp (v0.4.0, grammars/README.md): rules <c>name ::= …</c>, literals, classes,
/// groups, <c>|</c>, <c>* + ? {m,n}</c>, <c>.</c>, comments, and control tokens as <c>&lt;name&gt;</c>.</summary>
/// <remarks>Tokens by number (<c>&lt;[7]&gt;</c>) and all tokens but one (<c>!&lt;name&gt;</c>) are refused by name.</remarks>
internal sealed class GbnfParser
{
    private const string Source = "grammar";
    private const string Root = "root";
    private const int MostCharacters = 1_000_000;
    private const int MostNesting = 200;
    private const int MostStacked = 4;
    private const int MostRules = 20_000;

    private readonly GbnfScanner _text;
    private readonly Dictionary<string, GbnfRule> _rules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GrammarNode> _classes = new(StringComparer.Ordinal);
    private int _depth;

    private GbnfParser(string text) => _text = new(text);

    /// <summary>Parses a grammar.</summary>
    /// <param name="grammar">Its text; the rule <c>root</c> is what a reply must be.</param>
    /// <returns>The rule <c>root</c>.</returns>
    /// <exception cref="GrammarException">It is malformed, refers to what is not there, is recursive on the left or without end, or is
    /// too large.</exception>
    public static GrammarNode Parse(string grammar)
    {
        if (grammar.Length > MostCharacters)
        {
            throw RegularLimits.TooLarge(Source, "characters", MostCharacters);
        }

        return new GbnfParser(grammar).Parse();
    }

    private RuleNode Parse()
    {
        _text.SkipSpace(lines: true);
        while (!_text.AtEnd)
        {
            ParseRule();
        }

        if (!_rules.TryGetValue(Root, out var root) || root.DefinedAt is null)
        {
            throw new GrammarException(Source, $"it has no rule '{Root}'. Name the rule of the whole reply so.");
        }

        GbnfRules.Check(_rules.Values);
        return root.Node;
    }

    private void ParseRule()
    {
        var start = _text.At;
        var name =
            _text.ReadName() ?? throw GbnfScanner.Bad(start, $"'{_text.Here}' stands where a rule's name should");
        _text.SkipSpace(lines: false);
        if (!_text.Take("::="))
        {
            throw GbnfScanner.Bad(_text.At, $"'::=' is missing behind the rule's name '{name}'");
        }

        _text.SkipSpace(lines: true);
        var rule = Rule(name, start);
        if (rule.DefinedAt is not null)
        {
            throw GbnfScanner.Bad(start, $"the rule '{name}' is there already");
        }

        rule.DefinedAt = start;
        rule.Node.Body = ParseAlternatives(isNested: false);
        if (!_text.AtEnd && _text.Current is not ('\r' or '\n'))
        {
            throw GbnfScanner.Bad(_text.At, $"'{_text.Here}' stands where the rule '{name}' should go on or end");
        }

        _text.SkipSpace(lines: true);
    }

    private GrammarNode ParseAlternatives(bool isNested)
    {
        if (++_depth > MostNesting)
        {
            throw GbnfScanner.Bad(
                _text.At,
                $"groups are nested deeper than {MostNesting}; give some a rule of their own"
            );
        }

        var options = new List<GrammarNode> { ParseSequence(isNested) };
        while (_text.Take("|"))
        {
            _text.SkipSpace(lines: true);
            options.Add(ParseSequence(isNested));
        }

        _depth--;
        return GrammarNode.Choice(options);
    }

    private GrammarNode ParseSequence(bool isNested)
    {
        var items = new List<GrammarNode>();
        while (ParseItem(isNested) is { } item)
        {
            for (var count = 0; ParseRepetition(item, isNested) is { } repeated; count++)
            {
                item =
                    count < MostStacked
                        ? repeated
                        : throw GbnfScanner.Bad(
                            _text.At,
                            $"more than {MostStacked} repetitions stand one behind the other"
                        );
            }

            items.Add(item);
        }

        return GrammarNode.Sequence(items);
    }

    private GrammarNode? ParseItem(bool isNested)
    {
        if (_text.AtEnd)
        {
            return null;
        }

        var start = _text.At;
        GrammarNode item;
        switch (_text.Current)
        {
            case '"':
                item = ParseLiteral();
                break;
            case '[':
                item = ParseClass();
                break;
            case '.':
                _text.At++;
                item = ClassNode(CodePointSet.All);
                break;
            case '(':
                _text.At++;
                _text.SkipSpace(lines: true);
                item = ParseAlternatives(isNested: true);
                if (!_text.Take(")"))
                {
                    throw GbnfScanner.Bad(start, "a '(' has no ')'");
                }

                break;
            case '<':
                item = ParseMarker();
                break;
            case '!':
                throw GbnfScanner.Bad(start, "'!<…>', every token but one, is not supported; write what may come");
            case '*' or '+' or '?' or '{':
                throw GbnfScanner.Bad(start, $"nothing stands before '{_text.Current}' that could be repeated");
            default:
                if (_text.ReadName() is not { } name)
                {
                    return null;
                }

                item = Rule(name, start).Node;
                break;
        }

        _text.SkipSpace(isNested);
        return item;
    }

    private RepeatNode? ParseRepetition(GrammarNode item, bool isNested)
    {
        if (_text.AtEnd)
        {
            return null;
        }

        var start = _text.At;
        (int Min, int? Max) counts;
        switch (_text.Current)
        {
            case '*':
                counts = (0, null);
                _text.At++;
                break;
            case '+':
                counts = (1, null);
                _text.At++;
                break;
            case '?':
                counts = (0, 1);
                _text.At++;
                break;
            case '{':
                _text.At++;
                counts = ParseInterval(start, isNested);
                break;
            default:
                return null;
        }

        _text.SkipSpace(isNested);
        return new(item, counts.Min, counts.Max);
    }

    private (int Min, int? Max) ParseInterval(int start, bool isNested)
    {
        _text.SkipSpace(isNested);
        var min = _text.ReadCount() ?? throw GbnfScanner.Bad(_text.At, "a number is missing behind '{'");
        int? max = min;
        _text.SkipSpace(isNested);
        if (_text.Take(","))
        {
            _text.SkipSpace(isNested);
            max = _text.ReadCount();
            _text.SkipSpace(isNested);
        }

        if (!_text.Take("}"))
        {
            throw GbnfScanner.Bad(start, "a '{' has no '}'");
        }

        return max < min ? throw GbnfScanner.Bad(start, $"a repetition ends at {max} and begins at {min}") : (min, max);
    }

    private GrammarNode ParseLiteral()
    {
        var start = _text.At++;
        var literal = new StringBuilder();
        while (!_text.Take("\""))
        {
            if (_text.AtEnd)
            {
                throw GbnfScanner.Bad(start, "a '\"' has no second '\"'");
            }

            literal.Append(new Rune(_text.ReadCharacter()).ToString());
        }

        return GrammarNode.Text(literal.ToString());
    }

    private GrammarNode ParseClass()
    {
        var start = _text.At++;
        var isNegative = _text.Take("^");
        var ranges = new List<(int First, int Last)>();
        while (!_text.Take("]"))
        {
            if (_text.AtEnd)
            {
                throw GbnfScanner.Bad(start, "a '[' has no ']'");
            }

            var first = _text.ReadCharacter();
            var last = first;
            if (_text.From(_text.At) is ['-', not ']', ..])
            {
                _text.At++;
                last = _text.ReadCharacter();
                if (last < first)
                {
                    throw GbnfScanner.Bad(start, "a range ends before its start");
                }
            }

            ranges.Add((first, last));
        }

        var set = CodePointSet.Of(ranges);
        return ClassNode(isNegative ? set.Negate() : set);
    }

    private GrammarNode ClassNode(CodePointSet set)
    {
        var key = string.Join(',', set.Ranges.ToArray());
        if (!_classes.TryGetValue(key, out var node))
        {
            node = set.IsEmpty ? GrammarNode.Never : GrammarNode.Automaton(CharAutomaton.FromSet(set).ToUtf8());
            _classes.Add(key, node);
        }

        return node;
    }

    private GrammarNode ParseMarker()
    {
        var rest = _text.From(_text.At);
        var length = rest.IndexOf('>');
        if (length < 0 || rest[..length].ContainsAny('\r', '\n'))
        {
            throw GbnfScanner.Bad(_text.At, "a '<' has no '>'");
        }

        var name = rest[..(length + 1)].ToString();
        if (name.StartsWith("<[", StringComparison.Ordinal))
        {
            throw GbnfScanner.Bad(
                _text.At,
                $"'{name}', a token by its number, is not supported; use its name, such as <think>"
            );
        }

        if (length == 1)
        {
            throw GbnfScanner.Bad(_text.At, "'<>' names no token");
        }

        _text.At += length + 1;
        return GrammarNode.Marker(name);
    }

    private GbnfRule Rule(string name, int usedAt)
    {
        if (!_rules.TryGetValue(name, out var rule))
        {
            if (_rules.Count >= MostRules)
            {
                throw RegularLimits.TooLarge(Source, "rules", MostRules);
            }

            rule = new(new RuleNode(name), usedAt);
            _rules.Add(name, rule);
        }

        return rule;
    }
}
