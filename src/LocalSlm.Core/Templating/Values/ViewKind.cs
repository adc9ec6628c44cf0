namespace LocalSlm.Templating;

/// <summary>The three views of a dictionary.</summary>
internal enum ViewKind
{
    Keys,
    Values,
    Items,
}
