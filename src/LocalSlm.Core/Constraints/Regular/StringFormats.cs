using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace LocalSlm.Constraints.Regular;

/// <summary>The languages of JSON Schema's formats (draft 2020-12, validation vocabulary, section 7.3).</summary>
/// <remarks>A text of such a language always has the format. Some formats have texts that are left out, as each one says: what no
/// automaton can tell, and what .NET's own types cannot hold.</remarks>
internal static class StringFormats
{
    private const string Octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private const string V4 = $"{Octet}(?:\\.{Octet}){{3}}";
    private const string Hex = "[0-9A-Fa-f]";

    // RFC 3339, section 5.6. Years that 4 divides and 100 does not, and those that 400 divides; without the year 0000, which
    // DateTime does not have.
    private const string Year = "(?!0000)[0-9]{4}";
    private const string LeapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)";
    private const string Date =
        $"(?:{Year}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
        + $"|{LeapYear}-02-29)";
    private const string Clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
    private const string Fraction = "(?:\\.[0-9]{1,9})?";
    private const string Offset = "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";

    // What DateTimeOffset holds: no leap seconds, no offset beyond 14 hours; and System.Text.Json wants capitals.
    private const string NarrowOffset = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))";

    // RFC 1123, section 2.1. A label with '--' at its third place would have to be Punycode that decodes to a valid name (RFC 5890),
    // which no automaton tells. A name has at most 253 characters (RFC 1035): four labels of any length, or twelve short ones.
    private const string Label = "(?!..--)[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?";
    private const string LastLabel = "(?!..--)[0-9A-Za-z](?:[0-9A-Za-z-]{0,59}[0-9A-Za-z])?";
    private const string ShortLabel = "(?!..--)[0-9A-Za-z](?:[0-9A-Za-z-]{0,18}[0-9A-Za-z])?";
    private const string HostName =
        $"(?:(?:{Label}\\.){{0,3}}{LastLabel}|{Label}|(?:{Label}\\.){{1,2}}{Label}|(?:{ShortLabel}\\.){{1,11}}{ShortLabel})";

    // RFC 5321, section 4.1.2: a local part of at most 64 characters.
    private const string AtomText = "A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~";
    private const string Quoted = "\"(?:[ !#-\\[\\]-~]|\\\\[ -~]){0,31}\"";
    private const string Literal = $"\\[(?:{V4}|IPv6:{V6})\\]";
    private const string Local = $"(?=[^@]{{1,64}}@)[{AtomText}]+(?:\\.[{AtomText}]+)*";

    // RFC 6532. Beyond ASCII: lower-case letters of scripts without joining forms, composed; so few that their UTF-8 and Punycode fit.
    private const string WideAtomText = $"{AtomText}{WideLetter}";
    private const string WideLocal = $"(?=[^@]{{1,16}}@)[{WideAtomText}]+(?:\\.[{WideAtomText}]+)*";
    private const string WideLetter =
        "a-z\\u00DF-\\u00F6\\u00F8-\\u00FF\\u03AC-\\u03CE\\u0430-\\u045F\\u3041-\\u3096\\u30A1-\\u30FA\\u4E00-\\u9FFF\\uAC00-\\uD7A3";
    private const string WideLabel = $"[{WideLetter}]{{1,9}}";

    // RFC 4291, section 2.2, in the form of RFC 3986, appendix A.
    private const string Group = $"{Hex}{{1,4}}";
    private const string LastGroups = $"(?:{Group}:{Group}|{V4})";
    private const string V6 =
        $"(?:(?:{Group}:){{6}}{LastGroups}|::(?:{Group}:){{5}}{LastGroups}|(?:{Group})?::(?:{Group}:){{4}}{LastGroups}"
        + $"|(?:(?:{Group}:){{0,1}}{Group})?::(?:{Group}:){{3}}{LastGroups}|(?:(?:{Group}:){{0,2}}{Group})?::(?:{Group}:){{2}}{LastGroups}"
        + $"|(?:(?:{Group}:){{0,3}}{Group})?::{Group}:{LastGroups}|(?:(?:{Group}:){{0,4}}{Group})?::{LastGroups}"
        + $"|(?:(?:{Group}:){{0,5}}{Group})?::{Group}|(?:(?:{Group}:){{0,6}}{Group})?::)";

    // RFC 3339, appendix A; numbers that an Int32 holds.
    private const string Count = "[0-9]{1,9}";
    private const string DurationTime = $"T(?:{Count}H(?:{Count}M(?:{Count}S)?)?|{Count}M(?:{Count}S)?|{Count}S)";
    private const string Duration =
        $"P(?:(?:{Count}D|{Count}M(?:{Count}D)?|{Count}Y(?:{Count}M(?:{Count}D)?)?)(?:{DurationTime})?|{DurationTime}|{Count}W)";

    private const string Pointer = "(?:/(?:[^/~]|~[01])*)*";

    // RFC 6570, without the operators that it keeps for later.
    private const string Variable =
        $"(?:[0-9A-Za-z_]|%{Hex}{{2}})(?:\\.?(?:[0-9A-Za-z_]|%{Hex}{{2}}))*(?::[1-9][0-9]{{0,3}}|\\*)?";
    private const string TemplateLiteral =
        $"[!#$&(-;=?-\\[\\]_a-z~{ResourcePatterns.WideCharacters}{ResourcePatterns.PrivateCharacters}]|%{Hex}{{2}}";
    private const string Template = $"(?:{TemplateLiteral}|\\{{[+#./;?&]?{Variable}(?:,{Variable})*\\}})*";

    private static readonly FrozenDictionary<string, Entry> All = new Dictionary<string, Entry>
    {
        ["date"] = new(() => Date, IsExact: false),
        ["time"] = new(() => $"{Clock}{Fraction}{Offset}|{LeapSeconds()}", IsExact: false),
        ["date-time"] = new(() => $"{Date}T{Clock}{Fraction}{NarrowOffset}", IsExact: false),
        ["duration"] = new(() => Duration, IsExact: false),
        ["uuid"] = new(() => $"{Hex}{{8}}-(?:{Hex}{{4}}-){{3}}{Hex}{{12}}", IsExact: true),
        ["email"] = new(() => $"(?:{Local}|{Quoted})@(?:{HostName}|{Literal})", IsExact: false),
        ["idn-email"] = new(
            () => $"(?:{Local}|{WideLocal}|{Quoted})@(?:{HostName}|(?:{WideLabel}\\.){{0,3}}{WideLabel}|{Literal})",
            IsExact: false
        ),
        ["hostname"] = new(() => HostName, IsExact: false),
        ["ipv4"] = new(() => V4, IsExact: true),
        ["ipv6"] = new(() => V6, IsExact: true),
        ["uri"] = new(() => ResourcePatterns.Absolute(V6, isWide: false), IsExact: true),
        ["uri-reference"] = new(() => ResourcePatterns.Reference(V6, isWide: false), IsExact: true),
        ["iri"] = new(() => ResourcePatterns.Absolute(V6, isWide: true), IsExact: true),
        ["iri-reference"] = new(() => ResourcePatterns.Reference(V6, isWide: true), IsExact: true),
        ["uri-template"] = new(() => Template, IsExact: false),
        ["json-pointer"] = new(() => Pointer, IsExact: true),
        ["relative-json-pointer"] = new(() => $"(?:0|[1-9][0-9]{{0,8}})(?:#|{Pointer})", IsExact: false),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Gets the names of the formats that are known, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Finds a format.</summary>
    /// <param name="format">Its name.</param>
    /// <returns>Texts that all have the format; <see langword="null"/> for a format that is not known: <c>regex</c> and
    /// <c>idn-hostname</c>, for two, are not regular.</returns>
    public static CharAutomaton? Find(string format) =>
        All.TryGetValue(format, out var found) ? found.Language.Value : null;

    /// <summary>Tells whether <see cref="Find"/> gives all texts of the format: only then is what it does not accept free of it.</summary>
    public static bool IsExact(string format) => All.TryGetValue(format, out var found) && found.IsExact;

    /// <summary>Writes the leap seconds of RFC 3339: the last second of a day in UTC, as a clock shows it that is ahead of UTC or behind
    /// by hours and 0, 30 or 45 minutes.</summary>
    private static string LeapSeconds()
    {
        const int Day = 24 * 60;
        var pattern = new StringBuilder($"23:59:60{Fraction}[Zz]");
        for (var offset = -Day; offset < Day; offset++)
        {
            if (Math.Abs(offset) < Day && Math.Abs(offset) % 60 is 0 or 30 or 45)
            {
                var local = (Day - 1 + offset + Day) % Day;
                var size = Math.Abs(offset);
                pattern.Append(
                    CultureInfo.InvariantCulture,
                    $"|{local / 60:00}:{local % 60:00}:60{Fraction}[{(offset <= 0 ? "-" : "")}{(offset >= 0 ? "+" : "")}]{size / 60:00}:{size % 60:00}"
                );
            }
        }

        return pattern.ToString();
    }

    private sealed record Entry(Func<string> Pattern, bool IsExact)
    {
        public Lazy<CharAutomaton> Language { get; } = new(() => PatternCompiler.Compile(Pattern(), search: false));
    }
}
