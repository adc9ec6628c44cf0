using LocalSlm.Assets;

// The build recognises its error by "assets failed: ".
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
catch (Exception failure)
    when (failure
            is AssetException
                or LocalSlm.ModelFileException
                or InvalidDataException
                or IOException
                or UnauthorizedAccessException
    )
{
    Console.Error.WriteLine($"assets failed: {failure.Message}");
    return 1;
}
