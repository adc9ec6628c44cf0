using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LocalSlm.Tests;

/// <summary>The documentation comments of the packages, as Markdown.</summary>
internal static partial class XmlDocs
{
    private static readonly Dictionary<string, Dictionary<string, XElement>> s_files = [];

    /// <summary>Gets a part of a property's documentation, as one line.</summary>
    public static string Of(PropertyInfo property, string part)
    {
        var type = property.DeclaringType!;
        var member = $"P:{type.FullName}.{property.Name}";
        return Load(type.Assembly).TryGetValue(member, out var element) && element.Element(part) is { } found
            ? Spaces.Replace(Render(found, type), " ").Trim()
            : "";
    }

    private static Dictionary<string, XElement> Load(Assembly assembly)
    {
        var name = assembly.GetName().Name!;
        if (!s_files.TryGetValue(name, out var members))
        {
            var file = Path.Combine(AppContext.BaseDirectory, $"{name}.xml");
            members = XDocument
                .Load(file)
                .Descendants("member")
                .ToDictionary(static member => (string)member.Attribute("name")!);
            s_files.Add(name, members);
        }

        return members;
    }

    private static string Render(XElement element, Type from)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(
                node switch
                {
                    XText plain => plain.Value,
                    XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                    XElement reference when reference.Attribute("langword") is { } word => $"`{word.Value}`",
                    XElement reference when reference.Attribute("cref") is { } target =>
                        $"`{Short(target.Value, from)}`",
                    XElement other => Render(other, from),
                    _ => "",
                }
            );
        }

        return text.ToString();
    }

    // P:LocalSlm.ModelLoadOptions.Threads is Threads within its own type, and says the type elsewhere.
    private static string Short(string cref, Type from)
    {
        var parts = cref[2..].Split('(')[0].Split('.');
        return cref[0] == 'T' || parts[^2] == from.Name ? parts[^1] : $"{parts[^2]}.{parts[^1]}";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces { get; }
}
