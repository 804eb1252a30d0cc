namespace SystemTests.Api;

public sealed class ApiReferenceTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Update = "BRIDGE_UPDATE_DOCS";

    private static readonly string File = Path.Combine(Repository.Root, "docs", "api.md");

    [Fact]
    public void Every_operation_says_what_it_does_and_what_it_answers()
    {
        var silent = api.Operations.Where(operation => !operation.SpeaksItsOwnProtocol).Where(operation =>
            string.IsNullOrEmpty((string?)operation.Json["summary"]) || operation.Json["responses"]!.AsObject().All(answer => answer.Key == "default"));
        Assert.Empty(silent.Select(operation => operation.Name));
    }

    [Fact]
    public void No_two_operations_share_a_name()
    {
        Assert.Empty(api.Operations.GroupBy(operation => (string)operation.Json["operationId"]!).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public async Task The_reference_in_docs_is_made_from_the_document_that_the_edge_serves()
    {
        var made = ApiReference.Write(api.Document);
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await System.IO.File.WriteAllTextAsync(File, made, TestContext.Current.CancellationToken);
        }

        var kept = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        Assert.True(made == kept, $"docs/api.md is not what the API says now: run this test with {Update}=1");
    }
}
