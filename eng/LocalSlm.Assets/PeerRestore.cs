namespace LocalSlm.Assets;

/// <summary>Restores a program that the benchmarks measure beside LocalSlm. Only the benchmark run asks for it.</summary>
internal static class PeerRestore
{
    /// <summary>Restores <c>benchmarks/peers/NAME</c> into <c>artifacts/assets/peers/NAME</c>.</summary>
    /// <returns>The folder, whose <c>node_modules</c> hold the peer.</returns>
    public static string Run(AssetLayout layout, string name)
    {
        var source = Path.Combine(layout.PeerSource, name);
        if (!File.Exists(Path.Combine(source, "package-lock.json")))
        {
            throw new AssetException($"There is no peer '{name}': '{source}' holds no package-lock.json.");
        }

        AssetRestore.Run(layout);
        var target = Path.Combine(layout.Peers, name);
        var stamp = Path.Combine(target, "restore.stamp");
        var locked = File.ReadAllText(Path.Combine(source, "package-lock.json"));
        using (RestoreLock.Take(layout.LockFile))
        {
            // Our own script beside the lock file changes more often than the peer's version.
            Directory.CreateDirectory(target);
            foreach (var file in Directory.GetFiles(source))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
            }

            if (!File.Exists(stamp) || File.ReadAllText(stamp) != locked)
            {
                File.Delete(stamp);

                // Whether optional packages come too is in the peer's own .npmrc.
                Npm.CleanInstall(target);
                File.WriteAllText(stamp, locked);
            }
        }

        return target;
    }
}
