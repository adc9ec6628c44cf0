using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddLocalSlm().AddChatModel("minimind", "artifacts/assets/models/minimind2-small-q8_0.gguf");
using var host = builder.Build();
var chat = host.Services.GetRequiredService<IChatClient>();
await foreach (var update in chat.GetStreamingResponseAsync("Why is the sky blue?"))
{
    Console.Write(update);
}
