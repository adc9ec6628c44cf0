using System.Globalization;
using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Makes terms, each but once.</summary>
internal sealed class TermTable
{
    /// <summary>More terms than this come only from products that explode.</summary>
    private const int MaxTerms = 300_000;

    private readonly Dictionary<string, SchemaTerm> _terms = new(StringComparer.Ordinal);
    private int _count;

    public TermTable()
    {
        Any = new SchemaTerm(_count++, TermKind.Any);
        Never = new SchemaTerm(_count++, TermKind.Never);
    }

    public SchemaTerm Any { get; }

    public SchemaTerm Never { get; }

    public SchemaTerm Schema(SchemaNode node) =>
        node.Element.ValueKind switch
        {
            JsonValueKind.True => Any,
            JsonValueKind.False => Never,
            _ => Make("s" + node.Path, node.Path, id => new SchemaTerm(id, TermKind.Schema) { Node = node }),
        };

    public SchemaTerm SchemaWithoutUnevaluated(SchemaNode node) =>
        Make("u" + node.Path, node.Path, id => new SchemaTerm(id, TermKind.SchemaWithoutUnevaluated) { Node = node });

    public SchemaTerm Literal(JsonElement value, string path) =>
        Make("l" + value.GetRawText(), path, id => new SchemaTerm(id, TermKind.Literal) { Literal = value });

    public SchemaTerm Fixed(ValueSet set) => Count(new SchemaTerm(_count++, TermKind.Fixed) { Set = set }, "");

    public SchemaTerm Not(SchemaTerm term, SchemaOrigin origin) =>
        term.Kind switch
        {
            TermKind.Any => Never,
            TermKind.Never => Any,
            TermKind.Not => term.Parts[0],
            _ => Make(
                "n" + Name(term),
                origin.Path,
                id => new SchemaTerm(id, TermKind.Not) { Parts = [term], Origin = origin }
            ),
        };

    public SchemaTerm All(params IReadOnlyList<SchemaTerm> parts) => Combine(TermKind.All, Any, Never, parts);

    public SchemaTerm Some(params IReadOnlyList<SchemaTerm> parts) => Combine(TermKind.Some, Never, Any, parts);

    private static string Name(SchemaTerm term) => term.Id.ToString(CultureInfo.InvariantCulture);

    private SchemaTerm Combine(TermKind kind, SchemaTerm neutral, SchemaTerm absorbing, IReadOnlyList<SchemaTerm> parts)
    {
        var flat = new List<SchemaTerm>();
        var seen = new HashSet<int>();
        foreach (var part in parts)
        {
            foreach (var inner in part.Kind == kind ? part.Parts : [part])
            {
                if (inner == absorbing)
                {
                    return absorbing;
                }

                if (inner != neutral && seen.Add(inner.Id))
                {
                    flat.Add(inner);
                }
            }
        }

        return flat.Count switch
        {
            0 => neutral,
            1 => flat[0],
            _ => Make(
                (kind == TermKind.All ? "&" : "|") + string.Join(',', flat.Select(Name)),
                "",
                id => new SchemaTerm(id, kind) { Parts = flat }
            ),
        };
    }

    private SchemaTerm Make(string key, string path, Func<int, SchemaTerm> create)
    {
        if (!_terms.TryGetValue(key, out var term))
        {
            term = Count(create(_count++), path);
            _terms.Add(key, term);
        }

        return term;
    }

    private SchemaTerm Count(SchemaTerm term, string path) =>
        _count <= MaxTerms
            ? term
            : throw new UnsupportedSchemaException(
                path,
                null,
                $"combining its subschemas gives more than {MaxTerms} sets of values. Use fewer branches of anyOf, oneOf and allOf."
            );
}
