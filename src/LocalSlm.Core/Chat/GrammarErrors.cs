using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Tells callers which of the things that they gave made a grammar that cannot be used.</summary>
internal static class GrammarErrors
{
    /// <summary>Turns the error of a grammar into that of the schema or the tools it was made of. A grammar, pattern or choices of the
    /// caller's own are named by the error itself.</summary>
    public static Exception Explain(GrammarException error, ChatRequest request)
    {
        var ofSchema = request.Constraint?.Source == nameof(ChatOptions.ResponseFormat);
        if (request.Tools.Any && (request.Constraint is null || request.Tools.IsRequired))
        {
            return OfTools([.. request.Tools.Callable.Select(static tool => tool.Name)], error);
        }

        return ofSchema
            ? new UnsupportedSchemaException(
                "",
                null,
                $"it cannot be enforced{(request.Tools.Any ? " together with the tools' schemas" : "")}. {error.Message}",
                error
            )
            : error;
    }

    /// <summary>Makes the error of tools whose schemas were compiled together.</summary>
    public static InvalidToolException OfTools(IReadOnlyList<string> names, LocalSlmException error) =>
        new(
            string.Join(", ", names),
            $"{(names.Count == 1 ? "its schema" : "their schemas, together,")} cannot be used. {error.Message}",
            error
        );
}
