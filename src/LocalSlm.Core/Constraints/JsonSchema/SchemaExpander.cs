using System.Runtime.CompilerServices;
using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Looks into terms: merges keywords, references and combinations into sets of values by type, whose members are terms
/// again. What was looked into is kept. Not safe for use by several threads.</summary>
internal sealed class SchemaExpander
{
    /// <summary>Longer chains of references and combinations without a value in between are refused.</summary>
    private const int MaxChain = 300;

    /// <summary>About two seconds, in steps of ten microseconds.</summary>
    private const long MaxWork = 200_000;

    /// <summary>How many states of an automaton are made within a step.</summary>
    private const int StatesAStep = 3;

    private readonly SchemaReader _reader;
    private readonly ValueAlgebra _algebra;
    private readonly Dictionary<(int Term, bool Strict), ValueSet> _known = [];
    private readonly HashSet<int> _open = [];
    private readonly HashSet<SchemaOrigin> _downgraded = [];
    private string _path = "";
    private long _work;
    private int _strict;

    public SchemaExpander(SchemaDocument document, JsonSchemaSettings settings)
    {
        Settings = settings;
        Document = document;
        Shapes = new ShapeAlgebra(Terms);
        _algebra = new ValueAlgebra(Shapes);
        Emptiness = new Emptiness(this);
        _algebra.IsEmptyArray = shape =>
        {
            Spend(1 + (shape.Prefix.Count / 16));
            return Emptiness.IsEmptyForCertain(shape);
        };
        _algebra.IsEmptyObject = shape =>
        {
            Spend(1 + (shape.Members.Count / 16));
            return Emptiness.IsEmptyForCertain(shape);
        };
        _reader = new SchemaReader(this);
    }

    public JsonSchemaSettings Settings { get; }

    public SchemaDocument Document { get; }

    public TermTable Terms { get; } = new();

    public ShapeAlgebra Shapes { get; }

    public Emptiness Emptiness { get; }

    /// <summary>Gets a value indicating whether what is looked into now must be exact: nothing is dropped and nothing narrowed.</summary>
    public bool IsStrict => _strict > 0;

    /// <summary>Gets the set that a term stands for, with members still to be looked into.</summary>
    /// <exception cref="SchemaRefusal">Something in it cannot be enforced.</exception>
    /// <exception cref="UnsupportedSchemaException">It is no schema.</exception>
    /// <exception cref="OpenTermException">It refers to itself without a value in between.</exception>
    public ValueSet Expand(SchemaTerm term)
    {
        switch (term.Kind)
        {
            case TermKind.Any:
                return ValueSet.Any;
            case TermKind.Never:
                return ValueSet.Never;
            case TermKind.Fixed:
                return term.Set!;
        }

        if (_known.TryGetValue((term.Id, IsStrict), out var set))
        {
            return set;
        }

        if (!_open.Add(term.Id))
        {
            throw new OpenTermException(term.Node?.Path ?? _path);
        }

        var path = _path;
        _path = term.Node?.Path ?? _path;
        try
        {
            if (_open.Count > MaxChain || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            {
                throw new SchemaRefusal(
                    new SchemaOrigin(_path, "$ref"),
                    $"more than {MaxChain} schemas apply to one value by way of $ref, allOf, anyOf and the like. Merge some of them."
                );
            }

            set = Look(term);
            SpendOn(set.Texts);
        }
        catch (GrammarException e) when (term.Origin.Keyword is not null)
        {
            Refuse(term.Origin, e.Message);
            set = ValueSet.Any;
        }
        finally
        {
            _open.Remove(term.Id);
            _path = path;
        }

        _known[(term.Id, IsStrict)] = set;
        return set;
    }

    /// <summary>Looks into a term without downgrading anything.</summary>
    public ValueSet ExpandStrictly(SchemaTerm term)
    {
        _strict++;
        try
        {
            return Expand(term);
        }
        finally
        {
            _strict--;
        }
    }

    public ValueSet Intersect(ValueSet a, ValueSet b) => _algebra.Intersect(a, b);

    /// <summary>Refuses a keyword, or notes that it is dropped. The caller then goes on without it.</summary>
    /// <exception cref="SchemaRefusal">Nothing may be dropped here.</exception>
    public void Refuse(SchemaOrigin origin, string problem)
    {
        if (!Settings.Lenient || IsStrict)
        {
            throw new SchemaRefusal(origin, problem);
        }

        if (_downgraded.Add(origin))
        {
            Settings.OnDowngrade?.Invoke(origin.Path, origin.Keyword);
        }
    }

    /// <summary>Counts work, so that no schema takes long, and none goes on for a request that was cancelled.</summary>
    /// <param name="steps">How much, in steps of about ten microseconds.</param>
    /// <exception cref="UnsupportedSchemaException">It was too much.</exception>
    /// <exception cref="OperationCanceledException">The compilation was cancelled.</exception>
    public void Spend(long steps)
    {
        Settings.CancellationToken.ThrowIfCancellationRequested();
        _work += steps;
        if (_work > MaxWork)
        {
            throw new UnsupportedSchemaException(
                _path,
                null,
                "up to here the schema needs more work than a request may take. Use fewer subschemas and patterns, or smaller ones."
            );
        }
    }

    /// <summary>Counts the work that the automaton of a set of strings took.</summary>
    public void SpendOn(TextSet texts) => Spend(1 + (texts.StateCount / StatesAStep));

    private ValueSet Look(SchemaTerm term) =>
        term.Kind switch
        {
            TermKind.Schema => _reader.Read(term.Node!, withUnevaluated: true),
            TermKind.SchemaWithoutUnevaluated => _reader.Read(term.Node!, withUnevaluated: false),
            TermKind.Literal => Literal(term.Literal),
            TermKind.All => term.Parts.Aggregate(ValueSet.Any, (all, part) => _algebra.Intersect(all, Expand(part))),
            TermKind.Some => ValueAlgebra.Union([.. term.Parts.Select(Expand)]),
            TermKind.Not => Complement(term),
            _ => throw new InvalidOperationException($"No set is known for {term.Kind}."),
        };

    private ValueSet Complement(SchemaTerm term)
    {
        try
        {
            // A part that is dropped inside would make the outside narrower: all of it counts, or the whole 'not' is dropped.
            return _algebra.Complement(ExpandStrictly(term.Parts[0]), term.Origin);
        }
        catch (SchemaRefusal refusal) when (Settings.Lenient && !IsStrict)
        {
            Refuse(term.Origin, refusal.Message);
            return ValueSet.Any;
        }
    }

    /// <summary>Gets the set of one value.</summary>
    private ValueSet Literal(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return new ValueSet { Null = true };
            case JsonValueKind.True:
                return new ValueSet { True = true };
            case JsonValueKind.False:
                return new ValueSet { False = true };
            case JsonValueKind.String:
                return new ValueSet { Texts = TextSet.FromLiterals([SchemaValues.Text(value, _path, "const")]) };
            case JsonValueKind.Number:
                return new ValueSet
                {
                    Numbers = new NumberSet([NumberTerm.Point(SchemaValues.Number(value, _path, "const"))]),
                };
            case JsonValueKind.Array:
                var items = value.EnumerateArray().Select(item => Terms.Literal(item, _path)).ToArray();
                return new ValueSet
                {
                    Arrays =
                    [
                        new ArrayShape
                        {
                            Prefix = items,
                            Rest = Terms.Never,
                            Min = items.Length,
                            Max = items.Length,
                        },
                    ],
                };
            default:
                var members = new Dictionary<string, MemberRule>(StringComparer.Ordinal);
                foreach (var property in value.EnumerateObject())
                {
                    members[property.Name] = new MemberRule(property.Name, Terms.Literal(property.Value, _path), true);
                }

                return new ValueSet
                {
                    Objects =
                    [
                        new ObjectShape
                        {
                            Members = [.. members.Values],
                            Others = [new NameRule(TextSet.Any, Terms.Never)],
                        },
                    ],
                };
        }
    }
}
