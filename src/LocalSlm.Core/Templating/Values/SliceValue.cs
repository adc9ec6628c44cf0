namespace LocalSlm.Templating;

/// <summary>The bounds inside <c>x[a:b:c]</c>.</summary>
internal sealed record SliceValue(object? Start, object? Stop, object? Step);
