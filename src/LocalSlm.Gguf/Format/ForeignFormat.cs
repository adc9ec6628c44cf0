using System.Buffers.Binary;
using System.Text;

namespace LocalSlm.Gguf.Format;

/// <summary>Names what a file is that was taken for GGUF and is not, so that the message says what to do.</summary>
internal static class ForeignFormat
{
    /// <summary>How many bytes from the start <see cref="Describe"/> looks at.</summary>
    public const int ProbeBytes = 64;

    /// <summary>Says what a file that begins with these bytes is.</summary>
    public static string Describe(ReadOnlySpan<byte> start)
    {
        // Sources: PKWARE APPNOTE 4.3.7 (zip), RFC 1952 (gzip), RFC 8878 (zstd), safetensors README, git-lfs spec, and for
        // the formats before GGUF the magic numbers ggml, ggmf, ggjt and ggla of llama.cpp's history.
        if (start.StartsWith("FUGG"u8))
        {
            return "the file is a GGUF with its bytes swapped (big-endian). Only little-endian files are read; get the usual one.";
        }

        if (
            start.StartsWith("lmgg"u8)
            || start.StartsWith("fmgg"u8)
            || start.StartsWith("tjgg"u8)
            || start.StartsWith("algg"u8)
        )
        {
            return "the file is of an old GGML format from before GGUF (2023). Get the model as GGUF, or convert it again.";
        }

        if (start is [(byte)'P', (byte)'K', 3, 4, ..])
        {
            return "the file is a ZIP archive (a PyTorch checkpoint, or a packed download). Unpack it, or get the model as GGUF.";
        }

        if (start is [0x1F, 0x8B, ..])
        {
            return "the file is gzip-compressed. Unpack it first.";
        }

        if (start is [0x28, 0xB5, 0x2F, 0xFD, ..])
        {
            return "the file is zstd-compressed. Unpack it first.";
        }

        if (start.Length > 9 && start[8] == (byte)'{' && BinaryPrimitives.ReadUInt64LittleEndian(start) < 100_000_000)
        {
            return "the file is a safetensors file. Get the model as GGUF, or convert it with llama.cpp's convert_hf_to_gguf.py.";
        }

        if (start.StartsWith("version https://git-lfs"u8))
        {
            return "the file is a Git LFS pointer, not the model itself. Fetch it with 'git lfs pull'.";
        }

        if (start is [0x80, 0x02 or 0x03 or 0x04 or 0x05, ..])
        {
            return "the file is a Python pickle (a PyTorch checkpoint). Get the model as GGUF.";
        }

        var text = Encoding.Latin1.GetString(start).TrimStart('ï', '»', '¿', ' ', '\r', '\n', '\t');
        if (
            text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
        )
        {
            return "the file is an HTML page, as a download that needed a login leaves. Get the model's file itself.";
        }

        if (text.StartsWith('{') || text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase))
        {
            return "the file is text (JSON or XML), perhaps a server's error message. Get the model's file itself.";
        }

        if (start.IndexOfAnyExcept((byte)0) < 0)
        {
            return "the file begins with zeros, as an unfinished download does. Get it again.";
        }

        return $"the file begins with the bytes {Convert.ToHexString(start[..Math.Min(4, start.Length)])}; GGUF begins with 47475546 (\"GGUF\"). It is no GGUF file, or a damaged one.";
    }
}
