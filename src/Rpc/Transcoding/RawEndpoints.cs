using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Rpc.Transcoding;

/// <summary>
/// The endpoints of raw routes, beside those of ASP.NET in the application's list. They are no RouteEndpoints, so ASP.NET does not match them.
/// </summary>
internal sealed class RawEndpoints : EndpointDataSource
{
    private readonly List<RawEndpointConventionBuilder> builders = [];
    private readonly IServiceProvider services;
    private readonly ErrorAnswers errors;

    private RawEndpoints(IServiceProvider services)
    {
        this.services = services;
        errors = ActivatorUtilities.CreateInstance<ErrorAnswers>(services);
    }

    public override IReadOnlyList<Endpoint> Endpoints => [.. builders.Select(builder => builder.Build())];

    public static RawEndpoints Of(IEndpointRouteBuilder builder)
    {
        if (builder.DataSources.OfType<RawEndpoints>().FirstOrDefault() is { } existing)
        {
            return existing;
        }

        var created = new RawEndpoints(builder.ServiceProvider);
        builder.DataSources.Add(created);
        return created;
    }

    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    public IEndpointConventionBuilder Add(string method, RawTemplate template, RequestDelegate handler)
    {
        var builder = new RawEndpointConventionBuilder(new RawRoute(method, template), services, http => errors.RunAsync(http, async () =>
        {
            http.Features.Get<RawRouteValues>()?.Bind();
            await handler(http);
        }));
        builders.Add(builder);
        return builder;
    }

    private sealed class RawEndpointConventionBuilder(RawRoute route, IServiceProvider services, RequestDelegate handler) : IEndpointConventionBuilder
    {
        private readonly List<Action<EndpointBuilder>> conventions = [];
        private readonly List<Action<EndpointBuilder>> lastConventions = [];
        private Endpoint? endpoint;

        public void Add(Action<EndpointBuilder> convention) => conventions.Add(convention);

        public void Finally(Action<EndpointBuilder> finallyConvention) => lastConventions.Add(finallyConvention);

        public Endpoint Build()
        {
            if (endpoint is null)
            {
                var builder = new RawEndpointBuilder { ApplicationServices = services, RequestDelegate = handler, DisplayName = route.ToString() };
                builder.Metadata.Add(route);
                conventions.ForEach(convention => convention(builder));
                lastConventions.ForEach(convention => convention(builder));
                endpoint = builder.Build();
            }

            return endpoint;
        }
    }

    private sealed class RawEndpointBuilder : EndpointBuilder
    {
        public override Endpoint Build() => new(RequestDelegate, new EndpointMetadataCollection(Metadata), DisplayName);
    }
}
