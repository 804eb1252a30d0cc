namespace Grpc.Core;

/// <summary>Adds to the metadata of a call just before it is sent.</summary>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);

/// <summary>The call that credentials are asked for.</summary>
public class AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
{
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    public string ServiceUrl { get; } = serviceUrl;

    public string MethodName { get; } = methodName;

    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Metadata that every call of a client, or one call, carries to say who calls.</summary>
public sealed class CallCredentials
{
    private readonly IReadOnlyList<AsyncAuthInterceptor> interceptors;

    private CallCredentials(IReadOnlyList<AsyncAuthInterceptor> interceptors) => this.interceptors = interceptors;

    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        return new([interceptor]);
    }

    public static CallCredentials Compose(params CallCredentials[] credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return new([.. credentials.SelectMany(one => one.interceptors)]);
    }

    internal async Task ApplyAsync(AuthInterceptorContext context, Metadata metadata)
    {
        foreach (var interceptor in interceptors)
        {
            await interceptor(context, metadata);
        }
    }
}
