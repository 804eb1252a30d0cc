using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace Shared.Storage;

/// <summary>Section "Storage": where a service keeps what lasts.</summary>
internal sealed class StorageOptions : IValidatableObject
{
    [Required]
    public string Directory { get; set; } = "";

    /// <summary>Connection string of a PostgreSQL database; its "Search Path" is the schema of this service. Empty: a file in the directory.</summary>
    public string Postgres { get; set; } = "";

    /// <summary>A file with the password for it, read again for each new connection.</summary>
    public string PostgresPasswordFile { get; set; } = "";

    /// <summary>Whether a start may run scripts of the schema; otherwise it only looks, and <c>--migrate-schema</c> runs them.</summary>
    public bool CreateSchema { get; set; } = true;

    /// <summary>For how long a start waits for a database that is away.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan StartPatience { get; set; } = TimeSpan.FromMinutes(1);

    public string FileOf(string name) => Path.Combine(Directory, name);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PostgresPasswordFile.Length > 0 && !File.Exists(PostgresPasswordFile))
        {
            yield return new("Storage:PostgresPasswordFile names no file");
        }

        if (!IsConnectionString())
        {
            yield return new("Storage:Postgres is no connection string, such as Host=db;Database=bridge;Username=bridge;Search Path=remote_files");
        }
    }

    private bool IsConnectionString()
    {
        try
        {
            return Postgres.Length == 0 || new NpgsqlConnectionStringBuilder(Postgres).Host is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
