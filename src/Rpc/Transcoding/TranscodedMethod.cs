using Grpc.Core;

namespace Rpc.Transcoding;

/// <summary>Endpoint metadata of a method served as HTTP and JSON; over gRPC an endpoint carries GrpcMethodMetadata instead.</summary>
public sealed class TranscodedMethod(Type serviceType, IMethod method)
{
    public Type ServiceType { get; } = serviceType;

    public IMethod Method { get; } = method;
}
