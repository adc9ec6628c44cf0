namespace LocalSlm.Tools;

/// <summary>The formats that are known by name.</summary>
internal static class ToolFormats
{
    // The first that matches is taken: the more particular signs stand before the more general ones.
    private static readonly ToolFormatEntry[] Entries =
    [
        .. MarkedToolFormats.Entries,
        new(JsonToolFormats.Phi4Mini, static t => Has(t, "<|tool|>") && Has(t, "<|end|>")),
        new(JsonToolFormats.Granite3, static t => Has(t, "<|start_of_role|>") && !Has(t, "<tool_call>")),
        new(JsonToolFormats.SmolLm3, static t => Has(t, "xml_tools") || (Has(t, "SmolLM") && Has(t, "Reasoning Mode"))),
        new(JsonToolFormats.SmolLm2, static t => Has(t, "named SmolLM")),
        new(JsonToolFormats.Hermes, IsHermes),
        new(
            JsonToolFormats.Llama3,
            static t => Has(t, "<|start_header_id|>") && Has(t, "\"parameters\": ") && Has(t, "ipython")
        ),
        new(JsonToolFormats.Generic, static _ => false),
    ];

    /// <summary>Gets all formats, in the order in which a template is compared with them.</summary>
    public static IReadOnlyList<ToolFormat> All { get; } = [.. Entries.Select(static e => e.Format)];

    /// <summary>Finds a format by its name, whatever the case of its letters.</summary>
    /// <returns>The format; <see langword="null"/> if there is none of that name.</returns>
    public static ToolFormat? Find(string name) =>
        All.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Tells a model's format by what its chat template writes.</summary>
    /// <param name="templateSource">The template's source; <see langword="null"/> if the model has none.</param>
    /// <returns>The format; <see langword="null"/> if it is none that is known.</returns>
    public static ToolFormat? Detect(string? templateSource) =>
        templateSource is null ? null : Entries.FirstOrDefault(e => e.Matches(templateSource))?.Format;

    /// <summary>Chooses the format of a model: the one that its template is known to write, else one derived from what the template
    /// renders, else the generic one.</summary>
    /// <param name="templateSource">The template's source; <see langword="null"/> if the model has none.</param>
    /// <param name="render">Renders with the template; <see langword="null"/> if there is none.</param>
    public static ToolFormat Choose(string? templateSource, TemplateRenderer? render) =>
        Detect(templateSource)
        ?? (render is null ? null : DerivedToolFormat.TryDerive(render))
        ?? JsonToolFormats.Generic;

    // Other families have the same tag around something else.
    private static bool IsHermes(string template) =>
        Has(template, "<tool_call>")
        && !Has(template, "<function=")
        && !Has(template, "<arg_key>")
        && !Has(template, "<invoke name=")
        && !Has(template, "<tool_calls>[");

    private static bool Has(string template, string sign) => template.Contains(sign, StringComparison.Ordinal);
}
