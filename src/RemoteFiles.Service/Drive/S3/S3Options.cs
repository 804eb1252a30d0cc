using System.ComponentModel.DataAnnotations;
using Amazon.Runtime;

namespace RemoteFiles.Drive.S3;

/// <summary>Section "Blobs:S3": a bucket for the contents of files, in place of a directory, as soon as it has a name.</summary>
internal sealed class S3Options : IValidatableObject
{
    public const string Section = "Blobs:S3";

    /// <summary>http or https address of the server; empty for Amazon's own in <see cref="Region"/>.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>A bucket that is there; empty: contents are kept in a directory.</summary>
    public string Bucket { get; set; } = "";

    public string Region { get; set; } = "us-east-1";

    /// <summary>Empty: whatever the AWS SDK finds by itself (a role of the machine, a profile, its environment variables).</summary>
    public string AccessKey { get; set; } = "";

    public string SecretKey { get; set; } = "";

    /// <summary>A file that holds the secret key, in place of <see cref="SecretKey"/>.</summary>
    public string SecretKeyFile { get; set; } = "";

    /// <summary>The bucket in the path of each address, and not in its host's name.</summary>
    public bool PathStyle { get; set; } = true;

    /// <summary>Checksums beside the signed hash of each body: the SDK's newer ones break servers that do not know them.</summary>
    public S3Checksums Checksums { get; set; } = S3Checksums.WhenRequired;

    /// <summary>Begins every key; one for each database that shares the bucket, since a sweep removes all contents that its database does not name.</summary>
    [RegularExpression("([A-Za-z0-9._-]+/?)*")]
    public string Prefix { get; set; } = "";

    /// <summary>Bytes of a part: the least that is sent by itself. Uploads of more than 10,000 of them have larger ones.</summary>
    [Range(5 << 20, 64 << 20)]
    public int PartSize { get; set; } = 8 << 20;

    /// <summary>For one request, a part with its bytes included, and for silence within a download.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Multipart uploads are aborted when no part came for this long.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan StaleAge { get; set; } = TimeSpan.FromHours(24);

    public string ReadSecret() => SecretKeyFile.Length > 0 ? File.ReadAllText(SecretKeyFile).Trim() : SecretKey;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint.Length > 0 && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            yield return new($"{Section}:Endpoint: {Endpoint} is no http or https address");
        }

        if (SecretKeyFile.Length > 0 && !File.Exists(SecretKeyFile))
        {
            yield return new($"{Section}:SecretKeyFile: there is no file {SecretKeyFile}");
        }
        else if (AccessKey.Length > 0 != ReadSecret().Length > 0)
        {
            yield return new($"{Section}:AccessKey and {Section}:SecretKey (or SecretKeyFile) go together");
        }
    }
}

internal enum S3Checksums
{
    WhenRequired,
    WhenSupported,
}
