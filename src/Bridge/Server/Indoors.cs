using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Bridge;

/// <summary>
/// Hands what the edge sends on to a service of the same process, without a socket between them: the service sees the request as
/// if it had come to its port, and answers into the edge's own connection.
/// </summary>
internal sealed class Indoors : IHttpForwarder
{
    // What is shared here, and what the service adds.
    private const int MostFeatures = 32;

    private readonly ConcurrentDictionary<string, OpenServer> services = new();

    /// <summary>The address of a service, as the edge knows it.</summary>
    public void Add(Uri address, OpenServer service) => services[address.ToString()] = service;

    public async ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer)
    {
        var outside = context.Features;
        var inside = new FeatureCollection(MostFeatures);
        inside.Set<IHttpRequestFeature>(RequestOf(context));
        Share<IHttpResponseFeature>();
        Share<IHttpResponseBodyFeature>();
        Share<IHttpResponseTrailersFeature>();
        Share<IHttpRequestBodyDetectionFeature>();
        Share<IRequestBodyPipeFeature>();
        Share<IHttpMaxRequestBodySizeFeature>();
        Share<IHttpRequestLifetimeFeature>();
        Share<IHttpRequestIdentifierFeature>();
        Share<IHttpConnectionFeature>();
        Share<IHttpBodyControlFeature>();
        await services[destinationPrefix].TakeAsync(inside);
        return ForwarderError.None;

        void Share<T>() => inside.Set(outside.Get<T>());
    }

    // What YARP says of the sender to a service behind a socket.
    private static HttpRequestFeature RequestOf(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Request.Headers);
        DistributedContextPropagator.Current.Inject(Activity.Current, headers, static (to, name, value) => ((IHeaderDictionary)to!)[name] = value);
        headers["X-Forwarded-For"] = context.Connection.RemoteIpAddress?.ToString();
        headers["X-Forwarded-Proto"] = request.Scheme;
        headers["X-Forwarded-Host"] = request.Host.Value;
        headers["X-Forwarded-Prefix"] = request.PathBase.HasValue ? request.PathBase.ToUriComponent() : default;
        return new()
        {
            Protocol = request.Protocol,
            Scheme = Uri.UriSchemeHttp,
            Method = request.Method,
            Path = request.Path.Value ?? "",
            QueryString = request.QueryString.Value ?? "",
            RawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            Headers = headers,
            Body = request.Body,
        };
    }
}

/// <summary>A service's server that takes requests from this process too.</summary>
internal sealed class OpenServer(IServer inner) : IServer
{
    private Func<IFeatureCollection, Task>? take;

    public IFeatureCollection Features => inner.Features;

    public Task TakeAsync(IFeatureCollection request) => (take ?? throw new InvalidOperationException("the service has not started"))(request);

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        take = request => TakeAsync(application, request);
        return inner.StartAsync(application, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => inner.StopAsync(cancellationToken);

    public void Dispose() => inner.Dispose();

    private static async Task TakeAsync<TContext>(IHttpApplication<TContext> application, IFeatureCollection request)
        where TContext : notnull
    {
        var context = application.CreateContext(request);
        Exception? failure = null;

        // After all else that waits for the end of the answer: the last that is registered is the first to be told.
        request.GetRequiredFeature<IHttpResponseFeature>().OnCompleted(
            _ =>
            {
                application.DisposeContext(context, failure);
                return Task.CompletedTask;
            },
            request);
        try
        {
            await application.ProcessRequestAsync(context);
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
    }
}
