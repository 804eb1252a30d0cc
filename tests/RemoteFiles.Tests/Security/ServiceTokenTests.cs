using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Protos;
using RemoteFiles.Tests.Routes;
using Shared.Access;

namespace RemoteFiles.Tests.Security;

/// <summary>What a service may ask with its token: of its own instance, or of no instance which there are; and nothing over REST.</summary>
public sealed class ServiceTokenTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private static readonly Method<FindInstanceRequest, InstanceReply> Find = Unary("cozy.instances.v1.Instances", "Find", FindInstanceRequest.Parser, InstanceReply.Parser);
    private static readonly Method<GetSpaceRequest, GetSpaceReply> GetSpace = Unary("cozy.transfers.v1.Transfers", "GetSpace", GetSpaceRequest.Parser, GetSpaceReply.Parser);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_without_an_instance_finds_instances_and_opens_none()
    {
        var token = Fixture.Server.Tokens.Mint(Instance.None, Audiences.Service, "test", "");

        Assert.Equal(Cozy.Domain, (await CallAsync(Find, new() { Domain = Cozy.Domain }, token)).Domain);
        Assert.Equal(StatusCode.PermissionDenied, await FailureAsync(GetSpace, new(), token));
    }

    [Fact]
    public async Task A_token_for_an_instance_works_there_and_finds_no_other()
    {
        var token = await MintAsync(Cozy.Domain, Audiences.Service);

        Assert.True((await CallAsync(GetSpace, new(), token)).Used >= 0);
        Assert.Equal(StatusCode.PermissionDenied, await FailureAsync(Find, new() { Domain = Cozy.Domain }, token));
    }

    [Theory]
    [InlineData(Audiences.Cli)]
    [InlineData(Audiences.App)]
    [InlineData(Audiences.Access)]
    public async Task A_users_token_is_no_services(string audience)
    {
        var token = Fixture.Server.Tokens.Mint(await InstanceAsync(Cozy.Domain), audience, "settings", "io.cozy.files");

        Assert.Equal(StatusCode.PermissionDenied, await FailureAsync(GetSpace, new(), token));
        Assert.Equal(StatusCode.PermissionDenied, await FailureAsync(Find, new() { Domain = Cozy.Domain }, token));
    }

    [Fact]
    public async Task A_services_token_opens_no_route_of_users()
    {
        var service = Cozy.With(await MintAsync(Cozy.Domain, Audiences.Service));

        foreach (var target in new[] { "/files/io.cozy.files.root-dir", "/data/io.cozy.accounts/_all_docs", "/settings/instance", $"/remote/nextcloud/{Fixture.Account}/" })
        {
            Expect.Status(403, await service.GetAsync(target, ("Accept", "application/json")));
        }
    }

    [Fact]
    public async Task A_services_token_lives_for_five_minutes()
    {
        var token = await MintAsync(Cozy.Domain, Audiences.Service);
        Fixture.Server.Clock.Shift += TimeSpan.FromSeconds(301);

        Assert.NotEqual(StatusCode.OK, await FailureAsync(GetSpace, new(), token));
    }

    [Fact]
    public async Task A_token_whose_instance_is_put_in_another_name_opens_nothing_there()
    {
        var other = $"{Folder[1..]}.example";
        await Fixture.Server.AddInstanceAsync(other);
        var mine = await MintAsync(Cozy.Domain, Audiences.Service);
        var theirs = await MintAsync(other, Audiences.Service);
        var forged = string.Join('.', mine.Split('.')[0], theirs.Split('.')[1], mine.Split('.')[2]);

        Assert.NotEqual(StatusCode.OK, await FailureAsync(GetSpace, new(), forged));
        Assert.True((await CallAsync(GetSpace, new(), theirs)).Used >= 0);
    }

    [Fact]
    public async Task From_outside_the_Host_names_the_instance_whatever_type_a_request_has()
    {
        var stranger = Fixture.Server.Client("nobody.example", Cozy.Token);
        var nowhere = Cozy.With(Fixture.Server.Tokens.Mint(Instance.None, Audiences.Service, "test", ""));

        foreach (var target in new[] { "/public/avatar", "/files/io.cozy.files.root-dir", "/status.php" })
        {
            Expect.Status(404, await stranger.GetAsync(target, ("Accept", "application/json"), ("Content-Type", "application/grpc")));
        }

        Expect.Status(200, await nowhere.GetAsync("/public/avatar", ("Content-Type", "application/grpc")));
    }

    [Fact]
    public async Task The_operators_routes_are_on_the_operators_listener_though_another_one_has_its_port()
    {
        // One port at two addresses of the loopback network.
        using var held = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)held.LocalEndPoint!).Port;
        await using var server = await RestServer.StartAsync(("Listen:Http", $"127.0.0.2:{port}"), ("Listen:Admin", $"127.0.0.3:{port}"));
        var authorization = "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("admin:" + RestServer.AdminSecret));

        var outside = await server.Client("cozy.example", null).GetAsync("/instances/", ("Authorization", authorization));
        var inside = await server.AdminAsync(HttpMethod.Get, "/instances/");

        Assert.Equal((404, 200), (outside.Status, inside.Status));
    }

    private async Task<Instance> InstanceAsync(string domain) => (await Fixture.Server.Instances.FindAsync(domain, Ct))!;

    private async Task<string> MintAsync(string domain, string audience) => Fixture.Server.Tokens.Mint(await InstanceAsync(domain), audience, "test", "");

    private async Task<TReply> CallAsync<TRequest, TReply>(Method<TRequest, TReply> method, TRequest request, string token)
        where TRequest : class
        where TReply : class
    {
        using var channel = GrpcChannel.ForAddress(Fixture.Server.GrpcAddress);
        var headers = new Metadata { { "authorization", "Bearer " + token } };
        return await channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(headers, cancellationToken: Ct), request);
    }

    private async Task<StatusCode> FailureAsync<TRequest, TReply>(Method<TRequest, TReply> method, TRequest request, string token)
        where TRequest : class
        where TReply : class => (await Assert.ThrowsAsync<RpcException>(() => CallAsync(method, request, token))).StatusCode;

    private static Method<TRequest, TReply> Unary<TRequest, TReply>(string service, string name, MessageParser<TRequest> request, MessageParser<TReply> reply)
        where TRequest : class, IMessage<TRequest>
        where TReply : class, IMessage<TReply> =>
        new(MethodType.Unary, service, name, Marshallers.Create(message => message.ToByteArray(), request.ParseFrom), Marshallers.Create(message => message.ToByteArray(), reply.ParseFrom));
}
