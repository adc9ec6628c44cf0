using LocalSlm.Hosting;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Onnx;
using LocalSlm.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LocalSlm.Tests.Hosting.Registration;

/// <summary>Devices and ONNX Runtime in configuration, and which runtime serves a path.</summary>
public sealed class RuntimeConfigurationTests
{
    [Theory]
    [InlineData("Models")]
    [InlineData("EmbeddingModels")]
    public void Devices_AsTextOrList_AreBoundInOrder(string section)
    {
        var options = Bind(
            ($"{section}:a:Path", "fake:a"),
            ($"{section}:a:Devices", "npu, gpu:1,cpu"),
            ($"{section}:b:Path", "fake:b"),
            ($"{section}:b:Devices:0:Device", "WebGpuExecutionProvider"),
            ($"{section}:b:Devices:0:Options:deviceId", "3"),
            ($"{section}:b:Devices:1", "cpu")
        );

        Assert.Equal(["npu", "gpu:1", "cpu"], Devices(options, section, "a").Select(static one => one.ToString()));
        var listed = Devices(options, section, "b");
        Assert.Equal(["WebGpuExecutionProvider", "cpu"], listed.Select(static one => one.ToString()));
        Assert.Equal("3", listed[0].ProviderOptions["deviceId"]);
        Assert.Empty(listed[1].ProviderOptions);
    }

    [Fact]
    public void Devices_ThatCannotBeRead_AreAllReported()
    {
        var error = Assert.Throws<OptionsValidationException>(() =>
            Bind(
                ("Models:a:Path", "fake:a"),
                ("Models:a:Devices", "cpu,tpu"),
                ("Models:b:Path", "fake:b"),
                ("Models:b:Devices:0:Device", ""),
                ("Models:b:Devices:0:Kind", "gpu"),
                ("Onnx:AllowCustomOperators", "maybe"),
                ("Onnx:Telemetry", "true")
            )
        );

        Assert.Equal(5, error.Failures.Count());
        Assert.Contains("'tpu' names no device", error.Message, StringComparison.Ordinal);
        Assert.Contains("LocalSlm:Models:b:Devices:0:Kind is unknown", error.Message, StringComparison.Ordinal);
        Assert.Contains("true or false is wanted", error.Message, StringComparison.Ordinal);
        Assert.Contains("LocalSlm:Onnx:Telemetry is unknown", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RequireDevice_AsTextOrSection_IsBound()
    {
        var options = Bind(
            ("Models:a:Path", "fake:a"),
            ("Models:a:RequireDevice", "gpu:vendor=intel"),
            ("Models:b:Path", "fake:b"),
            ("Models:b:RequireDevice:Device", "gpu:vendor=amd"),
            ("Models:b:RequireDevice:Options:deviceId", "3")
        );

        Assert.Equal("gpu:vendor=intel", options.Models["a"].Load.RequireDevice!.ToString());
        var required = options.Models["b"].Load.RequireDevice!;
        Assert.Equal(("gpu:vendor=amd", "3"), (required.ToString(), required.ProviderOptions["deviceId"]));
    }

    [Fact]
    public void Onnx_EveryOption_IsBound()
    {
        var options = Bind(
            ("Models:a:Path", "fake:a"),
            ("Onnx:AllowCustomOperators", "true"),
            ("Onnx:ProviderLibraries:webgpu", "/plugins/webgpu.so")
        );

        Assert.True(options.Onnx.AllowCustomOperators);
        Assert.Equal("/plugins/webgpu.so", options.Onnx.ProviderLibraries["webgpu"]);
    }

    [Fact]
    public void Choose_OfAFolderThatNobodyKnows_ListsWhatEachLookedFor()
    {
        var folder = Directory.CreateTempSubdirectory("localslm-nothing-");
        try
        {
            var error = Assert.Throws<UnsupportedModelException>(() =>
                ModelRuntimes.Choose(ModelRuntimes.Make(), folder.FullName)
            );

            Assert.Contains("the letters GGUF (llama.cpp)", error.Message, StringComparison.Ordinal);
            Assert.Contains("genai_config.json", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete();
        }
    }

    [Fact]
    public void Choose_OfModelsOfBothKinds_FindsTheRuntime()
    {
        var folder = TestAssets.ModelOrSkip("tiny-llama-genai-fp32");

        Assert.IsType<OnnxModelRuntime>(ModelRuntimes.Choose(ModelRuntimes.Make(), folder));
        Assert.IsType<OnnxModelRuntime>(ModelRuntimes.Choose(ModelRuntimes.Make(), Path.Combine(folder, "model.onnx")));
        Assert.Equal("llama.cpp", ModelRuntimes.Choose(ModelRuntimes.Make(), TestAssets.MiniMindPath).Name);
    }

    private static IList<DeviceSelector> Devices(LocalSlmOptions options, string section, string name) =>
        section == "Models" ? options.Models[name].Load.Devices : options.EmbeddingModels[name].Embedding.Load.Devices;

    private static LocalSlmOptions Bind(params (string Key, string Value)[] entries)
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        builder.Configuration.AddInMemoryCollection(
            entries.Select(static entry => KeyValuePair.Create($"LocalSlm:{entry.Key}", (string?)entry.Value))
        );
        builder.Services.AddLocalSlm(builder.Configuration);
        using var host = builder.Build();
        return host.Services.GetRequiredService<IOptions<LocalSlmOptions>>().Value;
    }
}
