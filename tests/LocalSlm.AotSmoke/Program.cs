using LocalSlm.Gguf;
using Microsoft.Extensions.AI;

if (args.Length == 0)
{
    Console.Error.WriteLine("Usage: LocalSlm.AotSmoke MODEL.gguf [PROMPT]");
    return 2;
}

await using var chat = await GgufModel.LoadChatClientAsync(args[0]);
var prompt = args.Length > 1 ? args[1] : "What is the capital of France?";
var reply = await chat.GetResponseAsync(prompt, new ChatOptions { Temperature = 0, MaxOutputTokens = 64 });
Console.WriteLine(reply.Text);
Console.Error.WriteLine($"{reply.Usage?.OutputTokenCount} tokens, {reply.FinishReason}");
return reply.Text.Length > 0 && reply.Usage?.OutputTokenCount > 0 ? 0 : 1;
