using LocalSlm;
using LocalSlm.NativeProbe;
using LocalSlm.NativeProbe.Interop;

if (HardwareProbe.TryRunAsChild(args, () => [new ProbedRuntime(args[0], args[1])]))
{
    return 0;
}

// Usage, each with the folder of the native libraries first:
//   <natives>                      Tries files natively: paths of models on standard input, a line each. Prints "> path" before a
//                                  file is tried and "< result" after, so that whoever reads knows which file killed it.
//   <natives> devices              Lists the devices that the product sees, a line each: name, kind, description, memory in MiB.
//   <natives> load <path>          Loads a model through the product; prints "loaded", or the error.
//   <natives> failover <path> <choice> …         Generates several replies at once while the device fails; see FailingDevice.
//   <natives> leave <way> <path>   Loads a model and leaves the process without disposing it; see Leaver.
//   <natives> host <state> <path> <choice> …     Loads a model as a host does, and may die in the middle of it; see HostedLoad.
//   <natives> count <kind> <characters> <path>   Asks about a prompt of so many equal characters; prints what came of it.
//   <natives> report <behaviour>   Prints a hardware report for which it starts itself; see ProbedRuntime for what may go wrong there.
//   <natives> place <path> <settings>…   Loads a model onto a device and prints where it is; see Placer.
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
    case [var natives, "devices"]:
        return Loader.ListDevices(natives);
    case [var natives, "load", var path]:
        return await Loader.RunAsync(natives, path);
    case [var natives, "failover", var path, .. var choices]:
        return await FailingDevice.RunAsync(natives, path, choices);
    case [var natives, "leave", var way, var path]:
        return await Leaver.RunAsync(natives, way, path);
    case [var natives, "host", var state, var path, .. var choices]:
        return await HostedLoad.RunAsync(natives, state, path, choices);
    case [var natives, "place", var path, .. var settings]:
        return await Placer.RunAsync(natives, path, settings);
    case [var natives, "count", var kind, var characters, var path]:
        return await Loader.CountAsync(natives, kind, int.Parse(characters), path);
    case [var natives, "report", var behaviour]:
        return await Reporter.RunAsync(natives, behaviour);
    default:
        Console.Error.WriteLine($"Unknown arguments: {string.Join(' ', args)}");
        return 2;
}
