namespace LocalSlm.Constraints.JsonSchema;

/// <summary>What a schema says of members that it does not name. Of two schemas that both hold, the greater word counts.</summary>
internal enum OtherMembers
{
    /// <summary>It is not about members.</summary>
    Unmentioned,

    /// <summary>It names members and is silent about others.</summary>
    Open,

    /// <summary>It says what others are.</summary>
    Described,
}
