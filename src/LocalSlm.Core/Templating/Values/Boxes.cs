namespace LocalSlm.Templating;

/// <summary>Boxed values made once.</summary>
internal static class Boxes
{
    public static readonly object True = true;
    public static readonly object False = false;
    private static readonly object[] Small = [.. Enumerable.Range(-128, 1152).Select(i => (object)(long)i)];

    public static object Of(bool value) => value ? True : False;

    public static object Of(long value) => value is >= -128 and < 1024 ? Small[value + 128] : value;
}
