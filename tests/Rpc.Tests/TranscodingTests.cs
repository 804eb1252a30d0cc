using System.Net;
using System.Text;
using System.Text.Json;

namespace Rpc.Tests;

public sealed class TranscodingTests(RestServer rest) : IClassFixture<RestServer>
{
    [Theory]
    [InlineData("?To=%2Fa%20b", "to=/a b")]
    [InlineData("?To=a+b%2Bc", "to=a b+c")]
    [InlineData("?To=a&To=b", "to=b")]
    [InlineData("?To=", "")]
    [InlineData("?maybe=", "maybe=")]
    [InlineData("?copyName=x", "copy_name=x")]
    // names are JSON names, by case, and nothing else
    [InlineData("?to=a&TO=b&copy_name=x&CopyName=y&unknown=1&page=3&page.limit.x=1&limit%5D=2", "")]
    [InlineData("?page.limit=2", "page={ \"limit\": \"2\" }")]
    [InlineData("?page[limit]=2", "page={ \"limit\": \"2\" }")]
    [InlineData("?page%5Blimit%5D=2&page%5BnextCursor%5D=c%3D", "page={ \"limit\": \"2\", \"nextCursor\": \"c=\" }")]
    [InlineData("?tag=a&tag=&tag=b", "tag=a|tag=|tag=b")]
    [InlineData("?number=1&number=-2", "number=1|number=-2")]
    [InlineData("?kind=PAPER_BACK", "kind=PaperBack")]
    [InlineData("?kind=1", "kind=PaperBack")]
    [InlineData("?small=-5&big=9007199254740993&flag=true&ratio=1.5e3", "small=-5|big=9007199254740993|flag=True|ratio=1500")]
    [InlineData("?boxed=9007199254740993", "boxed=9007199254740993")]
    [InlineData("?since=2020-01-02T03:04:05Z", "since=\"2020-01-02T03:04:05Z\"")]
    [InlineData("?data=-_8", "data=+/8=")]
    public async Task Query_parameters_fill_fields(string query, string expected)
    {
        var (status, body, _) = await rest.SendAsync("GET", "/shelf/find" + query);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(expected, string.Join('|', JsonDocument.Parse(body).RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.GetString())));
    }

    [Theory]
    [InlineData("?small=x", "small")]
    [InlineData("?small=3000000000", "small")]
    [InlineData("?flag=yes", "flag")]
    [InlineData("?kind=HARD", "kind")]
    [InlineData("?since=yesterday", "since")]
    [InlineData("?data=*", "data")]
    public async Task A_parameter_of_another_type_is_answered_400(string query, string field)
    {
        var (status, body, _) = await rest.SendAsync("GET", "/shelf/find" + query);

        Assert.Equal((HttpStatusCode.BadRequest, $"{{\"code\":3,\"message\":\"invalid value of {field}\"}}"), (status, body));
    }

    [Fact]
    public async Task Additional_bindings_lead_to_the_same_method() =>
        Assert.Equal("{\"bookId\":\"b\",\"Title\":\"A\"}\n", (await rest.SendAsync("GET", "/shelf/b/again")).Body);

    [Fact]
    public async Task A_query_cannot_reach_what_the_path_fills() =>
        Assert.Equal("{\"bookId\":\"b\",\"Title\":\"A\"}\n", (await rest.SendAsync("GET", "/shelf/b?bookId=other")).Body);

    [Fact]
    public async Task A_whole_body_and_the_path_make_the_request_and_status_and_type_are_the_methods()
    {
        var (status, body, response) = await rest.SendAsync("PUT", "/shelf/b?Title=ignored", RestServer.Json(
            """{"Title":"é","pages":9007199254740993,"serial":18446744073709551615,"weight":1e2,"tags":["x"],"cover":{"color":"red","new":[1]},"unknown":{"a":null}}"""));

        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal("application/vnd.api+json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            """{"bookId":"b","Title":"é","pages":9007199254740993,"cover":{"color":"red"},"tags":["x"],"serial":18446744073709551615,"weight":100}""" + "\n", body);
    }

    [Fact]
    public async Task A_body_may_repeat_what_the_path_says_but_not_contradict_it()
    {
        Assert.Equal(HttpStatusCode.Created, (await rest.SendAsync("PUT", "/shelf/b", RestServer.Json("""{"bookId":"b"}"""))).Status);
        var (status, body, _) = await rest.SendAsync("PUT", "/shelf/b", RestServer.Json("""{"bookId":"c"}"""));

        Assert.Equal((HttpStatusCode.BadRequest, "{\"code\":3,\"message\":\"bookId differs from the path\"}"), (status, body));
    }

    [Fact]
    public async Task A_body_that_is_one_field_leaves_the_rest_to_the_query() => Assert.Equal(
        "{\"bookId\":\"b\",\"cover\":{\"color\":\"red\"},\"note\":\"n\"}\n",
        (await rest.SendAsync("PATCH", "/shelf/b/cover?note=n&cover.color=blue", RestServer.Json("""{"color":"red"}"""))).Body);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public async Task An_empty_body_is_an_empty_message(string text)
    {
        var (status, body, _) = await rest.SendAsync("PUT", "/shelf/b", text.Length == 0 ? null : RestServer.Json(text));

        Assert.Equal((HttpStatusCode.Created, "{\"bookId\":\"b\"}\n"), (status, body));
    }

    [Theory]
    [InlineData("{", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("{} {}", "application/json")]
    [InlineData("{\"Title\":1}", "application/json")]
    [InlineData("{\"Title\":\"\\ud800\"}", "application/json")]
    [InlineData("{\"pages\":9223372036854775808}", "application/json")]
    [InlineData("{\"pages\":1.5}", "application/json")]
    [InlineData("{\"Title\":\"a\",\"Title\":\"b\"}", "application/json")]
    [InlineData("{\"cover\":{\"color\":\"a\",\"color\":\"a\"}}", "application/json")]
    [InlineData("{}", "text/plain")]
    [InlineData("{}", "application/x-www-form-urlencoded")]
    public async Task A_body_that_is_not_the_messages_JSON_is_answered_400(string text, string mediaType)
    {
        var (status, body, _) = await rest.SendAsync("PUT", "/shelf/b", RestServer.Json(text, mediaType));

        Assert.Equal((HttpStatusCode.BadRequest, "{\"code\":3,\"message\":\"invalid JSON body\"}"), (status, body));
    }

    [Fact]
    public async Task A_body_without_a_media_type_is_answered_400()
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());

        Assert.Equal(HttpStatusCode.BadRequest, (await rest.SendAsync("PUT", "/shelf/b", content)).Status);
    }

    [Fact]
    public async Task A_body_over_1_MiB_is_answered_413_whether_its_length_is_told_or_not()
    {
        var text = $"{{\"Title\":\"{new string('x', 1024 * 1024)}\"}}";
        var told = await RawHttp.FirstLineAsync(
            rest.Server.Http1, "PUT /shelf/b HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1048577\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413 ", told, StringComparison.Ordinal);

        using var content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentLength = null;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await rest.SendAsync("PUT", "/shelf/b", content, http2: true)).Status);
    }

    [Fact]
    public async Task A_body_just_under_1_MiB_is_taken()
    {
        var title = new string('x', (1024 * 1024) - 20);

        Assert.Equal($"{{\"bookId\":\"b\",\"Title\":\"{title}\"}}\n", (await rest.SendAsync("PUT", "/shelf/b", RestServer.Json($"{{\"Title\":\"{title}\"}}"))).Body);
    }

    [Fact]
    public async Task Status_204_has_no_body()
    {
        var (status, body, response) = await rest.SendAsync("DELETE", "/shelf/b");

        Assert.Equal((HttpStatusCode.NoContent, ""), (status, body));
        Assert.Null(response.Content.Headers.ContentType);
    }

    [Fact]
    public async Task Status_202_has_an_empty_body()
    {
        var (status, body, response) = await rest.SendAsync("POST", "/shelf/b:lend");

        Assert.Equal((HttpStatusCode.Accepted, "", 0L), (status, body, response.Content.Headers.ContentLength));
        Assert.Null(response.Content.Headers.ContentType);
        await rest.Log.EventAsync("lent b");
    }

    [Fact]
    public async Task Response_body_is_one_field() =>
        Assert.Equal("\"\\u003cA\\u0026B\\u003e\"\n", (await rest.SendAsync("GET", "/shelf/b/title")).Body);

    [Fact]
    public async Task Unset_fields_are_left_out_unless_an_option_says_otherwise() => Assert.Equal(
        """{"longAlways":0,"maybeNull":null,"innerAlways":{},"innerNull":null,"listAlways":[],"textAlways":"","flagAlways":false,"kindAlways":"NONE"}""" + "\n",
        (await rest.SendAsync("GET", "/shapes/empty")).Body);

    [Fact]
    public async Task What_is_set_to_its_default_is_written() => Assert.Equal(
        """{"longAlways":0,"maybe":0,"maybeNull":0,"inner":{},"innerAlways":{},"innerNull":{},"listAlways":[],"textAlways":"","flagAlways":false"""
        + ""","kindAlways":"NONE","boxed":0,"left":""}""" + "\n",
        (await rest.SendAsync("GET", "/shapes/default-but-set")).Body);

    [Fact]
    public async Task Every_type_has_its_JSON_form()
    {
        var (_, body, response) = await rest.SendAsync("GET", "/shapes/full");

        Assert.Equal(
            """{"long":9007199254740993,"longAlways":-1,"maybe":1,"maybeNull":2,"inner":{"color":"red"},"innerAlways":{"hard":true},"innerNull":{"color":"é"}"""
            + ""","list":["a",""],"listAlways":[{"color":"b"},{}]"""
            + ""","text":"\u003ca href=\"x\"\u003eé ☃ 😀 \u0026 'q' + \\ / \n\t\u0001\u003c/a\u003e","textAlways":"t","flagAlways":true"""
            + ""","kind":"PAPER_BACK","kindAlways":7,"data":"+/8A","map":{"k":5},"at":"1970-01-01T00:00:01.500Z","free":{ "n": 1, "s": "\u003c" },"boxed":9007199254740993,"right":0"""
            + ""","number":1.5,"re_named":"r","unsigned":18446744073709551615,"smallNumber":0.1,"kinds":["NONE","PAPER_BACK"]}""" + "\n",
            body);
        Assert.Equal(Encoding.UTF8.GetByteCount(body), response.Content.Headers.ContentLength);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Numbers_that_JSON_has_not_are_strings() =>
        Assert.EndsWith("\"number\":\"NaN\",\"smallNumber\":\"-Infinity\"}\n", (await rest.SendAsync("GET", "/shapes/odd")).Body, StringComparison.Ordinal);

    [Fact]
    public async Task The_handler_sees_the_request() => Assert.Equal(
        """{"entries":["x-a=1","method=/rpc.shelf.Shelf/Look","http=GET","cancellable=True"]}""" + "\n",
        (await rest.SendAsync("GET", "/look", headers: ("X-A", "1"))).Body);

    [Theory]
    [InlineData("InvalidArgument", 400, 3)]
    [InlineData("Unauthenticated", 401, 16)]
    [InlineData("PermissionDenied", 403, 7)]
    [InlineData("NotFound", 404, 5)]
    [InlineData("AlreadyExists", 409, 6)]
    [InlineData("Aborted", 409, 10)]
    [InlineData("FailedPrecondition", 400, 9)]
    [InlineData("ResourceExhausted", 429, 8)]
    [InlineData("Unimplemented", 501, 12)]
    [InlineData("Internal", 500, 13)]
    [InlineData("Unavailable", 503, 14)]
    [InlineData("DeadlineExceeded", 504, 4)]
    public async Task A_status_is_answered_with_the_HTTP_status_it_means(string code, int status, int number)
    {
        var answer = await rest.SendAsync("GET", $"/fail/{code}");

        Assert.Equal(((HttpStatusCode)status, $"{{\"code\":{number},\"message\":\"as asked\"}}"), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_status_that_was_set_counts_like_one_that_was_thrown() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await rest.SendAsync("GET", "/fail/status")).Status);

    [Fact]
    public async Task A_bug_is_answered_500_without_its_text()
    {
        var (status, body, _) = await rest.SendAsync("GET", "/fail/bug");

        Assert.Equal((HttpStatusCode.InternalServerError, "{\"code\":2,\"message\":\"The handler failed.\"}"), (status, body));
    }
}
