using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using LocalSlm.Hosting;
using LocalSlm.Onnx;

namespace LocalSlm.Tests;

/// <summary>Writes <c>docs/guide/configuration.md</c> from the options and their documentation comments.</summary>
internal static class ConfigurationReference
{
    // Properties that hold objects: each has a table of its own, or is no part of configuration.
    private static readonly string[] s_groups =
    [
        nameof(LocalSlmOptions.Onnx),
        nameof(LocalSlmOptions.Defaults),
        nameof(LocalSlmOptions.Models),
        nameof(LocalSlmOptions.EmbeddingModels),
        nameof(LocalSlmOptions.Notices),
        nameof(ChatModelOptions.Load),
        nameof(ChatModelOptions.LoadProgress),
        nameof(EmbeddingModelOptions.Embedding),
    ];

    /// <summary>Writes the page.</summary>
    public static string Write()
    {
        var page = new StringBuilder(
            """
            # Configuration reference

            Every key that `AddLocalSlm(configuration)` reads, below the section `LocalSlm`. This page is generated from the documentation of
            the options: do not edit it by hand. [Hosting](hosting.md) shows how they are used.

            Keys and the names of choices are read in any case. Whatever cannot be read, is unknown, or contradicts something else is told by
            name, all of it together, in one `OptionsValidationException` when the host starts.

            | value | is written as |
            |---|---|
            | size | a number of bytes, or a number with `B`, `kB`, `MB`, `GB`, `TB` (powers of 1000) or `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024), with or without a space between. `4g` is refused: it could be either |
            | duration | a number of seconds; or `10m`, `1h30m`, `1.5s`, `250ms`; or `00:10:00` |
            | keep-alive | a duration; `0`: at once; anything negative, such as `-1`: for ever |
            | list | a text with commas, or an array |
            | device | `npu`, `gpu`, `igpu`, `cpu`, `gpu:1`, `gpu:vendor=intel` and so on; see [devices](devices.md). In a list also a section with `Device` and `Options` for the execution provider |
            | automatic | an empty text |


            """
        );
        Section(page, "The host", "LocalSlm", new LocalSlmOptions());
        page.Append(
            """
            ## Models

            `LocalSlm:Models:<name>` adds a chat model, `LocalSlm:EmbeddingModels:<name>` an embedding model. A text is the model's path
            (`"phi": "models/phi.gguf"`); a section has these keys, and those of the load options below beside them. A name may hold `/` and
            `:`, such as `microsoft/phi-4-mini` and `qwen2.5:3b`.


            """
        );
        Section(page, "Chat models", "LocalSlm:Models:<name>", new ChatModelOptions(), "###");
        Section(page, "Embedding models", "LocalSlm:EmbeddingModels:<name>", new EmbeddingModelOptions(), "###");
        Section(page, null, "LocalSlm:EmbeddingModels:<name>", new EmbeddingLoadOptions());
        page.Append(
            """
            ## Load options

            Below `LocalSlm:Defaults`, for every model that does not say otherwise, and below `LocalSlm:Models:<name>` or
            `LocalSlm:EmbeddingModels:<name>`, for one. Those that are marked *chat* concern conversations: for an embedding model they are
            refused, and those of `Defaults` do not reach it.


            """
        );
        Section(page, null, "LocalSlm:Models:<name>", new ModelLoadOptions());
        Section(page, "ONNX Runtime", "LocalSlm:Onnx", new OnnxRuntimeOptions());
        return page.ToString().TrimEnd() + "\n";
    }

    private static void Section(StringBuilder page, string? title, string path, object options, string level = "##")
    {
        if (title is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"{level} {title}\n\n");
        }

        page.Append(
            CultureInfo.InvariantCulture,
            $"Below `{path}`:\n\n| key | type | default | meaning |\n|---|---|---|---|\n"
        );
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (!s_groups.Contains(property.Name))
            {
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"| `{property.Name}` | {TypeOf(property)} | {DefaultOf(property, options)} | {MeaningOf(property)} |\n"
                );
            }
        }

        page.Append('\n');
    }

    private static string MeaningOf(PropertyInfo property)
    {
        var summary = XmlDocs.Of(property, "summary");
        foreach (var start in (string[])["Gets or sets a value indicating ", "Gets or sets ", "Gets "])
        {
            if (summary.StartsWith(start, StringComparison.Ordinal))
            {
                summary = summary[start.Length..];
                break;
            }
        }

        var value = XmlDocs.Of(property, "value");
        var chat = IsForChatsAlone(property) ? " *chat*" : "";
        return $"{char.ToUpperInvariant(summary[0])}{summary[1..]} {value}"
                .Trim()
                .Replace("|", "\\|", StringComparison.Ordinal) + chat;
    }

    // What an embedding model says about it, when it is set to something else than its default.
    private static bool IsForChatsAlone(PropertyInfo property)
    {
        if (property.DeclaringType != typeof(ModelLoadOptions))
        {
            return false;
        }

        var options = new EmbeddingLoadOptions();
        var value = property.GetValue(options.Load);
        if (value is IDictionary<string, object?> variables)
        {
            variables["x"] = 1;
        }
        else if (property.CanWrite && property.SetMethod!.IsPublic)
        {
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            property.SetValue(
                options.Load,
                type switch
                {
                    _ when type == typeof(bool) => value is not true,
                    // Within every range but that of batches, and nobody's default.
                    _ when type == typeof(int) => Takes(property, 48) ? 48 : 768,
                    _ when type == typeof(long) => 48L,
                    _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(48),
                    _ when type == typeof(string) => "x",
                    _ when type.IsEnum => Enum.GetValues(type).GetValue(1),
                    _ => DeviceSelector.Cpu,
                }
            );
        }

        return options.FindConflicts().Any(conflict => conflict.StartsWith(property.Name, StringComparison.Ordinal));
    }

    private static bool Takes(PropertyInfo property, object value)
    {
        try
        {
            property.SetValue(new ModelLoadOptions(), value);
            return true;
        }
        catch (TargetInvocationException)
        {
            return false;
        }
    }

    private static string TypeOf(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type switch
        {
            _ when property.Name == nameof(LocalSlmOptions.KeepAlive) => "keep-alive",
            _ when type == typeof(bool) => "`true`, `false`",
            _ when type == typeof(int) => "number",
            _ when type == typeof(long) => "size",
            _ when type == typeof(string) => "text",
            _ when type == typeof(TimeSpan) => "duration",
            _ when type.IsEnum => string.Join(", ", Enum.GetNames(type).Select(static name => $"`{name}`")),
            _ when type == typeof(DeviceSelector) => "device",
            _ when type == typeof(IList<DeviceSelector>) => "list of devices",
            _ when type == typeof(IList<double>) => "list of numbers",
            _ when typeof(IDictionary<string, object?>).IsAssignableFrom(type)
                    || typeof(IDictionary<string, string>).IsAssignableFrom(type) => "section of texts by name",
            _ => throw new InvalidOperationException(
                $"{property.Name} has the type {type}, which this page has no word for."
            ),
        };
    }

    private static string DefaultOf(PropertyInfo property, object options) =>
        property.GetValue(options) switch
        {
            null => "",
            bool flag => flag ? "`true`" : "`false`",
            TimeSpan time => $"`{time.ToString("c", CultureInfo.InvariantCulture)}`",
            long bytes and > 0 when bytes % (1 << 20) == 0 => $"`{bytes >> 20}MiB`",
            string text => $"`{text}`",
            IEnumerable => "",
            var value => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
        };
}
