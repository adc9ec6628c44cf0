using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary><see cref="ModelLoadOptions.ChatTemplateVariables"/>. Those of the host's defaults and those of a model are joined.</summary>
internal sealed class TemplateVariablesOption() : LoadOption(nameof(ModelLoadOptions.ChatTemplateVariables))
{
    public override bool IsJoined => true;

    public override void Read(IConfigurationSection section, ModelLoadOptions load, List<string> problems)
    {
        foreach (var variable in section.GetChildren())
        {
            load.ChatTemplateVariables[variable.Key] = Value(variable.Value);
        }
    }

    public override bool IsSet(ModelLoadOptions load) => load.ChatTemplateVariables.Count > 0;

    public override void Copy(ModelLoadOptions from, ModelLoadOptions to)
    {
        foreach (var (name, value) in from.ChatTemplateVariables)
        {
            to.ChatTemplateVariables.TryAdd(name, value);
        }
    }

    // Configuration knows text alone; templates tell true from "true".
    private static object? Value(string? text) =>
        bool.TryParse(text, out var truth) ? truth
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : text;
}
