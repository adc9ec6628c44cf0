namespace LocalSlm.Templating;

/// <summary>What a dictionary's <c>keys()</c>, <c>values()</c> or <c>items()</c> gives.</summary>
internal sealed record ViewValue(DictValue Dict, ViewKind Kind);
