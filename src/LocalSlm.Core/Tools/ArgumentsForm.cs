namespace LocalSlm.Tools;

/// <summary>The form in which a chat template takes the arguments of an earlier call.</summary>
internal enum ArgumentsForm
{
    /// <summary>Found out by trying: as an object first, then as JSON text.</summary>
    Automatic,

    /// <summary>As an object.</summary>
    Object,

    /// <summary>As JSON text.</summary>
    Text,
}
