using Xunit;

namespace LocalSlm.Testing;

/// <summary>Counts the engine's threads in this process, by the name that the kernel knows them under.</summary>
internal static class LiveThreads
{
    /// <summary>Counts threads whose names begin with <c>LocalSlm</c>; 0 where the system does not tell.</summary>
    public static int Count()
    {
        const string Tasks = "/proc/self/task";
        return Directory.Exists(Tasks) ? Directory.GetDirectories(Tasks).Count(IsOurs) : 0;
    }

    /// <summary>Waits until there are no more than <paramref name="count"/>; a thread that was joined may be listed a moment
    /// longer.</summary>
    public static async Task AssertFallToAsync(int count)
    {
        for (var tries = 0; Count() > count; tries++)
        {
            Assert.True(tries < 200, $"{Count()} threads of LocalSlm are alive; {count} were before.");
            await Task.Delay(10);
        }
    }

    private static bool IsOurs(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("LocalSlm", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
    }
}
