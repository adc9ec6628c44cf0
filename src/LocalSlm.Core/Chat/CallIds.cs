using System.Security.Cryptography;
using System.Text;

namespace LocalSlm.Chat;

/// <summary>Ids of tool calls.</summary>
internal static class CallIds
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Makes an id that no other call has.</summary>
    /// <param name="length">The letters that the model's family insists on, or <see langword="null"/>.</param>
    public static string Create(int? length) =>
        length is { } letters ? RandomNumberGenerator.GetString(Alphabet, letters) : $"call_{Guid.NewGuid():N}";

    /// <summary>Gives an id the length that a family insists on; the same id always gets the same form.</summary>
    /// <param name="id">The id.</param>
    /// <param name="length">The letters, or <see langword="null"/> for any.</param>
    public static string Fit(string id, int? length)
    {
        if (length is not { } letters || (id.Length == letters && id.All(char.IsAsciiLetterOrDigit)))
        {
            return id;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return string.Create(
            letters,
            hash,
            static (fitted, bytes) =>
            {
                for (var i = 0; i < fitted.Length; i++)
                {
                    fitted[i] = Alphabet[bytes[i % bytes.Length] % Alphabet.Length];
                }
            }
        );
    }
}
