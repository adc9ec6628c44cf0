using LocalSlm.Constraints;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>Plans a reply: what it may be, from its first token on, and how it is read. Safe for concurrent use.</summary>
internal sealed class ReplyPlanner(ToolGrammars grammars, Func<string, GrammarNode> marker, Func<int> contextTokens)
{
    /// <summary>Plans.</summary>
    /// <param name="request">The request.</param>
    /// <param name="profile">The template that it is rendered with; <see langword="null"/> for a raw completion.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The plan.</returns>
    public ReplyPlan Plan(
        ChatRequest request,
        TemplateProfile? profile,
        PreparedPrompt prompt,
        CancellationToken cancellationToken
    )
    {
        var constraint = request.Constraint;
        if (profile is null)
        {
            return constraint is null
                ? ReplyPlan.Plain
                : new ReplyPlan
                {
                    Shape = Shape(default, Bound(constraint)) with
                    {
                        Explain = error => GrammarErrors.Explain(error, request),
                    },
                    Downgrades = constraint.Downgrades,
                };
        }

        if (constraint is null && request.Tools is { Any: false, Forbidden.Count: 0 } && !profile.AlwaysParses)
        {
            return ReplyPlan.Plain;
        }

        var family = profile.Family;
        var promptEnd = EndOf(prompt.Spans);
        var budget = ReasoningPlan.BudgetOf(request.Reasoning, profile.Switches.TakesNamedEffort);
        var reasoning = ReasoningPlan.Find(profile.Reasoning, promptEnd, request.ContinueFinalMessage, budget);
        if (constraint is not null || request.Tools.IsRequired)
        {
            reasoning = reasoning with { BudgetTokens = reasoning.BudgetTokens ?? ShareOfTheRoom(request, prompt) };
        }

        var several = request.Tools is { Any: true, AllowsSeveralCalls: true } && profile.TakesSeveralCalls;
        var calls = request.Tools.Any
            ? grammars.Get(family, request.Tools.Callable, several, request.LenientSchemas, cancellationToken)
            : null;
        var parses = request.Tools.Any || profile.AlwaysParses;
        return new ReplyPlan
        {
            Shape = Shape(request, family, calls, several, reasoning, cancellationToken) is { } shape
                ? shape with
                {
                    Explain = error => GrammarErrors.Explain(error, request),
                }
                : null,
            Family = parses ? family : null,
            ParserInput = new ReplyParserInput
            {
                Tools = request.Tools.Descriptions,
                PromptEnd = promptEnd,
                SplitsReasoning = profile.AlwaysParses,
            },
            HidesReasoning = request.Reasoning.IsHidden,
            UsedCallIds = request
                .Messages.SelectMany(static message => message.ToolCalls)
                .Select(static call => call.Id)
                .ToHashSet(),
            Downgrades = [.. constraint?.Downgrades ?? [], .. calls?.Downgrades ?? []],
        };
    }

    private ReplyShape? Shape(
        ChatRequest request,
        ToolFormat family,
        CallGrammar? calls,
        bool several,
        ReasoningPlan reasoning,
        CancellationToken cancellationToken
    )
    {
        var tools = request.Tools;
        var answer = request.Constraint is { } constraint
            ? new GrammarSource(
                $"{family.Name}:{constraint.Key}",
                Constant(family.BuildAnswer(constraint.Node, marker))
            )
            : null;
        if (calls is null)
        {
            return answer is not null
                ? Shape(reasoning, answer)
                : Shape(
                    reasoning,
                    [],
                    several: false,
                    tools.Forbidden.Count == 0
                        ? []
                        : grammars
                            .Get(family, tools.Forbidden, allowsSeveral: true, isLenient: false, cancellationToken)
                            .Triggers
                );
        }

        if (tools.IsRequired)
        {
            return Shape(reasoning, calls.Forced);
        }

        // With a response format the whole reply is bound: a call, or the answer.
        return answer is null
            ? Shape(reasoning, calls.Triggers, several, [])
            : Shape(
                reasoning,
                new GrammarSource(
                    $"{answer.Key}|{calls.Forced.Key}",
                    () => GrammarNode.Choice(answer.Build(), calls.Forced.Build())
                )
            );
    }

    /// <summary>Makes the shape of a reply that a grammar binds, behind the reasoning.</summary>
    private ReplyShape Shape(ReasoningPlan reasoning, GrammarSource grammar)
    {
        var bound = new GrammarPhase { Grammar = grammar };
        if (reasoning.IsOpen)
        {
            return new ReplyShape { Phases = [reasoning.ToPhase(1, mayEnd: false), Behind(reasoning.Tags!, bound)] };
        }

        if (!reasoning.MayOpen)
        {
            return new ReplyShape { Phases = [bound] };
        }

        return new ReplyShape
        {
            Phases =
            [
                bound with
                {
                    Grammar = new GrammarSource(
                        $"{reasoning.Tags!.Open}|{grammar.Key}",
                        () => GrammarNode.Choice(marker(reasoning.Tags.Open), grammar.Build())
                    ),
                    Openings = [new PhaseTrigger(reasoning.Tags.Open, 1)],
                },
                reasoning.ToPhase(2, mayEnd: false),
                Behind(reasoning.Tags, bound),
            ],
        };
    }

    /// <summary>Makes the shape of free text in which calls may stand, or <see langword="null"/> if nothing is to be watched.</summary>
    private static ReplyShape? Shape(
        ReasoningPlan reasoning,
        IReadOnlyList<CallTrigger> calls,
        bool several,
        IReadOnlyList<CallTrigger> forbidden
    )
    {
        if (calls.Count + forbidden.Count == 0 && reasoning.BudgetTokens is null)
        {
            return null;
        }

        // Reasoning, if there is any, then the text, then a phase for each kind of call, then the text behind calls.
        var phases = new List<ReplyPhase>();
        var text =
            reasoning.IsOpen ? 1
            : reasoning.MayOpen ? 2
            : 0;
        PhaseTrigger[] watched =
        [
            .. calls.Select((call, index) => new PhaseTrigger(call.Text, text + 1 + index, call.AtStart)),
            .. forbidden.Select(static call => new PhaseTrigger(call.Text, null, call.AtStart)),
        ];
        if (reasoning.MayOpen)
        {
            phases.Add(
                new FreePhase { Triggers = [new PhaseTrigger(reasoning.Tags!.Open, 1, AtStart: true), .. watched] }
            );
        }

        if (reasoning.IsOpen || reasoning.MayOpen)
        {
            phases.Add(reasoning.ToPhase(text, mayEnd: true));
        }

        phases.Add(
            new FreePhase
            {
                Triggers = reasoning.MustNotOpen
                    ? [new PhaseTrigger(reasoning.Tags!.Open, null, AtStart: true), .. watched]
                    : watched,
            }
        );
        foreach (var call in calls)
        {
            phases.Add(new GrammarPhase { Grammar = call.Rest, Next = several ? text + 1 + calls.Count : null });
        }

        if (several && calls.Count > 0)
        {
            phases.Add(new FreePhase { Triggers = [.. watched.Where(static trigger => !trigger.AtStart)] });
        }

        return new ReplyShape { Phases = phases };
    }

    /// <summary>Puts what families write between the end of reasoning and the answer before a bound answer.</summary>
    private static GrammarPhase Behind(ReasoningTags tags, GrammarPhase bound)
    {
        var at = tags.ClosingText.IndexOf(tags.Close, StringComparison.Ordinal);
        var gap = at < 0 ? "" : tags.ClosingText[(at + tags.Close.Length)..];
        return gap.Length == 0
            ? bound
            : bound with
            {
                Grammar = new GrammarSource(
                    $"{gap}{bound.Grammar.Key}",
                    () => GrammarNode.Sequence(GrammarNode.Text(gap), bound.Grammar.Build())
                ),
            };
    }

    /// <summary>Bounds thinking before an answer that must come: half of the room is the answer's. Thinking that nobody asked for gets no
    /// more than a medium effort.</summary>
    private int ShareOfTheRoom(ChatRequest request, PreparedPrompt prompt)
    {
        var room = Math.Min(request.MaxOutputTokens ?? int.MaxValue, contextTokens() - prompt.Tokens.Length);
        return Math.Max(1, Math.Min(room / 2, request.Reasoning.IsWanted ? int.MaxValue : ReasoningPlan.MediumTokens));
    }

    private static GrammarSource Bound(RequestConstraint constraint) => new(constraint.Key, Constant(constraint.Node));

    private static Func<GrammarNode> Constant(GrammarNode node) => () => node;

    /// <summary>Gets what the prompt says behind the last text of a caller; where that text is gone on with, from the markup before it.
    /// What a caller wrote earlier is never taken for the model's own markup.</summary>
    private static string EndOf(IReadOnlyList<PromptSpan> spans)
    {
        var last = spans.Count - 1;
        while (last > 0 && !spans[last].IsControl)
        {
            last--;
        }

        return string.Concat(spans.Skip(last).Select(static span => span.Text));
    }
}
