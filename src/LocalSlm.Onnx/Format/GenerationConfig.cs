namespace LocalSlm.Onnx.Format;

/// <summary>What <c>generation_config.json</c> says, or the <c>search</c> block of a <c>genai_config.json</c>.</summary>
internal static class GenerationConfig
{
    public const string FileName = "generation_config.json";

    /// <summary>Reads the sampling that is recommended. Without <c>do_sample</c> the publisher's program takes the likeliest token
    /// and the other settings have no effect, so nothing is recommended. A value that means nothing is as good as none.</summary>
    public static RecommendedSampling Sampling(ConfigNode settings)
    {
        if (settings.FindBool("do_sample") != true)
        {
            return new();
        }

        return new()
        {
            Temperature = (float?)settings.FindNumber("temperature", 0, 100),
            TopK = (int?)settings.FindNumber("top_k", 0, int.MaxValue),
            TopP = (float?)settings.FindNumber("top_p", 0, 1),
            MinP = (float?)settings.FindNumber("min_p", 0, 1),
            RepetitionPenalty = (float?)settings.FindNumber("repetition_penalty", 0.01, 100),
        };
    }
}
