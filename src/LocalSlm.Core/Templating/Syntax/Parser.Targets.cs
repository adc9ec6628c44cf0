namespace LocalSlm.Templating;

/// <content>What values are assigned to. A target stands before the value but may belong to another scope, so it is skipped first and parsed later.</content>
internal sealed partial class Parser
{
    private void SkipTarget()
    {
        int depth = 0;
        bool any = false;
        while (true)
        {
            if (IsOperator("("))
            {
                depth++;
            }
            else if (IsOperator(")") && depth > 0)
            {
                depth--;
            }
            else if (
                Current.Kind is not TokenKind.Name && !IsOperator(",") && !IsOperator(".")
                || (depth == 0 && any && IsName("in"))
            )
            {
                break;
            }

            any = true;
            Take();
        }

        if (!any)
        {
            throw Error($"unexpected '{Current.Describe()}'");
        }
    }

    private AssignmentTarget Target(string end, bool withNamespace = false)
    {
        var targets = new List<AssignmentTarget>();
        bool isTuple = false;
        while (true)
        {
            targets.Add(SingleTarget(withNamespace));
            if (!SkipOperator(","))
            {
                break;
            }

            isTuple = true;
            if (IsOperator(end) || IsName(end) || IsOperator(")") || Current.Kind == TokenKind.BlockEnd)
            {
                break;
            }
        }

        if (end.Length > 0 && !IsOperator(end) && !IsName(end))
        {
            throw Unexpected($"'{end}'");
        }

        return isTuple ? new TupleTarget([.. targets]) : targets[0];
    }

    private AssignmentTarget SingleTarget(bool withNamespace)
    {
        if (SkipOperator("("))
        {
            Enter();
            var inner = Target(")", withNamespace);
            Leave();
            Take();
            return inner;
        }

        string name = Expect(TokenKind.Name).Text;
        CheckAssignable(name);
        if (withNamespace && SkipOperator("."))
        {
            return new NamespaceTarget(Named(name), Expect(TokenKind.Name).Text);
        }

        return new VariableTarget(_scope.Declare(name));
    }

    private void CheckAssignable(string name)
    {
        if (name is "true" or "false" or "none" or "True" or "False" or "None")
        {
            throw Error($"can't assign to '{name}'");
        }
    }
}
