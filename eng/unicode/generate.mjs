// Writes src/LocalSlm.Core/Tokenization/Unicode/unicode.bin: what the tokenizers need of the Unicode Character Database and
// .NET does not give in invariant mode (normalisation, lower case, scripts). Run: node eng/unicode/generate.mjs
// The data are those of the running Node.js with full ICU: its Unicode version is printed and written into the file.
// UnicodeData.cs tells the format.
import { writeFileSync } from "node:fs";

const scripts = `Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Beria_Erfe Bhaiksuki
Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common Coptic
Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic
Garay Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Gurung_Khema Han Hangul Hanifi_Rohingya Hanunoo Hatran
Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li
Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Kirat_Rai Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani
Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs
Miao Modi Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham
Ol_Chiki Ol_Onal Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur
Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada
Shavian Siddham Sidetic SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Sunuwar Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le
Tai_Tham Tai_Viet Tai_Yo Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Todhri Tolong_Siki Toto Tulu_Tigalari
Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square`.split(/\s+/);

const out = [];
const varint = (n) => {
  for (; n >= 128; n = Math.floor(n / 128)) out.push((n % 128) + 128);
  out.push(n);
};
const zigzag = (n) => varint(n < 0 ? -n * 2 - 1 : n * 2);
const text = (...points) => String.fromCodePoint(...points);
const points = (string) => [...string].map((c) => c.codePointAt(0));
const isHangul = (c) => c >= 0xac00 && c <= 0xd7a3;
const all = [];
for (let c = 0; c < 0x110000; c++) if (c < 0xd800 || c > 0xdfff) all.push(c);

// Normalisation stays that of Unicode 12.0: the library that published tokenizers are made and used with (Hugging Face tokenizers
// 0.23 on unicode-normalization-alignments 0.1.12, of 2019) knows no newer one, and ids must not differ. These are the marks and
// decomposing characters that came later (DerivedAge.txt).
const later = `0x897-0x89f 0x8ca-0x8d2 0xb55 0xc3c 0xcf3 0xd81 0xece 0x1715 0x180f 0x1abf-0x1add 0x1ae0-0x1aeb 0x1dfa 0x32ff
0xa7f1-0xa7f4 0xa82c 0xab69 0x105c9 0x105e4 0x10781-0x10785 0x10787-0x107b0 0x107b2-0x107ba 0x10d69-0x10d6d
0x10eab-0x10eac 0x10efa-0x10eff 0x10f82-0x10f85 0x11070 0x11073-0x11074 0x110c2 0x111ce-0x111cf 0x11241 0x11383 0x11385
0x1138e 0x11391 0x113b8-0x113c0 0x113c2 0x113c5 0x113c7-0x113ca 0x113cc-0x113d0 0x113d2 0x113e1-0x113e2 0x11930-0x11935
0x11937-0x11938 0x1193b-0x1193e 0x11940 0x11942-0x11943 0x11b60-0x11b67 0x11f00-0x11f01 0x11f03 0x11f34-0x11f3a
0x11f3e-0x11f42 0x11f5a 0x13440 0x13447-0x13455 0x1611e-0x1612f 0x16d68-0x16d6a 0x16fe4 0x16ff0-0x16ff1 0x1ccd6-0x1ccf9
0x1cf00-0x1cf2d 0x1cf30-0x1cf46 0x1e030-0x1e06d 0x1e08f 0x1e2ae 0x1e4ec-0x1e4ef 0x1e5ee-0x1e5ef 0x1e6e3 0x1e6e6
0x1e6ee-0x1e6ef 0x1e6f5 0x1fbf0-0x1fbf9`
  .split(/\s+/)
  .map((range) => range.split("-").map(Number));
const isLater = (c) => later.some(([first, last]) => c >= first && c <= (last ?? first));

// [value, value, …] by code point → runs of equal values; 0 is left out.
function writeRuns(valueOf) {
  const runs = [];
  for (const c of all) {
    const value = valueOf(c);
    const last = runs.at(-1);
    if (value === 0) continue;
    if (last && last.value === value && last.end === c) last.end++;
    else runs.push({ start: c, end: c + 1, value });
  }
  varint(runs.length);
  let at = 0;
  for (const { start, end, value } of runs) {
    varint(start - at);
    varint(end - start);
    zigzag(value);
    at = end;
  }
  return runs.length;
}

// Combining classes are only ever compared, so their rank is enough, and NFD's order of two marks tells it.
const swaps = (a, b) => text(a, b).normalize("NFD") !== text(a, b) && text(a).normalize("NFD") === text(a) && text(b).normalize("NFD") === text(b);
const lowest = 0x334, highest = 0x345; // classes 1 and 240, the least and the greatest
const rank = new Map();
const marks = all.filter((c) => !isLater(c) && text(c).normalize("NFD") === text(c) && (c === lowest || c === highest || swaps(highest, c) || swaps(c, lowest)));
const classes = []; // one mark of each class, in order
for (const c of marks) {
  let low = 0, high = classes.length, same = -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (swaps(classes[middle][0], c)) high = middle;
    else if (swaps(c, classes[middle][0])) low = middle + 1;
    else { same = middle; break; }
  }
  if (same >= 0) classes[same].push(c);
  else classes.splice(low, 0, [c]);
}
classes.forEach((members, i) => members.forEach((c) => rank.set(c, i + 1)));

const version = process.versions.unicode.split(".").map(Number);
out.push(...Buffer.from("LSU1"), version[0], version[1] ?? 0);
const counts = { classes: classes.length, marks: writeRuns((c) => rank.get(c) ?? 0) };

function writeDecompositions(form, without) {
  const found = all.filter((c) => !isHangul(c) && !isLater(c) && text(c).normalize(form) !== text(c) && (!without || text(c).normalize(form) !== text(c).normalize(without)));
  varint(found.length);
  let at = 0;
  for (const c of found) {
    const parts = points(text(c).normalize(form));
    varint(c - at);
    varint(parts.length);
    parts.forEach(varint);
    at = c;
  }
  return found.length;
}
counts.canonical = writeDecompositions("NFD");
counts.compatible = writeDecompositions("NFKD", "NFD");

const composites = all.filter((c) => !isHangul(c) && !isLater(c) && text(c).normalize("NFD") !== text(c) && text(c).normalize("NFC") === text(c));
varint(composites.length);
for (const c of composites) {
  const parts = points(text(c).normalize("NFD"));
  const first = points(text(...parts.slice(0, -1)).normalize("NFC"));
  if (first.length !== 1 || text(first[0], parts.at(-1)).normalize("NFC") !== text(c)) throw new Error(`composite ${c.toString(16)}`);
  varint(first[0]);
  varint(parts.at(-1));
  varint(c);
}
counts.composites = composites.length;

// U+0130 alone has two letters in lower case; the reader knows it.
counts.lower = writeRuns((c) => {
  const lower = points(text(c).toLowerCase());
  if (c === 0x130) return 0;
  if (lower.length !== 1) throw new Error(`lower ${c.toString(16)}`);
  return lower[0] - c;
});

// As the UnicodeScripts pre-tokenizer counts them: kana are Han, the long-vowel mark too, and a space belongs to any script.
const han = scripts.indexOf("Han") + 1;
const scriptOf = new Array(0x110000).fill(0);
scripts.forEach((name, i) => {
  const member = new RegExp(`^\\p{Script=${name}}$`, "u");
  const number = name === "Hiragana" || name === "Katakana" ? han : i + 1;
  for (const c of all) if (scriptOf[c] === 0 && member.test(text(c))) scriptOf[c] = number;
});
scriptOf[0x30fc] = han;
scriptOf[0x20] = 0;
counts.scripts = writeRuns((c) => scriptOf[c]);

writeFileSync(new URL("../../src/LocalSlm.Core/Tokenization/Unicode/unicode.bin", import.meta.url), Buffer.from(out));
console.log(`Unicode ${process.versions.unicode}`, counts, `${out.length} bytes`);
