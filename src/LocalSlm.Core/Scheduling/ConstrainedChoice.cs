using LocalSlm.Constraints.Masking;
using LocalSlm.Constraints.Shaping;

namespace LocalSlm.Scheduling;

/// <summary>Chooses the next token of a reply that has a shape. Within a grammar a mask tells what is allowed; in free text nothing is
/// masked, and a token that the shape refuses is chosen anew. The owner thread's own.</summary>
internal sealed class ConstrainedChoice(string modelName, ITokenizer tokenizer)
{
    /// <summary>Given instead of a token: the phase ends here, by its closing text.</summary>
    public const int CloseThePhase = -1;

    /// <summary>After so many refusals what is allowed is found for every token.</summary>
    private const int MostRefusals = 32;

    private ulong[] _allowed = [];

    /// <summary>Chooses a token, and moves the reply's state on by it.</summary>
    /// <returns>The token; one that ends generation where the reply may end; or <see cref="CloseThePhase"/>.</returns>
    /// <exception cref="InferenceException">No token is allowed, or the model computed no number for those that are.</exception>
    /// <exception cref="GrammarException">The text can be read in too many ways.</exception>
    public int Choose(LiveReply reply, Span<float> logits)
    {
        try
        {
            return reply.State!.IsBoundByMask ? ChooseMasked(reply, logits) : ChooseFreely(reply, logits);
        }
        catch (InvalidOperationException error)
        {
            throw new InferenceException(
                modelName,
                "no token can be chosen among those that the grammar allows: the model computed no number for them, or logit biases forbid them all.",
                error
            );
        }
    }

    private int ChooseMasked(LiveReply reply, Span<float> logits)
    {
        var state = reply.State!;
        var mask = state.Phase.Masks!.Get(state.Grammar!, reply.DropsNextSpace);
        if (TokenMask.IsEmpty(mask))
        {
            throw NothingAllowed();
        }

        var token = reply.Sampler.Sample(logits, mask);
        if (!tokenizer.IsEndOfGeneration(token) && !state.TryAdvance(token, reply.DropsNextSpace))
        {
            throw new InferenceException(
                modelName,
                $"the token {token} was allowed and then refused. This is a defect of LocalSlm; please report it."
            );
        }

        return token;
    }

    private int ChooseFreely(LiveReply reply, Span<float> logits)
    {
        var state = reply.State!;
        var token = reply.Sampler.Sample(logits);
        for (var refusals = 0; ; refusals++)
        {
            if (tokenizer.IsEndOfGeneration(token))
            {
                if (state.MayEnd)
                {
                    return token;
                }

                if (state.Phase.Free?.ClosingText is { Length: > 0 })
                {
                    return CloseThePhase;
                }
            }
            else if (state.TryAdvance(token, reply.DropsNextSpace))
            {
                return token;
            }

            if (refusals == MostRefusals)
            {
                MaskAll(reply, logits);
            }

            logits[token] = float.NegativeInfinity;
            token = reply.Sampler.SampleAgain(logits);
        }
    }

    private void MaskAll(LiveReply reply, Span<float> logits)
    {
        var state = reply.State!;
        Array.Resize(ref _allowed, TokenMask.WordCount(logits.Length));
        Array.Clear(_allowed);
        for (var token = 0; token < state.Tokens.Size; token++)
        {
            var allowed = tokenizer.IsEndOfGeneration(token)
                ? state.MayEnd
                : state.Clone().TryAdvance(token, reply.DropsNextSpace);
            if (allowed)
            {
                TokenMask.Set(_allowed, token);
            }
        }

        if (TokenMask.IsEmpty(_allowed))
        {
            throw NothingAllowed();
        }

        Sampling.LogitSpan.Mask(logits, _allowed);
    }

    private InferenceException NothingAllowed() =>
        new(
            modelName,
            "the grammar is not complete, and no token of the vocabulary can go on with it. The vocabulary lacks the characters, or the grammar matches no text."
        );
}
