using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary><see cref="ModelLoadOptions.RequireDevice"/>: a text, or a section with <c>Device</c> and the execution provider's
/// <c>Options</c>.</summary>
internal sealed class RequiredDeviceOption() : LoadOption(nameof(ModelLoadOptions.RequireDevice))
{
    public override void Read(IConfigurationSection section, ModelLoadOptions load, List<string> problems)
    {
        if (!section.GetChildren().Any())
        {
            SectionReader.Set(
                section,
                text => load.RequireDevice = text.Length == 0 ? null : DeviceSelector.Parse(text),
                problems
            );
        }
        else
        {
            SectionReader.Knows(section, DeviceText.Keys, problems);
            var text = section[DeviceText.Device] ?? "";
            SectionReader.Try(
                section,
                text,
                () => load.RequireDevice = DeviceText.WithOptions(section, DeviceSelector.Parse(text)),
                problems
            );
        }
    }

    public override bool IsSet(ModelLoadOptions load) => load.RequireDevice is not null;

    public override void Copy(ModelLoadOptions from, ModelLoadOptions to) => to.RequireDevice = from.RequireDevice;
}
