using LocalSlm.NativeProbe;
using LocalSlm.NativeProbe.Interop;

// Usage, each with the folder of the native libraries first:
//   <natives>                      Tries files natively: paths of models on standard input, a line each. Prints "> path" before a
//                                  file is tried and "< result" after, so that whoever reads knows which file killed it.
//   <natives> load <path>          Loads a model through the product; prints "loaded", or the error.
//   <natives> leave <way> <path>   Loads a model and leaves the process without disposing it; see Leaver.
//   <natives> count <kind> <characters> <path>   Asks about a prompt of so many equal characters; prints what came of it.
switch (args)
{
    case [var natives]:
        Llama.Load(natives);
        Console.WriteLine("ready");
        while (Console.ReadLine() is { Length: > 0 } path)
        {
            Console.WriteLine($"> {path}");
            Console.Out.Flush();
            Console.WriteLine($"< {Probe.Try(path)}");
            Console.Out.Flush();
        }

        return 0;
    case [var natives, "load", var path]:
        return await Loader.RunAsync(natives, path);
    case [var natives, "leave", var way, var path]:
        return await Leaver.RunAsync(natives, way, path);
    case [var natives, "count", var kind, var characters, var path]:
        return await Loader.CountAsync(natives, kind, int.Parse(characters), path);
    default:
        Console.Error.WriteLine($"Unknown arguments: {string.Join(' ', args)}");
        return 2;
}
