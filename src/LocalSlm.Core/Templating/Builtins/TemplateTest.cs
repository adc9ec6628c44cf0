namespace LocalSlm.Templating;

/// <summary>A test, as in <c>x is defined</c>.</summary>
internal delegate bool TemplateTest(RenderState state, object? value, object?[] arguments);
