using System.Text;

namespace LocalSlm.Constraints.Automaton;

/// <summary>How control tokens go through an automaton over bytes: their name between two bytes that no UTF-8 text holds.</summary>
internal static class MarkerBytes
{
    public const byte Begin = 0xFF;

    public const byte End = 0xFE;

    /// <summary>Gets the bytes of a control token.</summary>
    public static byte[] Of(string name) => [Begin, .. Encoding.UTF8.GetBytes(name), End];
}
