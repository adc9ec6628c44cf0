using System.Globalization;

namespace LocalSlm.Templating;

/// <summary>Python's <c>strftime</c> in the C locale, with glibc's <c>-</c>, <c>_</c>, <c>0</c> and <c>^</c> flags.</summary>
internal static class Strftime
{
    public static string Format(RenderState state, DateTimeOffset time, string format)
    {
        var builder = state.RentBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                builder.Append(format[i]);
                continue;
            }

            int start = i++;
            char flag = format[i] is '-' or '_' or '0' or '^' or '#' && i + 1 < format.Length ? format[i++] : '\0';
            builder.Append(Field(time, format[i], flag) ?? format[start..(i + 1)]);
        }

        return Texts.Of(state.ReturnBuilder(builder));
    }

    private static string? Field(DateTimeOffset time, char field, char flag)
    {
        var invariant = CultureInfo.InvariantCulture;
        int weekday = (int)time.DayOfWeek;
        string? text = field switch
        {
            'Y' => Number(time.Year, 1, flag),
            'C' => Number(time.Year / 100, 2, flag),
            'y' => Number(time.Year % 100, 2, flag),
            'G' => Number(ISOWeek.GetYear(time.DateTime), 1, flag),
            'm' => Number(time.Month, 2, flag),
            'd' => Number(time.Day, 2, flag),
            'e' => Number(time.Day, 2, flag == '\0' ? '_' : flag),
            'H' => Number(time.Hour, 2, flag),
            'k' => Number(time.Hour, 2, flag == '\0' ? '_' : flag),
            'I' => Number((time.Hour + 11) % 12 + 1, 2, flag),
            'l' => Number((time.Hour + 11) % 12 + 1, 2, flag == '\0' ? '_' : flag),
            'M' => Number(time.Minute, 2, flag),
            'S' => Number(time.Second, 2, flag),
            'f' => ((time.Ticks % TimeSpan.TicksPerSecond) / TimeSpan.TicksPerMicrosecond).ToString("D6", invariant),
            'j' => Number(time.DayOfYear, 3, flag),
            'u' => (weekday == 0 ? 7 : weekday).ToString(invariant),
            'w' => weekday.ToString(invariant),
            'U' => Number((time.DayOfYear + 6 - weekday) / 7, 2, flag),
            'W' => Number((time.DayOfYear + 6 - ((weekday + 6) % 7)) / 7, 2, flag),
            'V' => Number(ISOWeek.GetWeekOfYear(time.DateTime), 2, flag),
            's' => time.ToUnixTimeSeconds().ToString(invariant),
            'a' => time.ToString("ddd", invariant),
            'A' => time.ToString("dddd", invariant),
            'b' or 'h' => time.ToString("MMM", invariant),
            'B' => time.ToString("MMMM", invariant),
            'p' => time.Hour < 12 ? "AM" : "PM",
            'P' => time.Hour < 12 ? "am" : "pm",
            'c' => time.ToString("ddd MMM ", invariant)
                + Number(time.Day, 2, '_')
                + time.ToString(" HH:mm:ss yyyy", invariant),
            'x' or 'D' => time.ToString("MM'/'dd'/'yy", invariant),
            'X' or 'T' => time.ToString("HH:mm:ss", invariant),
            'R' => time.ToString("HH:mm", invariant),
            'r' => time.ToString("hh:mm:ss ", invariant) + (time.Hour < 12 ? "AM" : "PM"),
            'F' => time.ToString("yyyy-MM-dd", invariant),
            // datetime.now() has no time zone: Python prints nothing for it.
            'z' or 'Z' => "",
            'n' => "\n",
            't' => "\t",
            '%' => "%",
            _ => null,
        };
        return flag == '^' ? text?.ToUpperInvariant() : text;
    }

    private static string Number(int value, int width, char flag)
    {
        string digits = value.ToString(CultureInfo.InvariantCulture);
        return flag switch
        {
            '-' => digits,
            '_' => digits.PadLeft(width),
            _ => digits.PadLeft(width, '0'),
        };
    }
}
