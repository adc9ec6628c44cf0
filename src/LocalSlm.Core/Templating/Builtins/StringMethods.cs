using System.Collections.Frozen;
using System.Globalization;

namespace LocalSlm.Templating;

/// <summary>Python's methods of strings.</summary>
internal static partial class StringMethods
{
    public static readonly FrozenDictionary<string, Method> Table = new Dictionary<string, Method>
    {
        ["upper"] = (s, t, _) => CaseMapping.Upper(s, t),
        ["lower"] = (s, t, _) => CaseMapping.Lower(s, t),
        ["casefold"] = (s, t, _) => Texts.Is(t) ? CaseMapping.Lower(s, Replace(s, t, "ß", "ss", -1)) : t,
        ["title"] = (s, t, _) => CaseMapping.Title(s, t),
        ["capitalize"] = (s, t, _) => CaseMapping.Capitalize(s, t),
        ["swapcase"] = (s, t, _) => CaseMapping.SwapCase(s, t),
        ["strip"] = (s, t, a) => Strip(s, t, Optional(s, a, "strip"), left: true, right: true),
        ["lstrip"] = (s, t, a) => Strip(s, t, Optional(s, a, "lstrip"), left: true, right: false),
        ["rstrip"] = (s, t, a) => Strip(s, t, Optional(s, a, "rstrip"), left: false, right: true),
        ["split"] = (s, t, a) => Split(s, t, a, fromRight: false),
        ["rsplit"] = (s, t, a) => Split(s, t, a, fromRight: true),
        ["splitlines"] = SplitLines,
        ["partition"] = (s, t, a) => Partition(s, t, a, last: false),
        ["rpartition"] = (s, t, a) => Partition(s, t, a, last: true),
        ["join"] = Join,
        ["replace"] = (s, t, a) =>
        {
            var rest =
                a.Take("count", out var without) is var named && ReferenceEquals(named, Missing.Value)
                    ? without
                    : without with
                    {
                        Positional = [.. without.Positional, named],
                    };
            return rest.Positional.Length is 2 or 3
                ? Replace(
                    s,
                    t,
                    Argument(s, rest, 0, "replace"),
                    Argument(s, rest, 1, "replace"),
                    rest.Positional.Length == 3 ? Number(s, rest, 2, -1) : -1
                )
                : throw s.Error($"replace expected at least 2 arguments, got {rest.Positional.Length}");
        },
        ["startswith"] = (s, t, a) => Boxes.Of(Affix(s, t, a, atEnd: false)),
        ["endswith"] = (s, t, a) => Boxes.Of(Affix(s, t, a, atEnd: true)),
        ["removeprefix"] = (s, t, a) =>
            Texts.Of(t).StartsWith(Texts.Of(Argument(s, a, 0, "removeprefix")), StringComparison.Ordinal)
                ? Texts.Slice(
                    s,
                    t,
                    Texts.Of(a.Positional[0]!).Length,
                    Texts.Of(t).Length - Texts.Of(a.Positional[0]!).Length
                )
                : t,
        ["removesuffix"] = (s, t, a) =>
            Texts.Of(t).EndsWith(Texts.Of(Argument(s, a, 0, "removesuffix")), StringComparison.Ordinal)
                ? Texts.Slice(s, t, 0, Texts.Of(t).Length - Texts.Of(a.Positional[0]!).Length)
                : t,
        ["find"] = (s, t, a) => Boxes.Of(Find(s, t, a, "find", last: false)),
        ["rfind"] = (s, t, a) => Boxes.Of(Find(s, t, a, "rfind", last: true)),
        ["index"] = (s, t, a) =>
            Boxes.Of(Find(s, t, a, "index", last: false) is >= 0 and var i ? i : throw s.Error("substring not found")),
        ["rindex"] = (s, t, a) =>
            Boxes.Of(Find(s, t, a, "rindex", last: true) is >= 0 and var i ? i : throw s.Error("substring not found")),
        ["count"] = Count,
        ["format"] = (s, t, a) => BraceFormat.Format(s, t, a),
        ["format_map"] = (s, t, a) => BraceFormat.FormatMap(s, t, a),
        ["ljust"] = (s, t, a) => Pad(s, t, 0, Number(s, a, 0, 0) - CodePoints.Count(Texts.Of(t)), Fill(s, a)),
        ["rjust"] = (s, t, a) => Pad(s, t, Number(s, a, 0, 0) - CodePoints.Count(Texts.Of(t)), 0, Fill(s, a)),
        ["center"] = (s, t, a) => Center(s, t, Number(s, a, 0, 0), Fill(s, a)),
        ["zfill"] = ZeroFill,
        ["expandtabs"] = ExpandTabs,
        ["isdigit"] = (_, t, _) => All(t, static c => char.IsDigit(c) || c is '²' or '³' or '¹'),
        ["isdecimal"] = (_, t, _) => All(t, char.IsDigit),
        ["isnumeric"] = (_, t, _) => All(t, char.IsNumber),
        ["isalpha"] = (_, t, _) => All(t, static c => char.IsLetter(c) || char.IsSurrogate(c)),
        ["isalnum"] = (_, t, _) => All(t, static c => char.IsLetterOrDigit(c) || char.IsNumber(c)),
        ["isspace"] = (_, t, _) => All(t, CodePoints.IsSpace),
        ["isascii"] = (_, t, _) => Boxes.Of(System.Text.Ascii.IsValid(Texts.Of(t))),
        ["isprintable"] = (_, t, _) =>
            Boxes.Of(Texts.Of(t).All(static c => c == ' ' || !(char.IsControl(c) || char.IsWhiteSpace(c)))),
        ["isupper"] = (_, t, _) => Boxes.Of(IsCase(Texts.Of(t), upper: true)),
        ["islower"] = (_, t, _) => Boxes.Of(IsCase(Texts.Of(t), upper: false)),
        ["istitle"] = (s, t, _) =>
            Boxes.Of(Texts.Of(t).Any(char.IsLetter) && Texts.Of(CaseMapping.Title(s, t)) == Texts.Of(t)),
        ["isidentifier"] = (_, t, _) =>
            All(t, static c => char.IsLetterOrDigit(c) || c == '_') is true && !char.IsDigit(Texts.Of(t)[0])
                ? Boxes.True
                : Boxes.False,
    }.ToFrozenDictionary();

    public static bool IsCase(string text, bool upper)
    {
        bool any = false;
        foreach (char c in text)
        {
            var category = char.GetUnicodeCategory(c);
            if (
                category
                is UnicodeCategory.UppercaseLetter
                    or UnicodeCategory.LowercaseLetter
                    or UnicodeCategory.TitlecaseLetter
            )
            {
                if (category != (upper ? UnicodeCategory.UppercaseLetter : UnicodeCategory.LowercaseLetter))
                {
                    return false;
                }

                any = true;
            }
        }

        return any;
    }

    private static object All(object text, Func<char, bool> test)
    {
        string plain = Texts.Of(text);
        return Boxes.Of(plain.Length > 0 && plain.All(test));
    }

    private static object Argument(RenderState state, Arguments arguments, int index, string method)
    {
        if (index >= arguments.Positional.Length)
        {
            throw state.Error($"{method}() takes at least {index + 1} argument ({arguments.Positional.Length} given)");
        }

        object? value = arguments.Positional[index];
        return value is Undefined undefined ? throw state.Error(undefined.Message)
            : Texts.Is(value) ? value!
            : throw state.Error($"{method}() argument {index + 1} must be str, not {Values.PythonType(value)}");
    }

    private static object? Optional(RenderState state, Arguments arguments, string method) =>
        arguments.Positional.Length > 1 || arguments.NamedCount > 0
            ? throw state.Error(
                $"{method} expected at most 1 argument, got {arguments.Positional.Length + arguments.NamedCount}"
            )
        : arguments.Positional.Length == 0 || arguments.Positional[0] is null ? null
        : Argument(state, arguments, 0, method);

    private static int Number(RenderState state, Arguments arguments, int index, int fallback)
    {
        if (index >= arguments.Positional.Length)
        {
            return fallback;
        }

        return Numbers.TryGetLong(arguments.Positional[index], out long number)
            ? (int)Math.Clamp(number, -int.MaxValue, int.MaxValue)
            : throw state.Error(
                $"'{Values.PythonType(arguments.Positional[index])}' object cannot be interpreted as an integer"
            );
    }

    private static char Fill(RenderState state, Arguments arguments) =>
        arguments.Positional.Length < 2 ? ' '
        : Texts.TryGet(arguments.Positional[1], out string? fill) && fill.Length == 1 ? fill[0]
        : throw state.Error("The fill character must be exactly one character long");
}
