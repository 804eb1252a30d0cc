using System.Globalization;
using System.Runtime.CompilerServices;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>Asks a WebDAV collection what it holds (PROPFIND, RFC 4918 section 9.1).</summary>
internal sealed class DavCollection(DavLine line, DavRoot root, byte[] question)
{
    private const int MultiStatusCode = 207;

    /// <summary>Null when nothing is there.</summary>
    public async Task<DavResource?> FindAsync(FilePath path, CancellationToken ct)
    {
        using var response = await line.AskAsync(() => Propfind(root.At(path), "0"), ct);
        if ((int)response.StatusCode == 404)
        {
            return null;
        }

        await using var body = await BodyAsync(response, ct);
        using var answer = new MultiStatus(body, root, line.Host);
        var found = await answer.NextAsync();
        return found?.Path == path && await answer.NextAsync() is null
            ? found
            : throw new FaultException(Fault.BadGateway, $"{line.Host} does not answer about {path} when asked about it");
    }

    /// <summary>The children of a folder and the folder itself, in the order of the server. NotFound when it is a file.</summary>
    public IAsyncEnumerable<DavResource> ListAsync(FilePath folder, CancellationToken ct) =>
        ListAsync(folder, "1", path => path.Parent == folder, ct);

    /// <summary>Everything below a folder, and the folder itself; Forbidden where the server does not do this (RFC 4918 section 9.1.1).</summary>
    public IAsyncEnumerable<DavResource> ListAllBelowAsync(FilePath folder, CancellationToken ct) =>
        ListAsync(folder, "infinity", folder.Contains, ct);

    private async IAsyncEnumerable<DavResource> ListAsync(
        FilePath folder, string depth, Func<FilePath, bool> isExpected, [EnumeratorCancellation] CancellationToken ct)
    {
        using var response = await line.AskAsync(() => Propfind(root.Folder(folder), depth), ct);
        await using var body = await BodyAsync(response, ct);
        using var answer = new MultiStatus(body, root, line.Host);
        var (self, count) = (false, 0);
        while (await answer.NextAsync() is { } resource)
        {
            if (++count > line.Options.MostEntries)
            {
                throw new FaultException(Fault.BadGateway, string.Create(CultureInfo.InvariantCulture, $"{line.Host} lists more than {line.Options.MostEntries} entries at once"));
            }

            if (resource.Path == folder)
            {
                self = resource.IsFolder == true ? true : throw new FaultException(Fault.NotFound, "file/directory not found");
            }
            else if (!isExpected(resource.Path))
            {
                throw new FaultException(Fault.BadGateway, $"{line.Host} lists what is not below the folder asked for");
            }

            yield return resource;
        }

        if (!self)
        {
            throw new FaultException(Fault.BadGateway, $"{line.Host} lists a folder without the folder itself");
        }
    }

    private async Task<RemoteBody> BodyAsync(HttpResponseMessage response, CancellationToken ct) =>
        (int)response.StatusCode == MultiStatusCode ? await line.BodyAsync(response, length: null, ct) : throw await line.FaultAsync(response, ct);

    private HttpRequestMessage Propfind(Uri address, string depth)
    {
        var request = line.Request("PROPFIND", address);
        request.Headers.Add("Depth", depth);
        request.Content = new ByteArrayContent(question) { Headers = { ContentType = new("application/xml") { CharSet = "utf-8" } } };
        return request;
    }
}
