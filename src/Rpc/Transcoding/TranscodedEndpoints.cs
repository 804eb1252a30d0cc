using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Rest;
using Rpc.Server;

namespace Rpc.Transcoding;

/// <summary>Maps the google.api.http rules of a method to calls in process.</summary>
internal sealed class TranscodedEndpoints(IOptions<TranscodingOptions> options)
{
    public IEnumerable<IEndpointConventionBuilder> Map(IEndpointRouteBuilder builder, ServiceMethod method)
    {
        foreach (var binding in HttpBinding.Of(method.Descriptor))
        {
            if (method.Descriptor.IsClientStreaming)
            {
                throw new InvalidOperationException($"{method.Method.FullName} takes a stream of requests, which has no HTTP form.");
            }

            var rest = method.Descriptor.GetOptions()?.GetExtension(RestExtensions.Method);
            var malformed = rest?.MalformedBody is { Length: > 0 } text ? text : JsonBody.Invalid;
            var binder = new RequestBinder(method.Descriptor.InputType, binding, options.Value.MaxJsonBodySize, malformed);
            yield return RawEndpoints.Of(builder)
                .Add(binding.HttpMethod, binding.Template, http => CallAsync(http, method, binding, binder, rest))
                .WithMetadata([.. method.Attributes, method.Descriptor, new TranscodedMethod(method.ServiceType, method.Method)]);
        }
    }

    private static async Task CallAsync(HttpContext http, ServiceMethod method, HttpBinding binding, RequestBinder binder, MethodRest? rest)
    {
        var request = await binder.BindAsync(http);
        var call = new TranscodedCall(http, method.Method);
        using var answer = JsonAnswer.Create(http, method.Descriptor, rest, binding.ResponseField);
        await method.InvokeAsync(http, request, answer.WriteAsync, call);
        if (call.Status.StatusCode != StatusCode.OK)
        {
            throw new RpcException(call.Status, call.ResponseTrailers);
        }

        await answer.CompleteAsync();
    }
}
