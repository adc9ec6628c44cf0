namespace LocalSlm.Gguf.Runtime;

/// <summary>The order in which the Vulkan backend of llama.cpp v0.4.0 computes a run of operations (<c>ggml_vk_graph_optimize</c>): those that
/// do not wait for each other come together, which lets more results live at the same time.</summary>
internal static class StepOrder
{
    private const int Ahead = 20; // NUM_TO_CHECK
    private const int StoreAhead = 10;

    /// <summary>Sorts operations.</summary>
    public static void Sort(Span<StepOperation> operations)
    {
        if (operations.Length < 2)
        {
            return;
        }

        var sorted = new StepOperation[operations.Length];
        var isUsed = new bool[operations.Length];
        var group = new int[2 * Ahead];
        var done = 0;
        var first = 0;
        while (first < operations.Length)
        {
            var count = Gather(operations, isUsed, first, group);
            for (var i = 0; i < count; i++)
            {
                isUsed[group[i]] = true;
                sorted[done++] = operations[group[i]];
            }

            while (first < operations.Length && isUsed[first])
            {
                first++;
            }
        }

        sorted.CopyTo(operations);
    }

    /// <summary>Finds the first that is left, and what needs not wait for any that is left.</summary>
    private static int Gather(Span<StepOperation> operations, bool[] isUsed, int first, int[] group)
    {
        var count = 0;
        group[count++] = first;
        for (var i = first + 1; i < operations.Length; i++)
        {
            if (operations[i].Place >= operations[first].Place + Ahead)
            {
                break;
            }

            if (isUsed[i] || MustWait(operations, isUsed, first, i, group[count - 1]))
            {
                continue;
            }

            group[count++] = i;
            if (operations[i].Kind == StepOperationKind.Rotate && StoreOf(operations, isUsed, i) is > 0 and var store)
            {
                group[count++] = store;
                isUsed[store] = true;
            }
        }

        return count;
    }

    private static bool MustWait(Span<StepOperation> operations, bool[] isUsed, int first, int index, int last)
    {
        ref readonly var one = ref operations[index];
        for (var i = first; i < index; i++)
        {
            ref readonly var before = ref operations[i];
            if (isUsed[i] || !one.DoesRead(before.Result))
            {
                continue;
            }

            // What the backend computes in one go stays together.
            var isFused =
                (before.Kind, one.Kind)
                is
                    (StepOperationKind.Norm, StepOperationKind.Scale)
                    or
                    (StepOperationKind.Multiply, StepOperationKind.Add)
                    or
                    (StepOperationKind.Add, StepOperationKind.Add);
            if (!isFused || i != last || one.Place != before.Place + 1)
            {
                return true;
            }
        }

        return false;
    }

    private static int StoreOf(Span<StepOperation> operations, bool[] isUsed, int rotation)
    {
        for (var i = rotation + 1; i < operations.Length; i++)
        {
            if (operations[i].Place >= operations[rotation].Place + StoreAhead)
            {
                break;
            }

            if (
                !isUsed[i]
                && operations[i].Kind == StepOperationKind.Store
                && operations[i].DoesRead(operations[rotation].Result)
            )
            {
                return i;
            }
        }

        return -1;
    }
}
