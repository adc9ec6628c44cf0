namespace LocalSlm;

/// <summary>A request asks for vectors of a length that the model was not trained to give.</summary>
public sealed class UnsupportedDimensionsException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="requested">The dimensions that were asked for.</param>
    /// <param name="dimensions">The model's own.</param>
    /// <param name="supported">The shorter ones that it allows.</param>
    public UnsupportedDimensionsException(string model, int requested, int dimensions, IReadOnlyList<int> supported)
        : base(Describe(model, requested, dimensions, supported))
    {
        Model = model;
        Requested = requested;
        Dimensions = dimensions;
        Supported = supported;
    }

    /// <summary>Gets the name of the model.</summary>
    public string Model { get; }

    /// <summary>Gets the dimensions that were asked for.</summary>
    public int Requested { get; }

    /// <summary>Gets the model's own dimensions.</summary>
    public int Dimensions { get; }

    /// <summary>Gets the shorter dimensions that the model allows; empty if its files name none.</summary>
    public IReadOnlyList<int> Supported { get; }

    private static string Describe(string model, int requested, int dimensions, IReadOnlyList<int> supported)
    {
        var problem = $"Model '{model}' makes vectors of {dimensions} dimensions, not {requested}. ";
        if (requested > dimensions)
        {
            return problem + "It has no more to give: leave Dimensions out.";
        }

        return supported.Count > 0
            ? problem + $"It may be cut to {string.Join(", ", supported)}."
            : problem
                + "Its files name none that it may be cut to. Leave Dimensions out, or load it with AllowAnyDimensions if you know "
                + "that it was trained for it (Matryoshka).";
    }
}
