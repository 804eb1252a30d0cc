using System.Net;
using Microsoft.AspNetCore.Http;
using Rpc.Transcoding;

namespace Rpc.Tests;

public sealed class RawRoutingTests(RestServer rest) : IClassFixture<RestServer>
{
    public static TheoryData<string, string> Paths => new()
    {
        { "/", "/" },
        { "/a", "/a" },
        { "/a/b", "/a/b" },
        { "/a/", "/a" },
        { "//a//b//", "/a/b" },
        { "/a%20b", "/a b" },
        { "/a+b", "/a+b" },
        { "/a%2Bb", "/a+b" },
        { "/100%25", "/100%" },
        { "/100%2525", "/100%25" },
        { "/a%252Fb", "/a%2Fb" },
        { "/a%3Fb%23c", "/a?b#c" },
        { "/%C3%A9%E2%98%83", "/é☃" },
        { "/%f0%9f%98%80", "/😀" },
        { "/a%3Ab:c", "/a:b:c" },
        { "/a;b=c,d", "/a;b=c,d" },
        { "/...", "/..." },
        { "/.hidden", "/.hidden" },
        { "/a\\b", "/a\\b" },
        { "/%41", "/A" },
        { "/a?To=/b", "/a" },
    };

    public static TheoryData<string> BadPaths =>
    [
        "/.", "/..", "/a/../b", "/%2e%2e/b", "/%2E", "/a%2Fb", "/a%2fb", "/a%", "/a%2", "/a%zz", "/%ff", "/%C3%28", "/%ED%A0%80", "/%C0%AF",
    ];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_path_is_decoded_once_segment_by_segment(string target, string path)
    {
        foreach (var http2 in new[] { false, true })
        {
            var (status, body, _) = await rest.SendAsync("GET", "/tree" + target, http2: http2);

            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("path").GetString(), path);
        }
    }

    [Theory]
    [MemberData(nameof(BadPaths))]
    public async Task A_segment_that_is_no_name_is_answered_400(string target)
    {
        foreach (var http2 in new[] { false, true })
        {
            var (status, body, _) = await rest.SendAsync("GET", "/tree" + target, http2: http2);

            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal("{\"code\":3,\"message\":\"invalid path\"}", body);
        }
    }

    // Kestrel refuses it before we see it; other servers may not, so the decoder refuses it too.
    [Fact]
    public async Task NUL_in_a_path_is_answered_400()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await rest.SendAsync("GET", "/tree/a%00b")).Status);
        Assert.Throws<BadRequestException>(() => RawTarget.DecodeName("a%00b"));
    }

    [Fact]
    public async Task Double_star_needs_one_segment_at_least() => Assert.Equal(HttpStatusCode.NotFound, (await rest.SendAsync("GET", "/tree")).Status);

    [Theory]
    // a literal, before a variable, before **
    [InlineData("GET", "/raw/literal", "GET /raw/literal id=- path=-")]
    [InlineData("GET", "/raw/other", "GET /raw/{id} id=other path=-")]
    [InlineData("GET", "/raw/a/size/b/c", "GET /raw/{id}/size/{path=**} id=a path=/b/c")]
    [InlineData("GET", "/raw/a/size/", "GET /raw/{id}/size/{path=**} id=a path=/")]
    [InlineData("GET", "/raw/a/size", "GET /raw/{id}/{path=**} id=a path=/size")]
    [InlineData("GET", "/raw/a/sized/b", "GET /raw/{id}/{path=**} id=a path=/sized/b")]
    // a literal is compared decoded, and by case
    [InlineData("GET", "/raw/%6Citeral", "GET /raw/literal id=- path=-")]
    [InlineData("GET", "/raw/LITERAL", "GET /raw/{id} id=LITERAL path=-")]
    [InlineData("GET", "/raw/a/Size/b", "GET /raw/{id}/{path=**} id=a path=/Size/b")]
    // another method does not hide a less specific route
    [InlineData("PUT", "/raw/a/size/b", "PUT /raw/{id}/{path=**} id=a path=/size/b")]
    [InlineData("PUT", "/raw/literal", "PUT /raw/{id} id=literal path=-")]
    [InlineData("PUT", "/raw/a/trash", "PUT /raw/{id}/{path=**} id=a path=/trash")]
    [InlineData("DELETE", "/raw/a/trash", "DELETE /raw/{id}/trash id=a path=-")]
    // an empty segment is a value only at the end
    [InlineData("GET", "/raw/", "GET /raw/{id} id= path=-")]
    [InlineData("GET", "/raw/a/", "GET /raw/{id}/{path=**} id=a path=/")]
    // queries
    [InlineData("GET", "/down/a", "GET /down/{id} id=a path=-")]
    [InlineData("GET", "/down/a?Dl=1", "GET /down/{id} id=a path=- Dl")]
    [InlineData("GET", "/down/a?x=2&Dl=%31", "GET /down/{id} id=a path=- Dl")]
    [InlineData("GET", "/down/a?Dl=11", "GET /down/{id} id=a path=-")]
    [InlineData("GET", "/down/a?dl=1", "GET /down/{id} id=a path=-")]
    [InlineData("GET", "/down/a?Dl=1&Dl=0", "GET /down/{id} id=a path=-")]
    [InlineData("POST", "/raw/literal?Dl=1", "POST /raw/literal id=- path=- Dl")]
    // verbs
    [InlineData("POST", "/verb/a:go", "POST /verb/{id}:go id=a path=-")]
    [InlineData("POST", "/verb/a%3Ago", "POST /verb/{id} id=a:go path=-")]
    [InlineData("POST", "/verb/a:stop", "POST /verb/{id} id=a:stop path=-")]
    [InlineData("POST", "/verb/a:b:go", "POST /verb/{id}:go id=a:b path=-")]
    [InlineData("POST", "/deep/a/b:go", "POST /deep/{path=**}:go id=- path=/a/b")]
    // any method
    [InlineData("PROPFIND", "/any/a", "* /any/{path=**} id=- path=/a")]
    [InlineData("OPTIONS", "/any/", "* /any/{path=**} id=- path=/")]
    public async Task The_most_specific_route_answers(string method, string target, string expected)
    {
        var (status, body, _) = await rest.SendAsync(method, target);

        Assert.Equal((HttpStatusCode.OK, expected), (status, body));
    }

    [Fact]
    public async Task An_absolute_form_target_is_stripped_to_its_path()
    {
        var answer = await RawHttp.ExchangeAsync(
            rest.Server.Http1, "GET http://elsewhere/tree/a%2Bb?x=1 HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n");

        Assert.Contains("{\"path\":\"/a+b\"}\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/verb/a", "POST")]
    [InlineData("POST", "/raw/a", "GET, PUT, HEAD")]
    [InlineData("POST", "/raw/literal", "GET, PUT, HEAD")]
    [InlineData("DELETE", "/raw/a/b", "GET, PUT, HEAD")]
    [InlineData("PATCH", "/shelf/a", "DELETE, GET, PUT, HEAD")]
    public async Task Another_method_is_answered_405_with_those_there_are(string method, string target, string allowed)
    {
        var (status, body, response) = await rest.SendAsync(method, target);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, status);
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
        Assert.Contains("\"code\":12", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HEAD_is_answered_by_the_GET_route_without_a_body()
    {
        var (status, body, response) = await rest.SendAsync("HEAD", "/shelf/a");

        Assert.Equal((HttpStatusCode.OK, ""), (status, body));
        Assert.Equal("{\"bookId\":\"a\",\"Title\":\"A\"}\n".Length, response.Content.Headers.ContentLength);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task OPTIONS_is_left_to_others() => Assert.Equal(HttpStatusCode.NotFound, (await rest.SendAsync("OPTIONS", "/tree/a")).Status);

    [Fact]
    public async Task What_no_raw_route_takes_is_left_to_ASP_NET() =>
        Assert.Equal("plain a", (await rest.SendAsync("GET", "/plain/a")).Body);

    [Fact]
    public async Task Two_routes_for_the_same_requests_stop_the_start() => await Assert.ThrowsAsync<InvalidOperationException>(() => RpcServer.StartAsync(
        _ => { },
        app =>
        {
            app.UseRawRouting();
            app.MapRaw("GET", "/a/{id}", _ => Task.CompletedTask);
            app.MapRaw("GET", "/a/{other}", _ => Task.CompletedTask);
        }));

    [Theory]
    [InlineData("/a b/c+d", "a%20b|c+d")]
    [InlineData("/a/", "a|")]
    public void A_server_that_keeps_no_raw_target_is_asked_for_its_path(string path, string segments) =>
        Assert.Equal(segments, string.Join('|', RawTarget.Segments(new DefaultHttpContext { Request = { Path = path } })!));

    [Theory]
    [InlineData("a/b")]
    [InlineData("/a/{path=**}/b")]
    [InlineData("/a/{path=*/b}")]
    [InlineData("/{a}/{a}")]
    [InlineData("/a{b}")]
    [InlineData("/{}")]
    [InlineData("/{a}b")]
    [InlineData("/{a}:")]
    public void A_malformed_template_is_refused_when_it_is_mapped(string template) =>
        Assert.Throws<ArgumentException>(() => RawTemplate.Parse(template));
}
