using LocalSlm;
using LocalSlm.Gguf;
using LocalSlm.Onnx;
using Microsoft.Extensions.AI;

if (args.Length == 0)
{
    Console.Error.WriteLine("Usage: LocalSlm.AotSmoke MODEL [PROMPT], where MODEL is a GGUF file or an ONNX folder");
    return 2;
}

await using var chat = Directory.Exists(args[0])
    ? await OnnxModel.LoadChatClientAsync(args[0])
    : await GgufModel.LoadChatClientAsync(args[0]);
Console.Error.WriteLine($"served by {chat.GetService<LoadedModelInfo>()?.Provider ?? "llama.cpp"}");
var prompt = args.Length > 1 ? args[1] : "What is the capital of France?";
var reply = await chat.GetResponseAsync(prompt, new ChatOptions { Temperature = 0, MaxOutputTokens = 64 });
Console.WriteLine(reply.Text);
Console.Error.WriteLine($"{reply.Usage?.OutputTokenCount} tokens, {reply.FinishReason}");
return reply.Text.Length > 0 && reply.Usage?.OutputTokenCount > 0 ? 0 : 1;
