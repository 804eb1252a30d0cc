using Microsoft.Extensions.DependencyInjection;

namespace Rpc.Server;

/// <summary>The registered service of a scope, or a new one when the class is not registered; that one the call disposes.</summary>
internal static class ServiceActivator<TService>
    where TService : class
{
    private static readonly Lazy<ObjectFactory<TService>> Factory = new(static () => ActivatorUtilities.CreateFactory<TService>([]));

    public static (TService Service, bool Owned) Resolve(IServiceProvider scope) =>
        scope.GetService<TService>() is { } registered ? (registered, false) : (Factory.Value(scope, null), true);
}
