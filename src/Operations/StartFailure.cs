using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Operations;

/// <summary>A start that failed for what an operator can mend, in one line that names the setting. All else is a mistake of ours, and keeps its stack.</summary>
public static class StartFailure
{
    private const string Binder = "Microsoft.Extensions.Configuration.Binder";

    /// <summary>Null where it is nothing that an operator can mend.</summary>
    public static string? LineOf(Exception error, IConfiguration? settings) => error switch
    {
        StartException => OneLine(error.Message),
        OptionsValidationException invalid => OneLine(string.Join("; ", invalid.Failures)),
        InvalidOperationException { Source: Binder } or InvalidDataException => error.Reason(),
        SocketException => Named(SettingsOf(settings).Where(setting => setting.Key.Split(':') is ["Listen", _] or ["Edge", "Listen"]), error.Message),
        IOException or UnauthorizedAccessException => Named(MeantIn(error.Message, settings), error.Message),
        _ => null,
    };

    // Names alone: a value may be a secret.
    private static string Named(IEnumerable<KeyValuePair<string, string?>> settings, string message) =>
        OneLine(string.Join(", ", settings.Select(setting => setting.Key).Order(StringComparer.Ordinal)) is { Length: > 0 } names ? $"{names}: {message}" : message);

    // The most of it: of an address its port alone may be another setting.
    private static IEnumerable<KeyValuePair<string, string?>> MeantIn(string message, IConfiguration? settings) =>
        SettingsOf(settings).Where(setting => message.Contains(setting.Value!, StringComparison.Ordinal)).GroupBy(setting => setting.Value!.Length).OrderByDescending(group => group.Key).Take(1).SelectMany(group => group);

    // Variables of the environment that are none of ours have no section.
    private static IEnumerable<KeyValuePair<string, string?>> SettingsOf(IConfiguration? settings) =>
        (settings?.AsEnumerable() ?? []).Where(setting => setting.Value is { Length: > 1 } && setting.Key.Contains(':'));

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
