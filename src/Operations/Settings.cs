using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Operations;

/// <summary>Options of a section of the settings.</summary>
public static class Settings
{
    /// <summary>Looked at before anything starts; what is wrong is told with the names of the settings.</summary>
    public static OptionsBuilder<T> AddSettings<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new Annotations<T>(section));
        return services.AddOptions<T>().BindConfiguration(section).ValidateOnStart();
    }

    private sealed class Annotations<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var wrong = new List<ValidationResult>();
            return Validator.TryValidateObject(options, new(options), wrong, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(wrong.Select(Tell));
        }

        private string Tell(ValidationResult wrong) => wrong.ErrorMessage!.StartsWith(section + ":", StringComparison.Ordinal)
            ? wrong.ErrorMessage
            : $"{string.Join(", ", wrong.MemberNames.Select(member => $"{section}:{member}"))}: {wrong.ErrorMessage}";
    }
}
