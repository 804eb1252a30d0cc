using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace RemoteFiles.Drive.S3;

/// <summary>The SDK's client as this drive wants it: few tries, no silence without end, no checksums that look-alikes do not know.</summary>
internal static class S3Client
{
    private const int MostRetries = 3;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    public static AmazonS3Client Create(S3Options options)
    {
        var configuration = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            AuthenticationRegion = options.Region,
            RequestChecksumCalculation = options.Checksums == S3Checksums.WhenRequired ? RequestChecksumCalculation.WHEN_REQUIRED : RequestChecksumCalculation.WHEN_SUPPORTED,
            ResponseChecksumValidation = options.Checksums == S3Checksums.WhenRequired ? ResponseChecksumValidation.WHEN_REQUIRED : ResponseChecksumValidation.WHEN_SUPPORTED,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = MostRetries,
            Timeout = options.Timeout,
            HttpClientFactory = new Connections(options.Timeout),
        };
        if (options.Endpoint.Length > 0)
        {
            configuration.ServiceURL = options.Endpoint;
        }
        else
        {
            configuration.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return options.AccessKey.Length > 0 ? new(new BasicAWSCredentials(options.AccessKey, options.ReadSecret()), configuration) : new(configuration);
    }

    private sealed class Connections(TimeSpan timeout) : HttpClientFactory
    {
        // A name may get another address.
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, PooledConnectionLifetime = ConnectionLifetime, AllowAutoRedirect = false }) { Timeout = timeout };

        // One for each client of S3, and gone with it.
        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => true;

        public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;
    }
}
