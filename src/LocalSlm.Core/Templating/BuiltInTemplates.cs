using System.Diagnostics.CodeAnalysis;

namespace LocalSlm.Templating;

internal static class BuiltInTemplates
{
    public static bool TryGetForArchitecture(
        string architecture,
        [NotNullWhen(true)] out string? name,
        [NotNullWhen(true)] out string? source
    )
    {
        name = source = null;
        return false;
    }
}
