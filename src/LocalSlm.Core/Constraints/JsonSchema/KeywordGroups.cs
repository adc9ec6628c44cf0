namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Keywords that are read together.</summary>
[Flags]
internal enum KeywordGroups
{
    None = 0,
    Type = 1 << 0,
    Enum = 1 << 1,
    Const = 1 << 2,
    Number = 1 << 3,
    String = 1 << 4,
    Array = 1 << 5,
    Members = 1 << 6,
    MemberCounts = 1 << 7,
    Dependents = 1 << 8,
    AllOf = 1 << 9,
    AnyOf = 1 << 10,
    OneOf = 1 << 11,
    Not = 1 << 12,
    If = 1 << 13,
    Reference = 1 << 14,
    DynamicReference = 1 << 15,
}
