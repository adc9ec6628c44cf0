namespace LocalSlm.Assets;

/// <summary>A restore that failed for a reason the user can mend: the message names it.</summary>
internal sealed class AssetException(string message) : Exception(message);
