namespace LocalSlm.Gguf.Runtime;

/// <summary><c>enum llama_token_attr</c> of <c>llama.h</c>, llama.cpp v0.4.0.</summary>
[Flags]
internal enum TokenAttributes
{
    None = 0,
    Unknown = 1 << 0,
    Unused = 1 << 1,
    Normal = 1 << 2,
    Control = 1 << 3,
    UserDefined = 1 << 4,
    Byte = 1 << 5,
    Normalized = 1 << 6,
    LeftStrip = 1 << 7,
    RightStrip = 1 << 8,
    SingleWord = 1 << 9,
}
