using LocalSlm.Hosting;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting.Lifetime;

/// <summary>Sections, documents and code that meet in one host whose configuration changes.</summary>
public sealed class LiveSourcesTests
{
    private static readonly ChatOptions s_short = new() { MaxOutputTokens = 1 };

    private readonly FakeModelRuntime _runtime = new();
    private readonly ChangingSettings _settings = new();

    [Fact]
    public async Task Reload_ShortFormsAndNamesWithColonsAndSlashes_AreServed()
    {
        using var host = NewHost(("LocalSlm:Models:qwen2.5:3b", "fake:q3"));

        _settings.Set(
            ("LocalSlm:Models:qwen2.5:3b", "fake:q3"),
            ("LocalSlm:Models:qwen2.5:7b:Path", "fake:q7"),
            ("LocalSlm:Models:microsoft/phi-4-mini", "fake:phi")
        );

        foreach (var name in (string[])["qwen2.5:3b", "qwen2.5:7b", "microsoft/phi-4-mini"])
        {
            var client = host.Services.GetRequiredKeyedService<IChatClient>(name);
            Assert.Equal(name, (await client.GetResponseAsync("hi", s_short)).ModelId);
        }
    }

    [Fact]
    public async Task Reload_DocumentNamesAnotherModel_TheFormerOneGoes()
    {
        using var host = NewHost(("deployment:model", "./fake-a"), ("LocalSlm:Models:x", "fake:x"));
        var models = host.Services.GetRequiredService<LocalModelHost>();
        Assert.Equal("./fake-a", models.DefaultName);

        _settings.Set(("deployment:model", "x"), ("LocalSlm:Models:x", "fake:x"));

        Assert.Equal("x", models.DefaultName);
        Assert.Equal(["x"], models.Names);
        Assert.Equal(
            "x",
            (await host.Services.GetRequiredService<IChatClient>().GetResponseAsync("hi", s_short)).ModelId
        );

        _settings.Set(("deployment:model", "./fake-b"), ("LocalSlm:Models:x", "fake:x"));

        Assert.Equal("./fake-b", models.DefaultName);
        Assert.Equal(["./fake-b", "x"], models.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Reload_SectionAndDocumentThatCameLater_AreRead()
    {
        using var host = NewHost(("Logging:Level", "1"));
        var models = host.Services.GetRequiredService<LocalModelHost>();
        Assert.Empty(models.Names);

        _settings.Set(
            ("Logging:Level", "1"),
            ("LocalSlm:Models:a", "fake:a"),
            ("LocalSlm:Models:b", "fake:b"),
            ("deployment:model", "b")
        );

        Assert.Equal(["a", "b"], models.Names);
        Assert.Equal("b", models.DefaultName);
    }

    [Fact]
    public async Task Reload_ModelOfCode_StaysLoadedAndAsCodeSaid()
    {
        using var host = NewHost(
            models =>
                models.AddChatModel(
                    "code",
                    "fake:code",
                    model =>
                    {
                        model.Load.ContextTokens = 256;
                        model.LoadProgress = new Progress<ModelLoadProgress>();
                    }
                ),
            ("LocalSlm:Models:a", "fake:a")
        );
        var client = host.Services.GetRequiredKeyedService<IChatClient>("code");
        await client.GetResponseAsync("hi", s_short);

        _settings.Set(("LocalSlm:Models:b", "fake:b"), ("LocalSlm:Defaults:ContextTokens", "512"));

        Assert.Equal(["code", "b"], host.Services.GetRequiredService<LocalModelHost>().Names);
        await client.GetResponseAsync("hi", s_short);
        Assert.Equal(1, _runtime.OpenedModels);
    }

    [Theory]
    [InlineData("LocalSlm:Defaults:BatchTokens", "1024")]
    [InlineData("LocalSlm:MaxCacheBytes", "1GB")]
    [InlineData("LocalSlm:Models:a:MaxCacheBytes", "1GB")]
    public async Task Reload_WhatChangesALoad_LoadsAnew(string key, string value)
    {
        using var host = NewHost(("LocalSlm:Models:a:Path", "fake:a"));
        var client = host.Services.GetRequiredService<IChatClient>();
        await client.GetResponseAsync("hi", s_short);

        _settings.Set(("LocalSlm:Models:a:Path", "fake:a"), (key, value));

        await UntilAsync(() => _runtime.OpenedModels == 2);
    }

    [Fact]
    public async Task Reload_ModelOfTheStartThatHadFailed_IsTriedAgain()
    {
        using var host = NewHost(("LocalSlm:Models:a:Path", "fake:a"));
        var models = host.Services.GetRequiredService<LocalModelHost>();
        _runtime.BeforeOpen = (path, _) =>
            path == "fake:bad" ? throw new ModelLoadException(path, "the driver said no") : Task.CompletedTask;
        _settings.Set(("LocalSlm:Models:a:Path", "fake:bad"), ("LocalSlm:Models:a:LoadAtStart", "true"));
        await UntilAsync(() => State(models).LoadError is not null);

        _settings.Set(("LocalSlm:Models:a:Path", "fake:good"), ("LocalSlm:Models:a:LoadAtStart", "true"));

        await UntilAsync(() => State(models).State == LocalSlm.Hosting.Lifetime.ModelLoadState.Loaded);
        Assert.Null(State(models).LoadError);
    }

    private static LocalSlm.Hosting.Lifetime.ModelState State(LocalModelHost models) =>
        Assert.Single(((LocalSlm.Hosting.Lifetime.IModelStates)models).GetStates());

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private IHost NewHost(params (string Key, string Value)[] entries) => NewHost(static _ => { }, entries);

    private IHost NewHost(Action<LocalSlmBuilder> configure, params (string Key, string Value)[] entries)
    {
        var builder = HostFixture.NewBuilder(_runtime);
        ((IConfigurationBuilder)builder.Configuration).Add(_settings);
        _settings.Set(entries);
        configure(builder.Services.AddLocalSlm(builder.Configuration));
        var host = builder.Build();
        host.Services.GetRequiredService<LocalModelHost>();
        return host;
    }
}
