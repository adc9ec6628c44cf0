using System.Globalization;
using System.Numerics;

namespace LocalSlm.Templating;

/// <summary>How one value is formatted: fill, alignment, sign, width, precision.</summary>
internal sealed class FormatSpec
{
    public const int MaxWidth = 100_000;
    private const int MaxPrecision = 1000;

    public char Fill { get; set; } = ' ';

    public char Align { get; set; }

    public char Sign { get; set; } = '-';

    public bool IsZeroPadded { get; set; }

    public bool IsAlternate { get; set; }

    public char Grouping { get; set; }

    public int Width { get; set; }

    public int? Precision { get; set; }

    public void Check(RenderState state)
    {
        if (Width > MaxWidth || Precision > MaxWidth)
        {
            throw state.Limit($"a format is wider than {MaxWidth}");
        }
    }

    public void WriteText(RenderState state, TextBuilder output, object text)
    {
        string plain = Texts.Of(text);
        int length = CodePoints.Count(plain);
        if (Precision < length)
        {
            text = Texts.Slice(state, text, 0, CodePoints.OffsetOf(plain, Precision.Value));
            length = Precision.Value;
        }

        int missing = Math.Max(0, Width - length);
        int left = Align switch
        {
            '>' => missing,
            '^' => missing / 2,
            _ => 0,
        };
        output.Append(new string(Fill, left));
        output.AppendText(text);
        output.Append(new string(Fill, missing - left));
    }

    public void WriteInteger(RenderState state, TextBuilder output, BigInteger value, char kind)
    {
        var absolute = BigInteger.Abs(value);
        string digits = kind switch
        {
            'x' or 'X' => Radix(absolute, 4, kind == 'X'),
            'o' => Radix(absolute, 3, false),
            'b' => Radix(absolute, 1, false),
            _ => absolute.ToString(CultureInfo.InvariantCulture),
        };
        digits = Precision is { } precision ? digits.PadLeft(precision, '0') : digits;
        string prefix = IsAlternate && kind != 'd' ? "0" + kind : "";
        WriteNumber(state, output, value.Sign < 0, prefix, digits, "");
    }

    public void WriteFloat(RenderState state, TextBuilder output, double value, char kind)
    {
        bool negative = double.IsNegative(value) && !double.IsNaN(value);
        double absolute = Math.Abs(value);
        int precision = Math.Min(Precision ?? 6, MaxPrecision);
        string tail = "";
        if (kind == '%')
        {
            absolute *= 100;
            kind = 'f';
            tail = "%";
        }

        string text = !double.IsFinite(absolute)
            ? Numbers.Format(absolute)
            : char.ToLowerInvariant(kind) switch
            {
                'f' => Numbers.FormatFixed(absolute, precision),
                'e' => Exponent(absolute, precision),
                'g' or 'n' => General(absolute, precision),
                _ => Numbers.Format(absolute),
            };
        text = char.IsUpper(kind) ? text.ToUpperInvariant() : text;
        int point = text.AsSpan().IndexOfAny(".eEin");
        WriteNumber(
            state,
            output,
            negative,
            "",
            point < 0 ? text : text[..point],
            (point < 0 ? "" : text[point..]) + tail
        );
    }

    private static string Radix(BigInteger value, int bits, bool upper)
    {
        if (value.IsZero)
        {
            return "0";
        }

        var digits = new Stack<char>();
        int mask = (1 << bits) - 1;
        for (; !value.IsZero; value >>= bits)
        {
            int digit = (int)(value & mask);
            digits.Push((char)(digit < 10 ? '0' + digit : (upper ? 'A' : 'a') + digit - 10));
        }

        return string.Concat(digits);
    }

    private static string Exponent(double value, int precision)
    {
        string text = value.ToString(
            "e" + precision.ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture
        );
        // .NET writes three digits of exponent, C at least two.
        int e = text.IndexOf('e', StringComparison.Ordinal);
        int exponent = int.Parse(text.AsSpan(e + 1), CultureInfo.InvariantCulture);
        return $"{text[..e]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private string General(double value, int precision)
    {
        precision = Math.Max(precision, 1);
        string scientific = Exponent(value, precision - 1);
        int e = scientific.IndexOf('e', StringComparison.Ordinal);
        int exponent = int.Parse(scientific.AsSpan(e + 1), CultureInfo.InvariantCulture);
        bool fixedPoint = exponent >= -4 && exponent < precision;
        string mantissa = fixedPoint ? Numbers.FormatFixed(value, precision - 1 - exponent) : scientific[..e];
        if (!IsAlternate && mantissa.Contains('.', StringComparison.Ordinal))
        {
            mantissa = mantissa.TrimEnd('0').TrimEnd('.');
        }

        return fixedPoint ? mantissa : mantissa + scientific[e..];
    }

    private void WriteNumber(
        RenderState state,
        TextBuilder output,
        bool negative,
        string prefix,
        string digits,
        string tail
    )
    {
        string sign =
            negative ? "-"
            : Sign is '+' or ' ' ? Sign.ToString()
            : "";
        char fill = IsZeroPadded && Align is '\0' or '=' or '>' && IsZeroPadded ? '0' : Fill;
        char align =
            fill == '0' && IsZeroPadded ? '='
            : Align == '\0' ? '>'
            : Align;
        int fixedLength = sign.Length + prefix.Length + tail.Length;
        if (Grouping != '\0')
        {
            digits = Group(digits, align == '=' && fill == '0' ? Width - fixedLength : 0);
        }

        int missing = Math.Max(0, Width - fixedLength - digits.Length);
        state.CheckLength((long)missing + digits.Length);
        string padding = new(fill, missing);
        output.Append(
            align switch
            {
                '<' => sign + prefix + digits + tail + padding,
                '^' => padding[..(missing / 2)] + sign + prefix + digits + tail + padding[(missing / 2)..],
                '=' => sign + prefix + padding + digits + tail,
                _ => padding + sign + prefix + digits + tail,
            }
        );
    }

    private string Group(string digits, int width)
    {
        var grouped = new System.Text.StringBuilder();
        while (true)
        {
            grouped.Clear();
            for (int i = 0; i < digits.Length; i++)
            {
                if (i > 0 && (digits.Length - i) % 3 == 0)
                {
                    grouped.Append(Grouping);
                }

                grouped.Append(digits[i]);
            }

            if (grouped.Length >= width)
            {
                return grouped.ToString();
            }

            digits = new string('0', Math.Max(1, (width - grouped.Length) * 3 / 4)) + digits;
        }
    }
}
