using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using LocalSlm.Assets.MiniMind;

namespace LocalSlm.Assets;

/// <summary>Restores the native libraries, the small models and the tokenizers, once: a stamp names the lock file and the
/// conversions they came from.</summary>
internal static class AssetRestore
{
    public static void Run(AssetLayout layout)
    {
        var platform = NativePackage.Current;
        var stamp = Stamp(layout, platform);
        if (IsCurrent(layout, platform, stamp))
        {
            return;
        }

        using (RestoreLock.Take(layout.LockFile))
        {
            if (IsCurrent(layout, platform, stamp))
            {
                return;
            }

            var clock = Stopwatch.StartNew();
            File.Delete(layout.StampFile);
            Console.WriteLine($"assets: fetching {platform.Name}, two models and test vocabularies with npm");
            PackageLock.WriteFor(layout.PackageSource, layout.Root, platform);
            Npm.CleanInstall(layout.Root);
            TakeNatives(layout, platform);
            foreach (var companion in platform.Companions)
            {
                TakeNatives(layout, companion);
                Remove(layout.PackageFolder(companion));
            }

            Console.WriteLine("assets: converting MiniMind2-Small to GGUF Q8_0");
            MiniMindConversion.Run(layout.MiniMindPackage, layout.MiniMindModel);
            Console.WriteLine("assets: writing MiniMind2-Small as ONNX of floats");
            MiniMindFloatGraph.Run(layout.MiniMindPackage, layout.MiniMindOnnxModel);
            if (!VocabularyBundle.TryTake(layout.LlamaSourcePackage, layout.Vocabularies))
            {
                Console.WriteLine(
                    "assets: git is missing, so llama.cpp's vocabularies, which some tests use, are left out"
                );
            }

            foreach (var folder in layout.ForeignPrograms.Append(layout.LlamaSourcePackage))
            {
                Remove(folder);
            }

            File.WriteAllText(layout.StampFile, stamp);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"assets: ready in artifacts/assets after {clock.Elapsed.TotalSeconds:F1} s"
                )
            );
        }
    }

    private static bool IsCurrent(AssetLayout layout, NativePackage platform, string stamp) =>
        File.Exists(layout.StampFile)
        && File.ReadAllText(layout.StampFile) == stamp
        && File.Exists(layout.MiniMindModel)
        && Directory.Exists(layout.MiniMindOnnxModel)
        && Directory.Exists(layout.MiniLmModel)
        && platform.Companions.Prepend(platform).All(package => Directory.Exists(layout.NativeFolder(package)));

    private static string Stamp(AssetLayout layout, NativePackage platform)
    {
        var locked = File.ReadAllBytes(Path.Combine(layout.PackageSource, "package-lock.json"));
        return $"{platform.RuntimeIdentifier} {Convert.ToHexStringLower(SHA256.HashData(locked))} minimind-{MiniMindConversion.Revision}-{MiniMindFloatGraph.Revision}\n";
    }

    private static void TakeNatives(AssetLayout layout, NativePackage platform)
    {
        var source = Path.Combine(layout.PackageFolder(platform), "bins", platform.BinariesFolder);
        var target = layout.NativeFolder(platform);
        var partial = target + ".partial";
        Remove(partial);
        Directory.CreateDirectory(partial);
        var count = 0;
        foreach (var file in Directory.Exists(source) ? Directory.GetFiles(source) : [])
        {
            var name = Path.GetFileName(file);
            if (NativePackage.IsNeeded(name))
            {
                var copy = Path.Combine(partial, name);
                File.Copy(file, copy);
                // npm dates every file 1985; a build copies only what is newer than its own copy.
                File.SetLastWriteTimeUtc(copy, DateTime.UtcNow);
                count++;
            }
        }

        if (count == 0)
        {
            throw new AssetException($"Package {platform.Name} holds no native libraries in '{source}'.");
        }

        Remove(target);
        Directory.Move(partial, target);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
