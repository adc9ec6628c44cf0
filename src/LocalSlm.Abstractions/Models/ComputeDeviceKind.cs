namespace LocalSlm;

/// <summary>Kinds of devices that compute.</summary>
public enum ComputeDeviceKind
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>A graphics processor with memory of its own.</summary>
    Gpu,

    /// <summary>A graphics processor that shares the main memory.</summary>
    IntegratedGpu,

    /// <summary>A neural processor, or another accelerator.</summary>
    Npu,
}
