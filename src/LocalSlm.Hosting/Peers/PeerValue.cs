namespace LocalSlm.Hosting.Peers;

/// <summary>The value of an environment variable, on its way into options.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Text">Its value, without the spaces and quotes around it.</param>
/// <param name="Options">The options.</param>
/// <param name="Read">Reads other variables.</param>
internal sealed record PeerValue(string Name, string Text, LocalSlmOptions Options, Func<string, string?> Read)
{
    /// <summary>Gets the load options that every model starts from.</summary>
    public ModelLoadOptions Load => Options.Defaults;

    /// <summary>Tells something that is worth knowing about the value.</summary>
    public void Note(string sentence) => Options.NoticeList.Add($"{Name} is '{Text}'. {sentence}");
}
