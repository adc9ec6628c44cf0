using System.Globalization;
using LocalSlm.OnnxProbe;

// Each verb runs in a process of its own, because ONNX Runtime starts once in a process and reads its environment then.
//   run <folder> <choice> …   Opens a session through the product, computes, and tells device, failures and tokens. Choices:
//                             library=<name>=<path> registers a provider library, device=<selector> adds a device,
//                             option=<key>=<value> adds a provider option to the last device, prompt=<ids>, tokens=<count>.
//   decode <folder> <choice> … Loads the model and decodes greedily as an engine does, prompt first, then token by token.
//   load <folder> <choice> …  Loads the model as an application does, on one device after another, and tells what happened.
//   failover <folder> <run> <choice> …  Generates with the product's engine; the run of that number, from 1, throws.
//   devices <choice> …        Lists the devices.
//   bare <folder>             The same without any part of the product: what ONNX Runtime does by itself.
//   bare-first <folder>       ONNX Runtime by itself first, then the product: what can still be said then.
//   library-first <folder>    The native library is only loaded by somebody else before the product comes.
//   mutate <folder> <file> <first> <count>  Opens that many damaged copies of a model, and computes with those that open.
//   mutation <folder> <file> <number> <to>  Writes one of them into a folder.
//   linger <verb> … <seconds> Does that, and stays for so long.
//   environment               Starts the library through the product and tells its version, or the error.
// Whatever was computed, the last line tells how many network sockets the process had open at any moment that was looked at.
using var sockets = new SocketWatch();
var code = await RunAsync(args);
Console.WriteLine($"sockets: {sockets.Stop()}");
return code;

static async Task<int> RunAsync(string[] args) =>
    args switch
    {
        ["run", var folder, .. var choices] => Product.Run(folder, choices),
        ["decode", var folder, .. var choices] => await Engine.DecodeAsync(folder, choices),
        ["load", var folder, .. var choices] => await Application.LoadAsync(folder, choices),
        ["failover", var folder, var run, .. var choices] => await Engine.FailOverAsync(
            folder,
            int.Parse(run, CultureInfo.InvariantCulture),
            choices
        ),
        ["devices", .. var choices] => Product.ListDevices(choices),
        ["bare", var folder] => Bare.Run(folder),
        ["bare-first", var folder] => Bare.Run(folder) + Product.Run(folder),
        ["library-first", var folder] => Bare.LoadLibrary() + Product.Run(folder),
        ["environment"] => Product.Start(),
        ["mutate", var folder, var file, var first, var count] => await Mutations.RunAsync(
            folder,
            file,
            int.Parse(first, CultureInfo.InvariantCulture),
            int.Parse(count, CultureInfo.InvariantCulture)
        ),
        ["mutation", var folder, var file, var number, var to] => Mutations.Write(
            folder,
            file,
            int.Parse(number, CultureInfo.InvariantCulture),
            to
        ),
        ["linger", .. var rest, var seconds] => await RunAsync(rest) + Linger(seconds),
        _ => throw new ArgumentException($"Unknown arguments: {string.Join(' ', args)}"),
    };

static int Linger(string seconds)
{
    Thread.Sleep(TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)));
    return 0;
}
