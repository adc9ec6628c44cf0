using System.Runtime.CompilerServices;

namespace LocalSlm.Gguf.Runtime;

/// <summary>One operation of a step.</summary>
internal struct StepOperation
{
    /// <summary>What it gives, as an index into the step's results.</summary>
    public int Result;

    /// <summary>What it reads.</summary>
    public Inputs Reads;

    /// <summary>How many of <see cref="Reads"/> are used.</summary>
    public int ReadCount;

    /// <summary>The bytes of weights that have to be copied to where it is computed; 0 for none.</summary>
    public long CopiedWeightBytes;

    /// <summary>Where it is computed; negative while nothing says so.</summary>
    public int Device;

    /// <summary>What it is.</summary>
    public StepOperationKind Kind;

    /// <summary>Its place in the library's list, which counts views as well.</summary>
    public int Place;

    /// <summary>Whether its result may overwrite what it reads.</summary>
    public bool IsInPlace;

    /// <summary>Adds something that it reads.</summary>
    public void Read(int result)
    {
        if (result >= 0)
        {
            Reads[ReadCount++] = result;
        }
    }

    /// <summary>Whether it reads a result.</summary>
    public readonly bool DoesRead(int result)
    {
        for (var i = 0; i < ReadCount; i++)
        {
            if (Reads[i] == result)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Four results, and weights that were copied.</summary>
    [InlineArray(5)]
    public struct Inputs
    {
        private int _first;
    }
}
