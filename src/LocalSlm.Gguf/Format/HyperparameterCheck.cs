namespace LocalSlm.Gguf.Format;

/// <summary>Checks the numbers that shape a model. Each limit is one that llama.cpp v0.4.0 asserts, divides by or indexes with.</summary>
/// <param name="file">The file that holds the metadata.</param>
/// <param name="architecture">Its architecture, the prefix of the keys.</param>
/// <param name="kind">What that architecture is.</param>
internal sealed class HyperparameterCheck(GgufFile file, string architecture, ArchitectureKind kind)
{
    private const int MaxLayers = 512; // LLAMA_MAX_LAYERS
    private const int MaxExperts = 1024; // LLAMA_MAX_EXPERTS
    private const int MaxWidth = 1 << 20; // 64 times the widest published model; keeps products within 32 bits
    private const int MaxHeads = 1 << 14;

    public void Check()
    {
        CheckNumbersAreFinite();
        Integer("context_length", 1, int.MaxValue);
        Integer("embedding_length", 1, MaxWidth);
        Integer("embedding_length_out", 0, MaxWidth);
        var layers = (int)(
            Integer("block_count", 1, MaxLayers) ?? throw Fault("block_count", "is missing", "The file is damaged.")
        );
        Integer("nextn_predict_layers", 0, layers - 1);
        CheckExperts(layers);
        CheckHeads(layers);
        CheckRope();
        CheckRecurrence();
        Integer("pooling_type", 0, 4);
        Each("feed_forward_length", layers, 0, MaxWidth);
        Each("expert_feed_forward_length", layers, 0, MaxWidth);
        CheckSlidingWindow();
    }

    private void CheckNumbersAreFinite()
    {
        var prefix = architecture + ".";
        foreach (var key in file.Keys)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal) || file.Find(key)?.AsNumber() is not { } number)
            {
                continue;
            }

            // ggml asserts that the epsilon of a norm is not negative, which NaN fails too.
            if (!double.IsFinite(number) || (number < 0 && key.EndsWith("_epsilon", StringComparison.Ordinal)))
            {
                throw new ModelFileException(
                    file.Path,
                    $"'{key}' is {number}; it must be a finite number{(double.IsFinite(number) ? ", not negative" : "")}. The file is damaged.",
                    file.Find(key)!.Offset
                );
            }
        }
    }

    private void CheckExperts(int layers)
    {
        var experts = Integer("expert_count", 0, MaxExperts) ?? 0;
        if (architecture is "hunyuan_vl" or "hunyuan-dense" && experts <= 1)
        {
            return; // llama.cpp sets both counts to 0 for these
        }

        if (experts == 0 && LlamaArchitecture.NeedsExperts(architecture))
        {
            throw Fault("expert_count", "is missing or 0", "This architecture has experts.");
        }

        var used = Each("expert_used_count", layers, 0, experts);
        var groups = Integer("expert_group_count", 0, experts == 0 ? 0 : experts - 1) ?? 0;
        if (experts > 0 && used == 0)
        {
            throw Fault(
                "expert_used_count",
                "is missing or 0",
                $"The model has {experts} experts; 1 to {experts} must be used."
            );
        }

        if (groups > 1)
        {
            if (experts % groups != 0)
            {
                throw Fault("expert_group_count", $"is {groups}", $"It must divide the {experts} experts.");
            }

            if ((Integer("expert_group_used_count", 1, groups - 1) ?? 0) == 0)
            {
                throw Fault(
                    "expert_group_used_count",
                    "is missing",
                    $"With {groups} groups it must be 1 to {groups - 1}."
                );
            }
        }
    }

    private void CheckHeads(int layers)
    {
        var heads = Counts("attention.head_count", layers, 0, MaxHeads);
        var first = heads?[0] ?? 0;
        if (first == 0)
        {
            if (kind is ArchitectureKind.Decoder or ArchitectureKind.Encoder)
            {
                throw Fault(
                    "attention.head_count",
                    "is missing or 0",
                    "A transformer has 1 or more heads in its first layer."
                );
            }

            return;
        }

        var width = Integer("embedding_length", 1, MaxWidth) ?? 0;
        if (Find("attention.key_length") is null && width % first != 0)
        {
            throw Fault(
                "attention.head_count",
                $"is {first}",
                $"It must divide the width, {width}, where no key length is given."
            );
        }

        Integer("attention.key_length", 1, 1 << 16);
        Integer("attention.value_length", 1, 1 << 16);
        Integer("attention.key_length_swa", 1, 1 << 16);
        Integer("attention.value_length_swa", 1, 1 << 16);
        var keyHeads = Counts("attention.head_count_kv", layers, 0, MaxHeads);
        for (var layer = 0; keyHeads is not null && layer < layers; layer++)
        {
            // Layers without attention have 0 key heads in hybrids; llama.cpp divides query heads by key heads.
            if (keyHeads[layer] != 0 && heads![layer] % keyHeads[layer] != 0)
            {
                throw Fault(
                    "attention.head_count_kv",
                    $"is {keyHeads[layer]} in layer {layer}",
                    $"It must divide the layer's {heads[layer]} heads."
                );
            }
        }
    }

    private void CheckRope()
    {
        if (Find("rope.scaling.type") is { } scaling)
        {
            if (
                scaling.Type == GgufValueType.String
                && scaling.AsString() is not ("none" or "linear" or "yarn" or "longrope")
            )
            {
                throw Fault(
                    "rope.scaling.type",
                    $"is '{scaling.AsString()}'",
                    "'none', 'linear', 'yarn' and 'longrope' are known."
                );
            }
        }

        var heads = Counts("attention.head_count", 1, 0, MaxHeads)?[0] ?? 0;
        if (heads == 0)
        {
            return;
        }

        var keyLength =
            Integer("attention.key_length", 1, 1 << 16) ?? ((Integer("embedding_length", 1, MaxWidth) ?? 0) / heads);
        var rotated = Integer("rope.dimension_count", 0, keyLength) ?? keyLength;
        Integer("rope.dimension_count_swa", 0, Integer("attention.key_length_swa", 1, 1 << 16) ?? keyLength);
        if (rotated % 2 != 0)
        {
            throw Fault("rope.dimension_count", $"is {rotated}", "It must be even: values are rotated in pairs.");
        }

        if (LlamaArchitecture.HasEqualLengths(architecture))
        {
            var valueLength =
                Integer("attention.value_length", 1, 1 << 16)
                ?? ((Integer("embedding_length", 1, MaxWidth) ?? 0) / heads);
            if (valueLength != keyLength)
            {
                throw Fault(
                    "attention.value_length",
                    $"is {valueLength}",
                    $"In this architecture it equals the key length, {keyLength}."
                );
            }
        }

        if (LlamaArchitecture.RotatesWholeHeads(architecture) && rotated != keyLength)
        {
            throw Fault(
                "rope.dimension_count",
                $"is {rotated}",
                $"In this architecture it equals the key length, {keyLength}."
            );
        }
    }

    // A window that no layer uses is asserted against.
    private void CheckSlidingWindow()
    {
        var window = Integer("attention.sliding_window", 0, int.MaxValue) ?? 0;
        var pattern = Find("attention.sliding_window_pattern");
        if (window > 0 && pattern is not null)
        {
            var none = pattern.IsArray ? !pattern.Payload.Span.ContainsAnyExcept((byte)0) : pattern.AsInteger() == 1;
            if (none)
            {
                throw Fault(
                    "attention.sliding_window_pattern",
                    "leaves no layer with a window",
                    $"'attention.sliding_window' is {window}, so one or more layers must have it."
                );
            }
        }
    }

    private void CheckRecurrence()
    {
        var inner = Integer("ssm.inner_size", 1, MaxWidth);
        var width = Integer("embedding_length", 1, MaxWidth);
        if (inner is not null && architecture is "jamba" or "granitehybrid" && inner != 2 * width)
        {
            throw Fault(
                "ssm.inner_size",
                $"is {inner}",
                $"In this architecture it must be twice the width, {2 * width}."
            );
        }

        CheckDivides(
            "ssm.time_step_rank",
            inner,
            architecture is "mamba2" or "falcon-h1" or "granitehybrid" or "nemotron_h" or "nemotron_h_moe" or "plamo2"
        );
        CheckDivides(
            "ssm.group_count",
            inner,
            architecture is "mamba2" or "falcon-h1" or "granitehybrid" or "nemotron_h" or "nemotron_h_moe"
        );
        CheckDivides(
            "ssm.group_count",
            Integer("ssm.time_step_rank", 1, MaxWidth),
            architecture is "qwen3next" or "qwen35" or "qwen35moe" or "qwen4exp"
        );
        CheckDivides("wkv.head_size", width, kind == ArchitectureKind.Recurrent);
        if (architecture is "rwkv6" or "rwkv7")
        {
            Integer("token_shift_count", 2, 2);
        }

        Integer("ssm.conv_kernel", 1, 1 << 10);
        Integer("ssm.state_size", 1, 1 << 16);
        Integer("ssm.time_step_rank", 1, MaxWidth);
        Integer("ssm.group_count", 0, MaxWidth);
        Integer("shortconv.l_cache", 2, 1 << 10);
        Integer("wkv.head_size", 1, 1 << 16);
    }

    private void CheckDivides(string name, long? whole, bool applies)
    {
        if (applies && whole is not null && Integer(name, 1, MaxWidth) is { } part && whole % part != 0)
        {
            throw Fault(name, $"is {part}", $"It must divide {whole}.");
        }
    }

    private GgufValue? Find(string name) => file.Find($"{architecture}.{name}");

    /// <summary>The number under a key, or <see langword="null"/> where it is missing or of a type that llama.cpp refuses.</summary>
    private long? Integer(string name, long least, long most)
    {
        var value = Find(name)?.AsInteger();
        if (value is { } number && (number < least || number > most))
        {
            throw Fault(
                name,
                $"is {number}",
                least == most ? $"It must be {least}." : $"It must be {least} to {most}."
            );
        }

        return value;
    }

    /// <summary>Checks a number, or one for each layer.</summary>
    /// <returns>The greatest.</returns>
    private long Each(string name, int layers, long least, long most) => Counts(name, layers, least, most)?.Max() ?? 0;

    /// <summary>The numbers of each layer, whether the file gives one for all or one for each.</summary>
    private long[]? Counts(string name, int layers, long least, long most)
    {
        var value = Find(name);
        if (value is null)
        {
            return null;
        }

        var numbers = new long[Math.Max(layers, 1)];
        for (var layer = 0; layer < numbers.Length; layer++)
        {
            // An array of another length is refused by llama.cpp itself.
            var number = value.IsArray
                ? layer < value.Count
                    ? value.IntegerAt(layer)
                    : 0
                : value.AsInteger();
            if (number is null)
            {
                return null;
            }

            if (number < least || number > most)
            {
                throw Fault(
                    name,
                    $"is {number}{(value.IsArray ? $" in layer {layer}" : "")}",
                    $"It must be {least} to {most}."
                );
            }

            numbers[layer] = number.Value;
        }

        return numbers;
    }

    private ModelFileException Fault(string name, string what, string limit) =>
        new(file.Path, $"'{architecture}.{name}' {what}. {limit}", Find(name)?.Offset);
}
