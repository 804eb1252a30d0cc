using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>An account's line to its Nextcloud: signs requests, waits as long as the other side is heard, and tells what broke.</summary>
internal sealed class DavLine(NextcloudHttp http, Account account, NextcloudOptions options, TimeProvider clock)
{
    // Bytes a second.
    private const double SlowestDisk = 20_000_000;

    /// <summary>RFC 7617 with UTF-8, which Nextcloud expects.</summary>
    private readonly AuthenticationHeaderValue? authorization =
        account.Login.Length == 0 ? null : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Login}:{account.Password}")));

    private readonly string login = RefusedLogins.KeyOf(account);
    private readonly RemoteServer server = http.Servers.Of(account);

    /// <summary>The password was typed just now: it may be tried although it was refused a while ago.</summary>
    public bool IsTyped { get; init; }

    /// <summary>As messages name it: no user, no path.</summary>
    public string Host => account.Url.Authority;

    public NextcloudOptions Options => options;

    public Silence Silence(CancellationToken ct) => new(clock, ct);

    public HttpRequestMessage Request(string method, Uri address)
    {
        if (address.Scheme is not ("http" or "https"))
        {
            throw new FaultException(Fault.BadGateway, "the address does not begin with https:// or http://");
        }

        var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.Authorization = authorization;
        request.Headers.Add("Accept-Encoding", "identity"); // a compressed body has no length to compare with
        request.Headers.Add("User-Agent", "remote-files");
        return request;
    }

    /// <summary>Sends what only asks; once more when the connection breaks before the answer.</summary>
    public async Task<HttpResponseMessage> AskAsync(Func<HttpRequestMessage> question, CancellationToken ct)
    {
        try
        {
            return await SendAsync(question(), ct);
        }
        catch (FaultException e) when (BrokeOff(e.InnerException))
        {
            return await SendAsync(question(), ct);
        }
    }

    /// <summary>Sends a command, once: its content, though empty, keeps the handler from sending it again when a kept connection turns out closed.</summary>
    /// <exception cref="FaultException">It was not done, or not wholly.</exception>
    public async Task TellAsync(HttpRequestMessage command, CancellationToken ct)
    {
        command.Content = new ByteArrayContent([]);
        using var response = await SendAsync(command, ct);
        if (!IsDone(response))
        {
            throw await FaultAsync(response, ct);
        }
    }

    /// <summary>Created or No Content. Other successes are not: 207 lists what failed (RFC 4918 section 9.6.1), 200 is a page of something else.</summary>
    public static bool IsDone(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.Created or HttpStatusCode.NoContent;

    /// <summary>Sends and waits for the headers of the answer.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Silence silence) => SendAsync(request, silence, options.AnswerTimeout);

    /// <summary>The same, of what the other side works on for longer than usual.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Silence silence, TimeSpan patience)
    {
        using var sent = request;
        http.Servers.Refused.ThrowIfRefused(login, IsTyped);
        await EnterAsync(silence);
        silence.Restart(patience);
        var begun = clock.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(request, silence.Token);
            http.Servers.Refused.Answered(login, begun, isRefused: response.StatusCode == HttpStatusCode.Unauthorized);
            return response;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            silence.ThrowIfGivenUp();
            throw NetworkFault.From(e, Host);
        }
        finally
        {
            // Who gives up says nothing about the server; an upload takes as long as its sender, and what reads a whole file as long as that.
            var isWell = response is not null || silence.IsGivenUp;
            if (response is not null || !isWell)
            {
                NextcloudMetrics.Answered(sent.Method.Method, response?.StatusCode, clock.GetElapsedTime(begun));
            }

            server.Leave(sent.Method.Method, response is null || sent.Content is OutgoingBody || patience > options.AnswerTimeout ? null : clock.GetElapsedTime(begun), isWell);
        }
    }

    /// <summary>How long an answer may take that the server reads a whole file for: what a slow disk gives is waited for.</summary>
    public TimeSpan PatienceFor(long bytes) => options.AnswerTimeout + TimeSpan.FromSeconds(bytes / SlowestDisk);

    /// <summary>Waits for a place among the transfers that the server has under way; it is disposed of when the transfer is over.</summary>
    public Task<IDisposable> BeginTransferAsync(long bytes, CancellationToken ct) => server.Transfers.EnterAsync(account.Id, bytes, AskLeastAsync, ct);

    /// <summary>Waits while bytes pass faster than they may.</summary>
    public ValueTask PassAsync(int count, CancellationToken ct) => server.PassAsync(count, ct);

    /// <summary>The body as it comes; disposing it ends the answer.</summary>
    /// <param name="response">Its headers have been read.</param>
    /// <param name="length">Bytes that must come; null when only the framing tells.</param>
    /// <param name="ct">Ends the body, as long as it lives.</param>
    public async Task<RemoteBody> BodyAsync(HttpResponseMessage response, long? length, CancellationToken ct) =>
        new(response, await response.Content.ReadAsStreamAsync(ct), length, Silence(ct), options.IdleTimeout, this);

    /// <summary>Ends when the time is over.</summary>
    public CancellationTokenSource Within(TimeSpan time) => new(time, clock);

    public Task PauseAsync(TimeSpan pause, CancellationToken ct) => Task.Delay(pause, clock, ct);

    /// <summary>The body of a file, which goes on after a break.</summary>
    public Stream Resumed(Stream body, long length, Func<long, CancellationToken, Task<Stream>> reopen) => new ResumedBody(body, length, reopen, clock);

    /// <summary>What an answer that is not the hoped-for one means.</summary>
    public async Task<FaultException> FaultAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var body = await BodyAsync(response, length: null, ct);
        var fault = DavFault.From(response, await SabreError.ReadAsync(body), Host, clock);
        server.Told((int)response.StatusCode, fault);
        return fault;
    }

    private async Task EnterAsync(Silence silence)
    {
        try
        {
            await server.EnterAsync(account.Id, silence.Token);
        }
        catch (OperationCanceledException)
        {
            silence.ThrowIfGivenUp();
            throw;
        }
    }

    // As nobody, and past the turns of our own: how long does who comes now wait there? Only an answer of Nextcloud itself counts.
    private async Task AskLeastAsync(CancellationToken ct)
    {
        if (server.Standing.Pause > TimeSpan.Zero)
        {
            throw new FaultException(Fault.Unavailable, $"{Host} asked to be left alone");
        }

        using var request = Request("HEAD", NextcloudStatus.Address(account.Url));
        request.Headers.Authorization = null;
        using var response = await http.SendAsync(request, ct);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw await FaultAsync(response, ct);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var silence = Silence(ct);
        return await SendAsync(request, silence);
    }

    /// <summary>Whether asking again may help: the server hung up, it did not refuse.</summary>
    private static bool BrokeOff(Exception? e) => e switch
    {
        null => false,
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => true,
        SocketException socket => socket.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown,
        _ => BrokeOff(e.InnerException),
    };
}
