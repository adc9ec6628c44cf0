using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>A property that is one text in configuration.</summary>
internal sealed class ScalarLoadOption<T>(
    string name,
    Func<ModelLoadOptions, T> get,
    Action<ModelLoadOptions, T> set,
    Func<string, T> parse
) : LoadOption(name)
{
    public override void Read(IConfigurationSection section, ModelLoadOptions load, List<string> problems) =>
        SectionReader.Set(section, text => set(load, parse(text)), problems);

    public override bool IsSet(ModelLoadOptions load) => !EqualityComparer<T>.Default.Equals(get(load), get(Pristine));

    public override void Copy(ModelLoadOptions from, ModelLoadOptions to) => set(to, get(from));
}
