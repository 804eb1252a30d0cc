namespace Migration.Migrations;

/// <summary>What keeps a running migration from going on: it needs no worker meanwhile, and goes on by itself when that is over.</summary>
/// <param name="Reason">One of <see cref="WaitReasons"/>.</param>
/// <param name="Since">When it began.</param>
/// <param name="Until">When the migration is given up.</param>
/// <param name="Message">For people.</param>
/// <param name="MissingBytes">Of a wait for space: what has to be freed.</param>
internal sealed record WaitingFor(string Reason, DateTimeOffset Since, DateTimeOffset Until, string Message, long? MissingBytes);

internal static class WaitReasons
{
    /// <summary>Only a new password helps: nothing is asked with the old one.</summary>
    public const string Credentials = "credentials";

    public const string Maintenance = "maintenance";

    /// <summary>The drive is full.</summary>
    public const string Space = "space";

    /// <summary>The Nextcloud does not answer, or not as one.</summary>
    public const string Source = "source";
}
