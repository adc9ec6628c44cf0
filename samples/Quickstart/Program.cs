using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
var path = builder.Configuration["model"] ?? "artifacts/assets/models/minimind2-small-q8_0.gguf";
builder.Services.AddLocalSlm().AddChatModel("chat", path);
using var host = builder.Build();
var chat = host.Services.GetRequiredService<IChatClient>();
await foreach (var update in chat.GetStreamingResponseAsync("Why is the sky blue?"))
{
    Console.Write(update);
}
