using LocalSlm.Onnx.Format;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Libraries of custom operators that a model names: native code from the model's folder.</summary>
internal static class CustomOperators
{
    /// <summary>Refuses a model that names libraries, unless the application allows them.</summary>
    /// <exception cref="UnsupportedModelException">They are not allowed.</exception>
    public static void Check(OnnxModelFiles files, OnnxRuntimeOptions options)
    {
        if (files.CustomOperatorLibraries.Count > 0 && !options.AllowCustomOperators)
        {
            throw new UnsupportedModelException(
                files.Facts.Path,
                files.Facts.Architecture,
                $"it names a library of custom operators, '{files.CustomOperatorLibraries[0]}', which is native code that comes with the model. "
                    + "If you trust it, set OnnxRuntimeOptions.AllowCustomOperators."
            );
        }
    }

    /// <summary>Gives a session the libraries.</summary>
    /// <exception cref="ModelFileException">One lies outside the model's folder, or is not there.</exception>
    public static void Register(OnnxModelFiles files, SessionOptions session)
    {
        foreach (var library in files.CustomOperatorLibraries)
        {
            var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(files.Folder));
            var path = Path.GetFullPath(Path.Combine(folder, library));
            if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new ModelFileException(
                    files.Facts.Path,
                    $"it names a library of custom operators outside its folder, '{library}'. Put the library into the folder."
                );
            }

            if (!File.Exists(path))
            {
                throw new ModelFileException(
                    files.Facts.Path,
                    $"the library of custom operators '{library}', which its config names, is not there."
                );
            }

            session.RegisterCustomOpLibrary(path);
        }
    }
}
