namespace LocalSlm.Templating;

/// <summary>What <c>joiner()</c> makes: empty at the first call, the separator afterwards.</summary>
internal sealed class JoinerValue(object separator)
{
    private bool _used;

    public object Next()
    {
        bool used = _used;
        _used = true;
        return used ? separator : "";
    }
}
