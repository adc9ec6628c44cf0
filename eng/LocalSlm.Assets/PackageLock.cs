using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalSlm.Assets;

/// <summary>Narrows the lock file, which pins every platform's native package, to one platform. npm's own choice will not do:
/// the ARM packages claim to be for x64 too, so both would be fetched; and a package that is merely optional is left out in
/// silence when it cannot be fetched.</summary>
internal static class PackageLock
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes <c>package.json</c> and <c>package-lock.json</c> for one platform.</summary>
    /// <param name="source">The folder of the checked-in files.</param>
    /// <param name="target">The folder to install into.</param>
    /// <param name="platform">The platform's package, which becomes a required one, as do its companions.</param>
    public static void WriteFor(string source, string target, NativePackage platform)
    {
        var package = Read(source, "package.json");
        var locked = Read(source, "package-lock.json");
        var packages = locked["packages"]!.AsObject();
        NativePackage[] kept = [platform, .. platform.Companions];

        Narrow(package, kept);
        Narrow(packages[""]!.AsObject(), kept);
        foreach (var key in packages.Select(entry => entry.Key).ToArray())
        {
            var name = key.StartsWith("node_modules/", StringComparison.Ordinal) ? key["node_modules/".Length..] : key;
            if (Array.Exists(kept, native => native.Name == name))
            {
                packages[key]!.AsObject().Remove("optional");
            }
            else if (NativePackage.IsNativePackage(name))
            {
                packages.Remove(key);
            }
        }

        Write(target, "package.json", package);
        Write(target, "package-lock.json", locked);
    }

    private static void Narrow(JsonObject package, NativePackage[] kept)
    {
        var optional = package["optionalDependencies"];
        package.Remove("optionalDependencies");
        foreach (var native in kept)
        {
            package["dependencies"]!.AsObject()[native.Name] =
                optional?[native.Name]?.GetValue<string>()
                ?? throw new AssetException($"eng/assets/package.json does not name {native.Name}.");
        }
    }

    private static JsonObject Read(string folder, string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, name)))!.AsObject();

    private static void Write(string folder, string name, JsonObject content) =>
        File.WriteAllText(Path.Combine(folder, name), content.ToJsonString(Indented));
}
