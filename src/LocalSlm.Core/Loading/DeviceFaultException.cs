namespace LocalSlm.Loading;

/// <summary>Carries an error that counts against a device through its breaker; nobody else sees it.</summary>
/// <param name="error">The error.</param>
internal sealed class DeviceFaultException(Exception error) : Exception(error.Message, error);
