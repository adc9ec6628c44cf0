using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace LocalSlm.Samples.Extract;

/// <summary>What is looked for in each text. What is said here binds the model: a name is two or three words and no more, a year lies in
/// the range, a field is one of the five.</summary>
internal sealed record Person(
    [property: Description("The person's full name"), RegularExpression("^[A-Z][a-z]+( [A-Z][a-z]+){1,2}$")]
        string Name,
    [property: Description("The year of birth"), Range(1000, 1999)] int Born,
    Field Field
);
