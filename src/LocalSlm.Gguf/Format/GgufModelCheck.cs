namespace LocalSlm.Gguf.Format;

/// <summary>Checks what llama.cpp takes on trust: where a header's numbers, names or types would make it abort the process,
/// read beyond an array or divide by zero, the file is refused here. What it refuses politely by itself is left to it.</summary>
internal static class GgufModelCheck
{
    /// <summary>Checks a model.</summary>
    /// <exception cref="ModelFileException">It is damaged.</exception>
    /// <exception cref="UnsupportedModelException">It is sound, but no model that can be served.</exception>
    public static void Check(GgufModelFile model)
    {
        var file = model.First;
        RefuseNestedArrays(file);
        var architecture = RequireArchitecture(file);
        var kind = LlamaArchitecture.KindOf(architecture);
        RefuseParts(file, architecture, kind);
        if (model.Parts.All(part => part.Tensors.Count == 0))
        {
            throw new ModelFileException(file.Path, "the file holds no tensors: a vocabulary without a model.");
        }

        new HyperparameterCheck(file, architecture, kind).Check();
        VocabularyCheck.Check(file);
        foreach (var part in model.Parts)
        {
            TensorCheck.Check(part);
        }
    }

    private static string RequireArchitecture(GgufFile file)
    {
        var value = file.Find("general.architecture");
        if (value is not { Type: GgufValueType.String, Payload.Length: > 0 })
        {
            throw new ModelFileException(
                file.Path,
                "'general.architecture' is missing or no text. The file is damaged, or no language model.",
                value?.Offset
            );
        }

        return value.AsString();
    }

    private static void RefuseParts(GgufFile file, string architecture, ArchitectureKind kind)
    {
        if (file.FindString("general.type") is { } type && type is not ("model" or ""))
        {
            throw new UnsupportedModelException(
                file.Path,
                architecture,
                $"the file is of the type '{type}', not a model by itself. Load the model it belongs to."
            );
        }

        var problem = kind switch
        {
            ArchitectureKind.Unknown =>
                "llama.cpp 0.4.0 does not know this architecture. The model is newer than this library; update the library, or take another model.",
            ArchitectureKind.Part =>
                "this is a part beside a model (a vision or speech tower, or a draft head). Load the model it belongs to.",
            ArchitectureKind.EncoderDecoder =>
                "models with an encoder and a decoder are not served. Take a decoder-only model.",
            ArchitectureKind.Diffusion => "diffusion language models are not served. Take an autoregressive model.",
            _ => null,
        };
        if (problem is not null)
        {
            throw new UnsupportedModelException(file.Path, architecture, problem);
        }
    }

    private static void RefuseNestedArrays(GgufFile file)
    {
        foreach (var key in file.Keys)
        {
            if (file.Find(key) is { ElementType: GgufValueType.Array } value)
            {
                throw new ModelFileException(
                    file.Path,
                    $"'{key}' is an array of arrays, which llama.cpp does not read. Write the file without it.",
                    value.Offset
                );
            }
        }
    }
}
