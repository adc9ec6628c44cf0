namespace LocalSlm.Templating;

/// <summary>A method of a value.</summary>
internal delegate object? Method(RenderState state, object self, Arguments arguments);
