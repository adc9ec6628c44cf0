namespace LocalSlm.Constraints.Regular;

/// <summary>Patterns of URIs (RFC 3986, appendix A) and IRIs (RFC 3987, section 2.2), as ranges of classes and whole patterns.</summary>
internal static class ResourcePatterns
{
    /// <summary>The characters beyond ASCII of IRIs (ucschar), as part of a class.</summary>
    public const string WideCharacters =
        "\\u00A0-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFEF\\u{10000}-\\u{1FFFD}\\u{20000}-\\u{2FFFD}\\u{30000}-\\u{3FFFD}"
        + "\\u{40000}-\\u{4FFFD}\\u{50000}-\\u{5FFFD}\\u{60000}-\\u{6FFFD}\\u{70000}-\\u{7FFFD}\\u{80000}-\\u{8FFFD}"
        + "\\u{90000}-\\u{9FFFD}\\u{A0000}-\\u{AFFFD}\\u{B0000}-\\u{BFFFD}\\u{C0000}-\\u{CFFFD}\\u{D0000}-\\u{DFFFD}"
        + "\\u{E1000}-\\u{EFFFD}";

    /// <summary>The characters of private use (iprivate), as part of a class.</summary>
    public const string PrivateCharacters = "\\uE000-\\uF8FF\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}";

    /// <summary>Gets a pattern with a scheme.</summary>
    /// <param name="address">The pattern of an IPv6 address.</param>
    /// <param name="isWide">Whether characters beyond ASCII may stand in it.</param>
    public static string Absolute(string address, bool isWide) => new Parts(address, isWide).Absolute;

    /// <summary>Gets a pattern with or without a scheme.</summary>
    /// <inheritdoc cref="Absolute"/>
    public static string Reference(string address, bool isWide)
    {
        var parts = new Parts(address, isWide);
        return $"(?:{parts.Absolute}|{parts.Relative})";
    }

    private sealed class Parts
    {
        private const string Escape = "%[0-9A-Fa-f]{2}";
        private const string SubDelimiters = "!$&'()*+,;=";

        public Parts(string address, bool isWide)
        {
            var free = "A-Za-z0-9\\-._~" + (isWide ? WideCharacters : "");
            var character = $"(?:[{free}{SubDelimiters}:@]|{Escape})";
            var segments = $"(?:/{character}*)*";
            var host =
                $"(?:\\[(?:{address}|[vV][0-9A-Fa-f]+\\.[A-Za-z0-9\\-._~{SubDelimiters}:]+)\\]|(?:[{free}{SubDelimiters}]|{Escape})*)";
            var authority = $"(?:(?:[{free}{SubDelimiters}:]|{Escape})*@)?{host}(?::[0-9]*)?";
            var rooted = $"//{authority}{segments}|/(?:{character}+{segments})?";
            var query = $"(?:\\?(?:[{free}{SubDelimiters}:@/?{(isWide ? PrivateCharacters : "")}]|{Escape})*)?";
            var fragment = $"(?:#(?:[{free}{SubDelimiters}:@/?]|{Escape})*)?";
            Absolute = $"[A-Za-z][A-Za-z0-9+\\-.]*:(?:{rooted}|{character}+{segments})?{query}{fragment}";
            Relative = $"(?:{rooted}|(?:[{free}{SubDelimiters}@]|{Escape})+{segments})?{query}{fragment}";
        }

        public string Absolute { get; }

        public string Relative { get; }
    }
}
