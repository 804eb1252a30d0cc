using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Rpc.Server;

/// <summary>A method of a mapped service: answered over gRPC, or called in process by the transcoder.</summary>
internal abstract class ServiceMethod(IMethod method, MethodDescriptor descriptor, Type serviceType, IReadOnlyList<object> attributes)
{
    public IMethod Method { get; } = method;

    public MethodDescriptor Descriptor { get; } = descriptor;

    public Type ServiceType { get; } = serviceType;

    /// <summary>Attributes of the implementing class and method, which become endpoint metadata.</summary>
    public IReadOnlyList<object> Attributes { get; } = attributes;

    /// <summary>Reads the request, runs the handler and writes its messages.</summary>
    public abstract Task HandleAsync(ServerCall call);

    /// <summary>Runs a method with one request in process; each message of its answer goes to <paramref name="respond"/>.</summary>
    public virtual Task InvokeAsync(HttpContext http, IMessage request, Func<IMessage, Task> respond, ServerCallContext context) =>
        throw new NotSupportedException($"{Method.FullName} takes a stream of requests, which has no HTTP form.");
}

/// <summary>Finds the implementation for one call, and runs a handler on it.</summary>
internal abstract class ServiceMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    MethodDescriptor descriptor,
    IReadOnlyList<object> attributes)
    : ServiceMethod(method, descriptor, typeof(TService), attributes)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected Marshaller<TRequest> Requests { get; } = method.RequestMarshaller;

    protected Marshaller<TResponse> Responses { get; } = method.ResponseMarshaller;

    protected static async Task RunAsync(HttpContext http, Func<TService, Task> handler)
    {
        var (service, owned) = ServiceActivator<TService>.Resolve(http.RequestServices);
        try
        {
            await handler(service);
        }
        finally
        {
            if (owned && service is IAsyncDisposable asyncDisposable)
            {
                await asyncDisposable.DisposeAsync();
            }
            else if (owned && service is IDisposable disposable)
            {
                disposable.Dispose();
            }
        }
    }

    protected static TRequest Cast(IMessage message) => (TRequest)message;
}
