using LocalSlm.Assets;

// Errors go to standard error in the form "error CODE: text", which MSBuild shows as a build error.
try
{
    var layout = AssetLayout.Find(Environment.CurrentDirectory);
    switch (args)
    {
        case ["restore"]:
            AssetRestore.Run(layout);
            return 0;
        case ["peer", var name]:
            Console.WriteLine(PeerRestore.Run(layout, name));
            return 0;
        case ["convert", var package, var output]:
            LocalSlm.Assets.MiniMind.MiniMindConversion.Run(package, output);
            return 0;
        default:
            Console.Error.WriteLine("Usage: restore | peer NAME | convert PACKAGE-FOLDER OUTPUT.gguf");
            return 2;
    }
}
catch (AssetException failure)
{
    Console.Error.WriteLine($"error SLM0001: {failure.Message}");
    return 1;
}
