using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace LocalSlm.Hardware;

/// <summary>Instruction sets that the kernels of llama.cpp and ONNX Runtime choose by.</summary>
internal static class InstructionSets
{
    /// <summary>Words of Linux's <c>/proc/cpuinfo</c> (arch/x86/include/asm/cpufeatures.h, arch/arm64/kernel/cpuinfo.c of Linux 6.12) that
    /// .NET has no class for. The kernel leaves out what it has not enabled.</summary>
    private static readonly (string Flag, string Name)[] s_flags =
    [
        ("f16c", "F16C"),
        ("avx512_vnni", "AVX512-VNNI"),
        ("avx512_bf16", "AVX512-BF16"),
        ("avx512_fp16", "AVX512-FP16"),
        ("amx_tile", "AMX-TILE"),
        ("amx_int8", "AMX-INT8"),
        ("amx_bf16", "AMX-BF16"),
        ("fphp", "FP16"),
        ("asimddp", "DotProd"),
        ("i8mm", "I8MM"),
        ("bf16", "BF16"),
        ("sve", "SVE"),
        ("sve2", "SVE2"),
        ("sme", "SME"),
    ];

    /// <summary>Lists what this processor has.</summary>
    /// <param name="flags">The words that Linux tells; <see langword="null"/> elsewhere.</param>
    public static IReadOnlyList<string> Detect(IReadOnlySet<string>? flags)
    {
        var names = new List<string>();
        Add(Sse42.IsSupported, "SSE4.2");
        Add(Avx.IsSupported, "AVX");
        Add(Fma.IsSupported, "FMA");
        Add(Avx2.IsSupported, "AVX2");
        Add(AvxVnni.IsSupported, "AVX-VNNI");
        Add(Avx512F.IsSupported, "AVX512F");
        Add(Avx512BW.IsSupported, "AVX512BW");
        Add(Avx512Vbmi.IsSupported, "AVX512-VBMI");
        Add(AdvSimd.IsSupported, "NEON");
        Add(Dp.IsSupported, "DotProd");
        AddFlags(names, flags);
        return names;

        void Add(bool supported, string name)
        {
            if (supported)
            {
                names.Add(name);
            }
        }
    }

    /// <summary>Adds what a list of flags names and is not there yet.</summary>
    public static void AddFlags(List<string> names, IReadOnlySet<string>? flags)
    {
        foreach (var (flag, name) in s_flags)
        {
            if (flags?.Contains(flag) == true && !names.Contains(name))
            {
                names.Add(name);
            }
        }
    }

    /// <summary>Gets the brand that x86 processors tell of themselves.</summary>
    /// <returns>The name, or <see langword="null"/> on others.</returns>
    public static string? BrandName()
    {
        // CPUID functions 0x80000002 to 0x80000004 give 48 characters (AMD64 manual volume 3, E.4.2).
        const int First = unchecked((int)0x80000002);
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax < unchecked((uint)First) + 2)
        {
            return null;
        }

        Span<int> registers = stackalloc int[12];
        for (var i = 0; i < 3; i++)
        {
            (registers[i * 4], registers[(i * 4) + 1], registers[(i * 4) + 2], registers[(i * 4) + 3]) = X86Base.CpuId(
                First + i,
                0
            );
        }

        var name = Encoding.ASCII.GetString(MemoryMarshal.AsBytes(registers)).Split('\0')[0].Trim();
        return name.Length == 0 ? null : name;
    }
}
