using System.CommandLine;
using Bridge.Upkeep;

namespace Bridge;

/// <summary>
/// Where the data lie: <c>--data</c> of one machine, or <c>--settings</c> of services with PostgreSQL and S3; without either, what the
/// environment says of these services, or <c>.data</c>.
/// </summary>
internal sealed class PlaceOptions
{
    private readonly Option<string> data = new("--data") { Description = "Data directory of the server", HelpName = "DIR", DefaultValueFactory = _ => ".data" };
    private readonly Option<string> settings = new("--settings") { Description = "JSON with the settings of RemoteFiles and Migration, where they keep their data elsewhere", HelpName = "FILE" };

    public static PlaceOptions Of(Command command)
    {
        var options = new PlaceOptions();
        command.Options.Add(options.data);
        command.Options.Add(options.settings);
        return options;
    }

    /// <exception cref="CommandException">There is no bridge's data.</exception>
    public DataPlace Existing(ParseResult parsed) => OfSettings(parsed) ?? DataPlace.Of(new DataDirectory(parsed.GetValue(data)!).Existing());

    public DataPlace Wanted(ParseResult parsed) => OfSettings(parsed) ?? DataPlace.Of(new DataDirectory(parsed.GetValue(data)!));

    private DataPlace? OfSettings(ParseResult parsed) => parsed.GetValue(settings) switch
    {
        null when parsed.GetResult(data) is null or { Implicit: true } => DataPlace.OfEnvironment(),
        null => null,
        var file when File.Exists(file) => DataPlace.OfSettings(file),
        var file => throw new CommandException($"there is no file {file}"),
    };
}
