using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Rpc.Server;

/// <summary>Lists the methods of a service class, by asking the generated code of its base class.</summary>
internal sealed class ServiceMethodBinder<TService> : ServiceBinderBase
    where TService : class
{
    private readonly List<ServiceMethod> methods = [];
    private readonly ServiceDescriptor descriptor;

    private ServiceMethodBinder(ServiceDescriptor descriptor) => this.descriptor = descriptor;

    public static (ServiceDescriptor Descriptor, IReadOnlyList<ServiceMethod> Methods) Bind()
    {
        const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var binding = typeof(TService).GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)
            ?? throw new InvalidOperationException($"{typeof(TService)} does not derive from a generated service base class.");
        var bind = binding.BindType.GetMethods(AnyStatic)
            .Where(method => method.Name == binding.BindMethodName)
            .Single(method => method.GetParameters() is [var first, _] && first.ParameterType == typeof(ServiceBinderBase));
        var descriptor = binding.BindType.GetProperty("Descriptor", AnyStatic)?.GetValue(null) as ServiceDescriptor
            ?? throw new InvalidOperationException($"{binding.BindType} has no protobuf descriptor.");

        var binder = new ServiceMethodBinder<TService>(descriptor);
        bind.Invoke(null, [binder, null]);
        return (descriptor, binder.methods);
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var found = Find<TRequest>(method, typeof(ServerCallContext));
        methods.Add(new UnaryMethod<TService, TRequest, TResponse>(
            method, Describe(method), Attributes(found), found.CreateDelegate<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>()));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var found = Find<TRequest>(method, typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        methods.Add(new ServerStreamingMethod<TService, TRequest, TResponse>(
            method,
            Describe(method),
            Attributes(found),
            found.CreateDelegate<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>()));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var found = Find<IAsyncStreamReader<TRequest>>(method, typeof(ServerCallContext));
        methods.Add(new ClientStreamingMethod<TService, TRequest, TResponse>(
            method,
            Describe(method),
            Attributes(found),
            found.CreateDelegate<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>()));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var found = Find<IAsyncStreamReader<TRequest>>(method, typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        methods.Add(new DuplexStreamingMethod<TService, TRequest, TResponse>(
            method,
            Describe(method),
            Attributes(found),
            found.CreateDelegate<Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>()));
    }

    private MethodDescriptor Describe(IMethod method) =>
        descriptor.FindMethodByName(method.Name) ?? throw new InvalidOperationException($"{method.FullName} is not in {descriptor.FullName}.");

    private static List<object> Attributes(MethodInfo method) =>
        [.. typeof(TService).GetCustomAttributes(inherit: true), .. method.GetCustomAttributes(inherit: true)];

    // The generated code was bound without an instance, so the handler is found by its name and types; a delegate to it calls the override.
    private static MethodInfo Find<TFirst>(IMethod method, params Type[] rest) =>
        typeof(TService).GetMethod(method.Name, BindingFlags.Instance | BindingFlags.Public, [typeof(TFirst), .. rest])
        ?? throw new InvalidOperationException($"{typeof(TService)} has no handler for {method.FullName}.");
}
