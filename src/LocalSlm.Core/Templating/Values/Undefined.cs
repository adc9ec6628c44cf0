namespace LocalSlm.Templating;

/// <summary>Jinja's default Undefined: prints as nothing, is false and empty, and fails in any other use.</summary>
/// <param name="message">What is undefined, for the error.</param>
internal sealed class Undefined(string message)
{
    public string Message => message;

    public static Undefined Variable(string name) => new($"'{name}' is undefined");

    public static Undefined Attribute(object? owner, string name) =>
        new(
            owner is null
                ? $"'None' has no attribute '{name}'"
                : $"'{Values.TypeName(owner)} object' has no attribute '{name}'"
        );

    public static Undefined Element(object? owner, string index) =>
        new(owner is null ? $"None has no element {index}" : $"{Values.TypeName(owner)} object has no element {index}");
}
