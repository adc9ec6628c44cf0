namespace LocalSlm.Onnx.Interop;

/// <summary><c>OrtApiBase</c> of onnxruntime_c_api.h: two functions, the same in every version.</summary>
#pragma warning disable CS0649 // Native code fills it.
internal struct OrtApiBase
{
    /// <summary><c>const OrtApi* GetApi(uint32_t version)</c>; null if the library is older.</summary>
    public nint GetApi;

    /// <summary><c>const char* GetVersionString(void)</c>.</summary>
    public nint GetVersionString;
}
