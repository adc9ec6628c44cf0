namespace LocalSlm.Templating;

internal static class BuiltInTemplates { }
