using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Instances;

/// <summary>The profiles of instances, each with a revision that a change must name.</summary>
internal sealed class InstanceProfiles(Database database, InstanceRegistry registry)
{
    public async Task<ProfileDocument> GetAsync(string domain, CancellationToken ct)
    {
        const string select = "SELECT locale, profile, profile_rev AS Rev FROM instances WHERE domain = @domain";
        var row = await database.ReadAsync(db => db.QuerySingleAsync<Row>(select, new { domain }), ct);
        return new(row.Locale, InstanceProfile.Parse(row.Profile), row.Rev.Length > 0 ? row.Rev : FirstRev(domain));
    }

    /// <exception cref="FaultException">Conflict: the profile has another revision by now.</exception>
    public async Task<ProfileDocument> UpdateAsync(string domain, ProfileDocument document, CancellationToken ct)
    {
        const string update = """
            UPDATE instances SET locale = @Locale, profile = @Text, profile_rev = @Next
            WHERE domain = @domain AND CASE profile_rev WHEN '' THEN @First ELSE profile_rev END = @Rev
            """;
        _ = int.TryParse(document.Rev.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var generation);
        var next = string.Create(CultureInfo.InvariantCulture, $"{generation + 1}-{RandomNumberGenerator.GetHexString(32, lowercase: true)}");
        var values = new { domain, document.Locale, Text = document.Profile.ToJson(), Next = next, First = FirstRev(domain), document.Rev };
        if (await database.WriteAsync(db => db.ExecuteAsync(update, values), ct) == 0)
        {
            throw new FaultException(Fault.Conflict, "Document update conflict.");
        }

        registry.Forget(domain);
        return document with { Rev = next };
    }

    private static string FirstRev(string domain) => "1-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(domain))[..16]);

    private sealed record Row
    {
        public string Locale { get; init; } = "";

        public string Profile { get; init; } = "";

        public string Rev { get; init; } = "";
    }
}

/// <summary>A profile in one revision, with the language that stands beside it.</summary>
internal sealed record ProfileDocument(string Locale, InstanceProfile Profile, string Rev);
