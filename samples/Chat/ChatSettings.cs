namespace LocalSlm.Samples.Chat;

/// <summary>What the command line asks for.</summary>
internal sealed record ChatSettings
{
    public required string Prompt { get; init; }

    public string? ModelPath { get; init; }

    public string? SystemPrompt { get; init; }

    public float? Temperature { get; init; }

    public required int MaxOutputTokens { get; init; }

    public bool Verbose { get; init; }
}
