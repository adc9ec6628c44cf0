using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace LocalSlm.Onnx.Format;

/// <summary>The chat templates of a folder, from whichever of the usual files hold them.</summary>
/// <param name="Default">The template that is used where none is named, or <see langword="null"/>.</param>
/// <param name="Named">All others by name.</param>
internal sealed record ChatTemplateFiles(string? Default, IReadOnlyDictionary<string, string> Named)
{
    private const string DefaultName = "default";
    private const int FileLimit = 4 << 20;
    private const int MostTemplates = 64;

    /// <summary>Reads them. A file of its own goes before the entry in <c>tokenizer_config.json</c>, and that before the older
    /// <c>chat_template.json</c>, as the transformers library (4.57) has it.</summary>
    public static ChatTemplateFiles Read(ModelFolder folder, JsonFile? tokenizerConfig)
    {
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        if (folder.Find("chat_template.json") is { } older)
        {
            Add(templates, older, JsonFile.Read(older, FileLimit).Root.Find("chat_template"));
        }

        if (tokenizerConfig is not null)
        {
            Add(templates, tokenizerConfig.Path, tokenizerConfig.Root.Find("chat_template"));
        }

        if (folder.Find("chat_template.jinja") is { } own)
        {
            templates[DefaultName] = ReadText(own);
        }

        var additional = Path.Combine(folder.Path, "additional_chat_templates");
        if (Directory.Exists(additional))
        {
            foreach (var file in Directory.EnumerateFiles(additional, "*.jinja").Take(MostTemplates + 1))
            {
                var name = Path.GetFileName(file);
                templates[Path.GetFileNameWithoutExtension(name)] = ReadText(
                    folder.Resolve($"additional_chat_templates/{name}", folder.Path)
                );
            }
        }

        if (templates.Count > MostTemplates)
        {
            throw new ModelFileException(
                folder.Path,
                $"it has {templates.Count} chat templates or more; at most {MostTemplates} are read."
            );
        }

        templates.Remove(DefaultName, out var standard);
        return new(standard is { Length: > 0 } ? standard : null, templates);
    }

    // One template, or a list of {name, template}.
    private static void Add(Dictionary<string, string> templates, string path, ConfigNode? node)
    {
        switch (node)
        {
            case null:
                return;
            case { Kind: JsonValueKind.String } one:
                templates[DefaultName] = one.Text();
                return;
            case { Kind: JsonValueKind.Array } list:
                foreach (var entry in list.Entries().Take(MostTemplates + 1))
                {
                    var name = entry.FindText("name");
                    var template = entry.FindText("template");
                    if (name is not { Length: > 0 and <= 256 } || template is null)
                    {
                        throw new ModelFileException(
                            path,
                            $"'{entry.Key}' must be an object with a 'name' of 1 to 256 characters and a 'template'."
                        );
                    }

                    templates[name] = template;
                }

                return;
            case { } other:
                throw other.Fault("a text, or a list of objects with 'name' and 'template'");
        }
    }

    private static string ReadText(string path)
    {
        var bytes = JsonFile.ReadBytes(path, FileLimit).Span;
        return Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw new ModelFileException(path, "it is no valid UTF-8. The file is damaged; get it again.");
    }
}
