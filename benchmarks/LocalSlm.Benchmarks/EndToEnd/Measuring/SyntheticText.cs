using System.Text;
using System.Text.RegularExpressions;
using LocalSlm.Testing;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>Text of any length that does not repeat: English with the words, and their frequencies, of this repository's own
/// documentation, and now and then a made-up word, a number or a name; or a mixture of scripts.</summary>
internal static partial class SyntheticText
{
    private static readonly string[][] Scripts =
    [
        [
            "今天",
            "天气",
            "很好",
            "我们",
            "一起",
            "学习",
            "语言",
            "模型",
            "的",
            "是",
            "在",
            "北京",
            "经济",
            "发展",
            "问题",
            "可以",
            "什么",
            "时候",
            "工作",
            "城市",
        ],
        [
            "これは",
            "日本語",
            "の",
            "テキスト",
            "です",
            "モデル",
            "を",
            "使って",
            "言葉",
            "が",
            "生成",
            "される",
            "東京",
            "電車",
            "おはよう",
            "ございます",
        ],
        [
            "안녕하세요",
            "오늘은",
            "날씨가",
            "좋습니다",
            "언어",
            "모델을",
            "사용하여",
            "텍스트를",
            "만듭니다",
            "서울",
            "사람들이",
        ],
        [
            "сегодня",
            "хорошая",
            "погода",
            "модель",
            "языка",
            "создаёт",
            "текст",
            "город",
            "люди",
            "работа",
            "почему",
            "потому",
            "что",
        ],
        ["اليوم", "الطقس", "جميل", "اللغة", "نموذج", "يكتب", "النص", "مدينة", "الناس", "العمل", "لماذا"],
        ["आज", "मौसम", "अच्छा", "है", "भाषा", "मॉडल", "पाठ", "लिखता", "शहर", "लोग", "काम", "क्यों"],
        ["σήμερα", "καιρός", "είναι", "καλός", "μοντέλο", "γλώσσας", "γράφει", "κείμενο", "πόλη", "άνθρωποι"],
        ["วันนี้", "อากาศ", "ดี", "มาก", "ภาษา", "แบบจำลอง", "เขียน", "ข้อความ", "เมือง"],
        ["été", "où", "naïve", "größer", "straße", "mañana", "niño", "ação", "świat", "żółty", "čeština", "över"],
        ["😀", "🚀", "👩‍💻", "∑", "≤", "→", "€", "½", "①", "𝔘𝔫𝔦", "🇩🇪"],
    ];

    private static readonly Lazy<string[]> Words = new(() =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(TestAssets.RepositoryRoot, "docs"), "*.md", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .SelectMany(path => Word().Matches(File.ReadAllText(path)).Select(match => match.Value)),
        ]
    );

    /// <summary>Makes a text.</summary>
    /// <param name="bytes">About how long it is in UTF-8.</param>
    /// <param name="isMixed">Whether it mixes scripts.</param>
    /// <param name="seed">Another seed gives another text.</param>
    public static string Create(int bytes, bool isMixed, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder(bytes);
        for (var size = 0; size < bytes; )
        {
            var start = text.Length;
            AppendSentence(text, random, isMixed);
            size += Encoding.UTF8.GetByteCount(text.ToString(start, text.Length - start));
        }

        return text.ToString();
    }

    private static void AppendSentence(StringBuilder text, Random random, bool isMixed)
    {
        var script = isMixed ? random.Next(Scripts.Length + 2) : Scripts.Length;
        var count = random.Next(4, 20);
        for (var i = 0; i < count; i++)
        {
            if (i > 0 && script is not (0 or 1 or 7))
            {
                text.Append(random.Next(12) == 0 ? ", " : " ");
            }

            var kind = random.Next(60);
            if (kind == 0)
            {
                text.Append(random.Next(100_000));
            }
            else if (kind <= 2 && script >= Scripts.Length)
            {
                AppendName(text, random);
            }
            else
            {
                var words = script < Scripts.Length ? Scripts[script] : Words.Value;
                text.Append(words[random.Next(words.Length)]);
            }
        }

        text.Append(script is 0 or 1 ? "。" : ". ");
        if (random.Next(8) == 0)
        {
            text.Append("\n\n");
        }
    }

    private static void AppendName(StringBuilder text, Random random)
    {
        var syllables = random.Next(2, 5);
        for (var i = 0; i < syllables; i++)
        {
            var consonant = "bcdfghklmnprstvwz"[random.Next(17)];
            text.Append(i == 0 ? char.ToUpperInvariant(consonant) : consonant).Append("aeiou"[random.Next(5)]);
        }
    }

    [GeneratedRegex(@"[A-Za-z][a-z]*(?:'[a-z]+)?")]
    private static partial Regex Word();
}
