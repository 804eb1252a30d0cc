using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rpc.Health;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Rpc.Tests;

public sealed class HealthAndReflectionTests : IAsyncLifetime
{
    private RpcServer server = null!;
    private GrpcChannel channel = null!;

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    private HealthStatuses Statuses => server.Services.GetRequiredService<HealthStatuses>();

    private Grpc.Health.V1.Health.HealthClient Health => new(channel);

    public async ValueTask InitializeAsync()
    {
        server = await RpcServer.StartAsync(
            services =>
            {
                services.AddGrpc();
                services.AddSingleton(new CallLog());
            },
            app =>
            {
                app.MapGrpcReflection();
                app.MapGrpcHealth();
                app.MapGrpcService<ShelfService>();
            });
        channel = GrpcChannel.ForAddress(server.Http2);
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Check_answers_what_was_set()
    {
        Assert.Equal(ServingStatus.Serving, await CheckAsync(""));

        Statuses.Set("", ServingStatus.NotServing);
        Statuses.Set("a.B", ServingStatus.Serving);

        Assert.Equal(ServingStatus.NotServing, await CheckAsync(""));
        Assert.Equal(ServingStatus.Serving, await CheckAsync("a.B"));
    }

    [Fact]
    public async Task Check_of_an_unknown_service_is_NOT_FOUND() =>
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => CheckAsync("a.C"))).StatusCode);

    [Fact]
    public async Task Watch_brings_the_status_and_its_changes()
    {
        using var call = Health.Watch(new HealthCheckRequest { Service = "a.B" }, cancellationToken: TestEnds);
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));

        Statuses.Set("a.B", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));

        Statuses.Set("other", ServingStatus.Serving);
        Statuses.Set("a.B", ServingStatus.Serving);
        Statuses.Set("a.B", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));
    }

    [Fact]
    public async Task Watch_ends_when_the_server_stops()
    {
        using var call = Health.Watch(new HealthCheckRequest(), cancellationToken: TestEnds);
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));

        server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => NextAsync(call))).StatusCode);
    }

    [Fact]
    public async Task Reflection_lists_the_services() => Assert.Equal(
        ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "rpc.shelf.Shelf"],
        (await AskAsync(new() { ListServices = "" })).ListServicesResponse.Service.Select(service => service.Name));

    [Theory]
    [InlineData("rpc.shelf.Shelf")]
    [InlineData("rpc.shelf.Shelf.Get")]
    [InlineData("rpc.shelf.Cover")]
    [InlineData("rpc.shelf.Kind")]
    public async Task Reflection_answers_a_symbol_with_its_file_and_all_it_imports(string symbol)
    {
        var files = (await AskAsync(new() { FileContainingSymbol = symbol })).FileDescriptorResponse.FileDescriptorProto
            .Select(FileDescriptorProto.Parser.ParseFrom).ToList();

        Assert.Equal("shelf.proto", files[0].Name);
        Assert.All(files.SelectMany(file => file.Dependency), import => Assert.Contains(files, file => file.Name == import));
        Assert.Contains(files, file => file.Name == "google/protobuf/descriptor.proto");
    }

    [Fact]
    public async Task Reflection_answers_files_and_extensions()
    {
        Assert.Equal("rest/rest.proto", FirstFile(await AskAsync(new() { FileByFilename = "rest/rest.proto" })));
        Assert.Equal("rest/rest.proto", FirstFile(await AskAsync(new()
        {
            FileContainingExtension = new() { ContainingType = "google.protobuf.MethodOptions", ExtensionNumber = 50001 },
        })));
        Assert.Equal(
            [50001, 72295728],
            (await AskAsync(new() { AllExtensionNumbersOfType = "google.protobuf.MethodOptions" })).AllExtensionNumbersResponse.ExtensionNumber);
    }

    [Fact]
    public async Task Reflection_answers_what_it_does_not_know_with_NOT_FOUND()
    {
        Assert.Equal((int)StatusCode.NotFound, (await AskAsync(new() { FileByFilename = "no.proto" })).ErrorResponse.ErrorCode);
        Assert.Equal((int)StatusCode.NotFound, (await AskAsync(new() { FileContainingSymbol = "no.Symbol" })).ErrorResponse.ErrorCode);
        Assert.Equal((int)StatusCode.NotFound, (await AskAsync(new() { AllExtensionNumbersOfType = "no.Type" })).ErrorResponse.ErrorCode);
        Assert.Equal((int)StatusCode.InvalidArgument, (await AskAsync(new())).ErrorResponse.ErrorCode);
    }

    private static string FirstFile(ServerReflectionResponse response) =>
        FileDescriptorProto.Parser.ParseFrom(response.FileDescriptorResponse.FileDescriptorProto[0]).Name;

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(TestEnds));
        return call.ResponseStream.Current.Status;
    }

    private async Task<ServingStatus> CheckAsync(string service) =>
        (await Health.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: TestEnds)).Status;

    private async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
    {
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: TestEnds);
        await call.RequestStream.WriteAsync(request, TestEnds);
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(TestEnds));
        Assert.Equal(request, call.ResponseStream.Current.OriginalRequest);
        return call.ResponseStream.Current;
    }
}
