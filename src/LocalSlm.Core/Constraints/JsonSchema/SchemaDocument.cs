using System.Globalization;
using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>A whole schema with its identifiers, and the references in it. Nothing is ever fetched.</summary>
internal sealed class SchemaDocument
{
    /// <summary>Deeper nesting is refused: no real schema comes near, and what reads schemas may then recurse.</summary>
    public const int MaxDepth = 256;

    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);

    public SchemaDocument(JsonElement root)
    {
        var id = IdOf(root, null);
        var resource = new SchemaResource(root, "", id);
        if (id is not null)
        {
            _resources[Key(id)] = resource;
        }

        Root = new SchemaNode(root, "", resource);
        SiblingsOfReferencesCount = !(
            root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("$schema", out var dialect)
            && dialect.ValueKind == JsonValueKind.String
            && dialect.GetString() is { } name
            && (
                name.Contains("draft-07", StringComparison.Ordinal)
                || name.Contains("draft-06", StringComparison.Ordinal)
                || name.Contains("draft-04", StringComparison.Ordinal)
            )
        );
        Index(Root);
    }

    public SchemaNode Root { get; }

    /// <summary>Gets a value indicating whether keywords beside <c>$ref</c> count: they do since 2019-09.</summary>
    public bool SiblingsOfReferencesCount { get; }

    /// <summary>Gets the schema under a keyword.</summary>
    public SchemaNode Child(SchemaNode parent, JsonElement element, string keyword) =>
        Node(parent, element, SchemaNode.Step(parent.Path, keyword));

    /// <summary>Gets the schema under a keyword and a name or an index.</summary>
    public SchemaNode Child(SchemaNode parent, JsonElement element, string keyword, string name) =>
        Node(parent, element, SchemaNode.Step(SchemaNode.Step(parent.Path, keyword), name));

    /// <summary>Gets the schema under a keyword and an index.</summary>
    public SchemaNode Child(SchemaNode parent, JsonElement element, string keyword, int index) =>
        Child(parent, element, keyword, index.ToString(CultureInfo.InvariantCulture));

    /// <summary>Finds what a reference means.</summary>
    /// <exception cref="UnsupportedSchemaException">It leads out of the document, or to nothing.</exception>
    public SchemaNode Resolve(SchemaNode from, string reference, string keyword)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var (address, fragment) = hash < 0 ? (reference, "") : (reference[..hash], reference[(hash + 1)..]);
        var resource = address.Length == 0 ? from.Resource : Find(from.Resource, address);
        if (resource is null)
        {
            throw new UnsupportedSchemaException(
                from.Path,
                keyword,
                $"'{reference}' leads out of this document. Remote schemas are never fetched: put the schema under $defs and refer to it there."
            );
        }

        fragment = Uri.UnescapeDataString(fragment);
        var found =
            fragment.Length == 0 ? Node(null, resource.Root, resource.Path, resource)
            : fragment[0] == '/' ? Walk(resource, fragment)
            : resource.Anchors.GetValueOrDefault(fragment);
        return found
            ?? throw new UnsupportedSchemaException(
                from.Path,
                keyword,
                $"'{reference}' leads to nothing in this document. Correct the reference, or add the schema under $defs."
            );
    }

    private static string Key(Uri id) => id.OriginalString.TrimEnd('#');

    private static Uri? IdOf(JsonElement element, Uri? parent)
    {
        if (
            element.ValueKind != JsonValueKind.Object
            || !(element.TryGetProperty("$id", out var value) || element.TryGetProperty("id", out value))
            || value.ValueKind != JsonValueKind.String
            || value.GetString() is not { Length: > 0 } text
            || text[0] == '#'
            || !Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var id)
        )
        {
            return null;
        }

        return id.IsAbsoluteUri || parent is not { IsAbsoluteUri: true } ? id : new Uri(parent, id);
    }

    private SchemaResource? Find(SchemaResource from, string address)
    {
        if (_resources.TryGetValue(address, out var found))
        {
            return found;
        }

        return
            from.Id is { IsAbsoluteUri: true } parent
            && Uri.TryCreate(parent, address, out var whole)
            && _resources.TryGetValue(whole.OriginalString, out found)
            ? found
            : null;
    }

    private SchemaNode? Walk(SchemaResource resource, string pointer)
    {
        var (element, path) = (resource.Root, resource.Path);
        foreach (var step in pointer[1..].Split('/'))
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value))
            {
                element = value;
            }
            else if (
                element.ValueKind == JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < element.GetArrayLength()
            )
            {
                element = element[index];
            }
            else
            {
                return null;
            }

            path = SchemaNode.Step(path, name);
        }

        return Node(null, element, path, resource);
    }

    private SchemaNode Node(SchemaNode? parent, JsonElement element, string path, SchemaResource? resource = null)
    {
        if (!_nodes.TryGetValue(path, out var node))
        {
            node = new SchemaNode(element, path, resource ?? parent!.Resource);
            _nodes.Add(path, node);
        }

        return node;
    }

    /// <summary>Notes every identifier and anchor. Values of <c>enum</c> and <c>const</c> are data: nothing in them is one.</summary>
    private void Index(SchemaNode root)
    {
        var open = new Stack<(SchemaNode Node, int Depth)>();
        open.Push((root, 0));
        _nodes[root.Path] = root;
        while (open.TryPop(out var next))
        {
            var (node, depth) = next;
            if (depth > MaxDepth)
            {
                throw new UnsupportedSchemaException(
                    node.Path.Length > 200 ? node.Path[..200] : node.Path,
                    null,
                    $"the schema is nested deeper than {MaxDepth} levels. Flatten it, or use $defs and $ref."
                );
            }

            if (node.Element.ValueKind == JsonValueKind.Object)
            {
                Anchor(node, "$anchor");
                Anchor(node, "$dynamicAnchor");
                foreach (var property in node.Element.EnumerateObject())
                {
                    Visit(node, property, depth, open);
                }
            }
        }
    }

    private static void Anchor(SchemaNode node, string keyword)
    {
        if (node.Element.TryGetProperty(keyword, out var name) && name.ValueKind == JsonValueKind.String)
        {
            node.Resource.Anchors.TryAdd(name.GetString()!, node);
        }
    }

    private void Visit(SchemaNode node, JsonProperty property, int depth, Stack<(SchemaNode Node, int Depth)> open)
    {
        var (name, value) = (property.Name, property.Value);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when SchemaKeywords.Single.Contains(name):
                open.Push((Register(node, value, SchemaNode.Step(node.Path, name)), depth + 1));
                break;
            case JsonValueKind.Object when SchemaKeywords.Maps.Contains(name):
                var path = SchemaNode.Step(node.Path, name);
                foreach (var entry in value.EnumerateObject())
                {
                    if (entry.Value.ValueKind == JsonValueKind.Object)
                    {
                        open.Push((Register(node, entry.Value, SchemaNode.Step(path, entry.Name)), depth + 1));
                    }
                }

                break;
            case JsonValueKind.Array when SchemaKeywords.Lists.Contains(name):
                var list = SchemaNode.Step(node.Path, name);
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    var step = SchemaNode.Step(list, index++.ToString(CultureInfo.InvariantCulture));
                    if (item.ValueKind == JsonValueKind.Object)
                    {
                        open.Push((Register(node, item, step), depth + 1));
                    }
                }

                break;
            default:
                break;
        }
    }

    private SchemaNode Register(SchemaNode parent, JsonElement element, string path)
    {
        var resource = parent.Resource;
        if (IdOf(element, resource.Id) is { } id)
        {
            resource = new SchemaResource(element, path, id);
            _resources.TryAdd(Key(id), resource);
        }

        // A duplicate key would be the same path twice; the last one counts, as it does for TryGetProperty.
        var node = new SchemaNode(element, path, resource);
        _nodes[path] = node;
        if (element.TryGetProperty("$id", out var anchor) || element.TryGetProperty("id", out anchor))
        {
            // Draft 6 and 7 name anchors so.
            if (anchor.ValueKind == JsonValueKind.String && anchor.GetString() is ['#', .. var name] && name.Length > 0)
            {
                resource.Anchors.TryAdd(name, node);
            }
        }

        return node;
    }
}
