using LocalSlm.NativeProbe;
using LocalSlm.NativeProbe.Interop;

// Usage: LocalSlm.NativeProbe <folder of the native libraries>, paths of models on standard input, a line each.
// Prints "> path" before a file is tried and "< result" after, so that whoever reads knows which file killed it.
Llama.Load(args[0]);
Console.WriteLine("ready");
while (Console.ReadLine() is { Length: > 0 } path)
{
    Console.WriteLine($"> {path}");
    Console.Out.Flush();
    Console.WriteLine($"< {Probe.Try(path)}");
    Console.Out.Flush();
}
