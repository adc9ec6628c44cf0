using LocalSlm.Hosting.Registration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>Takes in options that change while the host runs. Invalid ones are logged, and what was there stays.</summary>
/// <remarks>Not by <see cref="IOptionsMonitor{TOptions}"/>: it would throw what validation finds into whoever reloads configuration, and
/// have no options any more.</remarks>
internal sealed class OptionsWatcher : IDisposable
{
    private readonly Lock _gate = new();
    private readonly IOptionsFactory<LocalSlmOptions> _factory;
    private readonly Action<LocalSlmOptions> _apply;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _subscriptions = [];

    /// <param name="registry">Knows the configuration that models came from.</param>
    /// <param name="sources">Further sources of changes, which an application may have registered.</param>
    /// <param name="factory">Makes options anew and checks them.</param>
    /// <param name="apply">Puts options in force.</param>
    /// <param name="logger">Where messages go.</param>
    public OptionsWatcher(
        ModelRegistry registry,
        IEnumerable<IOptionsChangeTokenSource<LocalSlmOptions>> sources,
        IOptionsFactory<LocalSlmOptions> factory,
        Action<LocalSlmOptions> apply,
        ILogger logger
    )
    {
        _factory = factory;
        _apply = apply;
        _logger = logger;
        foreach (var configuration in registry.Configurations)
        {
            _subscriptions.Add(ChangeToken.OnChange(configuration.GetReloadToken, Reload));
        }

        foreach (var source in sources)
        {
            _subscriptions.Add(ChangeToken.OnChange(source.GetChangeToken, Reload));
        }
    }

    public void Dispose() => _subscriptions.ForEach(static one => one.Dispose());

    private void Reload()
    {
        // One after the other: the last change wins.
        lock (_gate)
        {
            LocalSlmOptions options;
            try
            {
                options = _factory.Create(Microsoft.Extensions.Options.Options.DefaultName);
            }
#pragma warning disable CA1031 // Whoever changed the configuration cannot help it; the host goes on with what it has.
            catch (Exception error)
#pragma warning restore CA1031
            {
                _logger.OptionsRefused(error.Message);
                return;
            }

            _apply(options);
        }
    }
}
