namespace LocalSlm.Templating;

/// <summary>A function that every template can call.</summary>
internal sealed record GlobalFunction(string Name, Func<RenderState, Arguments, object?> Body);
