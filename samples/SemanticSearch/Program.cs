using System.CommandLine;
using LocalSlm.Samples.SemanticSearch;

var query = new Argument<string[]>("query")
{
    Description = "What to look for, in words of your own.",
    Arity = ArgumentArity.OneOrMore,
};
var model = new Option<string?>("--model")
{
    Description =
        "An embedding model: a GGUF file or a folder with an ONNX model; default: the model that the build restored.",
};
var folder = new Option<DirectoryInfo?>("--folder")
{
    Description = "A folder with .txt and .md files; default: the corpus beside this program.",
};
var top = new Option<int>("--top") { Description = "How many passages to show.", DefaultValueFactory = static _ => 3 };
top.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() < 1)
    {
        result.AddError("--top must be 1 or more.");
    }
});

var command = new RootCommand("Searches texts by meaning, with a model that runs inside this program.")
{
    query,
    model,
    folder,
    top,
};
command.SetAction(
    (parsed, cancellationToken) =>
        SearchProgram.RunAsync(
            string.Join(' ', parsed.GetValue(query)!),
            parsed.GetValue(model),
            parsed.GetValue(folder)?.FullName,
            parsed.GetValue(top),
            cancellationToken
        )
);
return await command.Parse(args).InvokeAsync();
