using System.Text.Json;
using LocalSlm.Chat;
using LocalSlm.Testing;
using LocalSlm.Testing.Fakes;

namespace LocalSlm.Tests.Chat;

/// <summary>What is found out about published templates, against what transformers rendered from them.</summary>
public sealed class RoleSupportTests
{
    [Fact]
    public void Renders_PublishedTemplates_AgreesWithTheGoldenRenders()
    {
        var folder = TestAssets.GoldenOrSkip("templates");
        var conversations = ReadConversations(Path.Combine(folder, "conversations.json"));
        var (templates, leftOut) = (0, 0);
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order())
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!json.RootElement.TryGetProperty("template", out var source))
            {
                continue;
            }

            templates++;
            var roles = new RoleSupport(
                new JinjaPromptFormat(source.GetString()!, new CharacterTokenizer(), TimeProvider.System)
            );
            foreach (var rendered in json.RootElement.GetProperty("cases").EnumerateArray())
            {
                if (
                    !rendered.TryGetProperty("out", out var output)
                    || output.GetString() is not { } prompt
                    || !conversations.TryGetValue(rendered.GetProperty("conv").GetString()!, out var messages)
                )
                {
                    continue;
                }

                for (var index = 0; index < messages.Count; index++)
                {
                    var (role, text) = messages[index];
                    if (messages.Where((_, other) => other != index).Any(other => other.Text.Contains(text)))
                    {
                        // A tool's "22" is in the reply that quotes it, too: nothing can be told from it.
                        continue;
                    }

                    var isRendered = prompt.Contains(text, StringComparison.Ordinal);

                    // What is refused was truly left out.
                    if (isRendered && role is ("system" or "tool"))
                    {
                        Assert.True(roles.Renders(role, index == 0), $"{file}: {role} is rendered");
                    }

                    // The plain case the other way round.
                    if (!isRendered && rendered.GetProperty("conv").GetString() == "system-user" && role == "system")
                    {
                        leftOut++;
                        Assert.False(roles.Renders(role, index == 0), $"{file}: {role} is left out");
                    }
                }
            }
        }

        Assert.True(templates > 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{templates} templates, {leftOut} leave system text out.");
    }

    private static Dictionary<string, List<(string Role, string Text)>> ReadConversations(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var conversations = new Dictionary<string, List<(string, string)>>();
        foreach (var conversation in json.RootElement.GetProperty("conversations").EnumerateArray())
        {
            var messages = new List<(string, string)>();
            foreach (var message in conversation.GetProperty("messages").EnumerateArray())
            {
                var text =
                    message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String
                        ? content.GetString()!.Trim()
                        : "";
                messages.Add((text.Length > 0 ? message.GetProperty("role").GetString()! : "", text));
            }

            conversations.Add(conversation.GetProperty("name").GetString()!, messages);
        }

        return conversations;
    }
}
