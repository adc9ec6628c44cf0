using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>A property that is a list: a text with commas, or an array.</summary>
internal sealed class ListLoadOption<T>(
    string name,
    Func<ModelLoadOptions, IList<T>> get,
    Func<string, T> parse,
    Func<IConfigurationSection, T, T>? extend = null
) : LoadOption(name)
{
    public override void Read(IConfigurationSection section, ModelLoadOptions load, List<string> problems)
    {
        var list = get(load);
        list.Clear();
        foreach (
            var text in (section.Value ?? "").Split(
                ',',
                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
            )
        )
        {
            SectionReader.Try(section, text, () => list.Add(parse(text)), problems);
        }

        foreach (var entry in section.GetChildren())
        {
            if (extend is null || entry.Value is not null)
            {
                SectionReader.Set(entry, text => list.Add(parse(text)), problems);
            }
            else
            {
                SectionReader.Knows(entry, DeviceText.Keys, problems);
                var text = entry[DeviceText.Device] ?? "";
                SectionReader.Try(entry, text, () => list.Add(extend(entry, parse(text))), problems);
            }
        }
    }

    public override bool IsSet(ModelLoadOptions load) => get(load).Count > 0;

    public override void Copy(ModelLoadOptions from, ModelLoadOptions to)
    {
        var list = get(to);
        list.Clear();
        foreach (var item in get(from))
        {
            list.Add(item);
        }
    }
}
