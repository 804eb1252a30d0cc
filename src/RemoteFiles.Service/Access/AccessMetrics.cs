using System.Diagnostics.Metrics;
using Operations.Metrics;

namespace RemoteFiles.Access;

/// <summary>Logins that were not let in.</summary>
internal static class AccessMetrics
{
    private static readonly Meter Meter = new("Bridge.Access");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("access.logins.refused", "{login}", "Wrong app passwords and passphrases, by what was tried.");
    private static readonly Counter<long> Limits = Meter.CreateCounter<long>("access.logins.limited", "{login}", "Tries that were not looked at, as too many came before, by what was tried.");

    public static void Begin()
    {
        Refusals.CountFromZero("trial", Trial.OfAppPasswords.Name, Trial.OfPassphrases.Name);
        Limits.CountFromZero("trial", Trial.OfAppPasswords.Name, Trial.OfPassphrases.Name, Trial.OfStarts.Name);
    }

    public static void Refused(Trial trial) => Refusals.Add(1, new KeyValuePair<string, object?>("trial", trial.Name));

    public static void Limited(Trial trial) => Limits.Add(1, new KeyValuePair<string, object?>("trial", trial.Name));
}
