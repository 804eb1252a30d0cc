using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Request = Grpc.Reflection.V1.ServerReflectionRequest.MessageRequestOneofCase;

namespace Rpc.Reflection;

/// <summary>grpc.reflection.v1.ServerReflection: tools ask which services there are and what their messages look like.</summary>
internal sealed class ReflectionService(DescriptorIndex index) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            var response = Answer(request);
            response.ValidHost = request.Host;
            response.OriginalRequest = request;
            await responseStream.WriteAsync(response);
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request) => request.MessageRequestCase switch
    {
        Request.ListServices => new()
        {
            ListServicesResponse = new() { Service = { index.Services.Select(name => new ServiceResponse { Name = name }) } },
        },
        Request.FileByFilename => File(index.FindFile(request.FileByFilename), request.FileByFilename),
        Request.FileContainingSymbol => File(index.FindSymbol(request.FileContainingSymbol), request.FileContainingSymbol),
        Request.FileContainingExtension => File(
            index.FindExtension(request.FileContainingExtension.ContainingType, request.FileContainingExtension.ExtensionNumber),
            $"extension {request.FileContainingExtension.ExtensionNumber} of {request.FileContainingExtension.ContainingType}"),
        Request.AllExtensionNumbersOfType => index.ExtensionNumbers(request.AllExtensionNumbersOfType) is { } numbers
            ? new()
            {
                AllExtensionNumbersResponse = new() { BaseTypeName = request.AllExtensionNumbersOfType, ExtensionNumber = { numbers } },
            }
            : File(null, request.AllExtensionNumbersOfType),
        _ => Error(StatusCode.InvalidArgument, "The request asks for nothing."),
    };

    private static ServerReflectionResponse File(FileDescriptor? file, string asked) => file is null
        ? Error(StatusCode.NotFound, $"{asked} is not known.")
        : new()
        {
            FileDescriptorResponse = new() { FileDescriptorProto = { DescriptorIndex.WithImports(file).Select(each => each.SerializedData) } },
        };

    private static ServerReflectionResponse Error(StatusCode code, string message) =>
        new() { ErrorResponse = new() { ErrorCode = (int)code, ErrorMessage = message } };
}
