using StandIn;

namespace SystemTests;

/// <summary>The Cozy's own client library, unmodified, in Node, against our edge; behind it a stand-in for a Nextcloud.</summary>
public sealed class CozyClientTests
{
    [Fact]
    public async Task The_unmodified_cozy_stack_client_works_with_files_and_with_a_Nextcloud()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var nextcloud = await StandInNextcloud.StartAsync();
        await using var bridge = await BridgeProcess.StartAsync(ct);

        // Node has to find the host by its name, so the instance is the address itself.
        var domain = bridge.Address.Authority;
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(domain, "passphrase", "en", quota: null, ct);
        var token = await admin.CliTokenAsync(domain, ["io.cozy.files", "io.cozy.accounts"], ct);
        var account = await admin.AddAccountAsync(domain, nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.User.Password, ct);
        await FillAsync(nextcloud, ct);

        var output = await NodeScript.RunAsync("stack-client.cjs", [bridge.Address.ToString().TrimEnd('/'), token, account], ct);
        Assert.EndsWith("9 of 9\n", output);
    }

    private static async Task FillAsync(StandInNextcloud nextcloud, CancellationToken ct)
    {
        using var http = new HttpClient();
        var login = System.Text.Encoding.UTF8.GetBytes($"{nextcloud.User.Login}:{nextcloud.User.Password}");
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(login));
        var home = $"{nextcloud.Url.ToString().TrimEnd('/')}/remote.php/dav/files/{nextcloud.User.Id}/";
        foreach (var folder in new[] { "Documents", "Documents/Empty" })
        {
            using var made = await http.SendAsync(new(new("MKCOL"), home + folder), ct);
            Assert.Equal(201, (int)made.StatusCode);
        }

        using var put = await http.PutAsync(home + "Documents/plain.txt", new ByteArrayContent("plain"u8.ToArray()), ct);
        Assert.Equal(201, (int)put.StatusCode);
    }
}
