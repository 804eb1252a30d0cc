using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Rpc.Tests;

internal sealed class ShelfService(CallLog log) : Shelf.ShelfBase
{
    public override Task<Book> Get(BookRequest request, ServerCallContext context) => Task.FromResult(new Book { BookId = request.BookId, Title = "A" });

    public override Task<FindReply> Find(FindRequest request, ServerCallContext context)
    {
        var reply = new FindReply();
        foreach (var field in FindRequest.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsRepeated)
            {
                var items = (System.Collections.IEnumerable)field.Accessor.GetValue(request);
                reply.Entries.AddRange(items.Cast<object>().Select(item => $"{field.Name}={item}"));
            }
            else if (field.HasPresence ? field.Accessor.HasValue(request) : !Rpc.Transcoding.FieldShape.IsDefault(field.Accessor.GetValue(request)))
            {
                var value = field.Accessor.GetValue(request);
                reply.Entries.Add($"{field.Name}={(value is ByteString bytes ? bytes.ToBase64() : value)}");
            }
        }

        return Task.FromResult(reply);
    }

    public override Task<Book> Put(Book request, ServerCallContext context) => Task.FromResult(request);

    public override Task<GlueRequest> Glue(GlueRequest request, ServerCallContext context) => Task.FromResult(request);

    public override Task<Book> Burn(BookRequest request, ServerCallContext context) => Task.FromResult(new Book { BookId = request.BookId });

    public override Task<Book> Lend(BookRequest request, ServerCallContext context)
    {
        log.Happened($"lent {request.BookId}");
        return Task.FromResult(new Book { BookId = request.BookId });
    }

    public override Task<Book> Title(BookRequest request, ServerCallContext context) => Task.FromResult(new Book { Title = "<A&B>" });

    public override Task<WalkRequest> Walk(WalkRequest request, ServerCallContext context) => Task.FromResult(request);

    public override async Task Pages(PagesRequest request, IServerStreamWriter<Page> responseStream, ServerCallContext context)
    {
        if (request.BookId == "hang")
        {
            await responseStream.WriteAsync(new Page { Text = new string('x', 20_000) });
            await log.HangAsync("pages", context.CancellationToken);
        }

        if (request.BookId.StartsWith("torn", StringComparison.Ordinal))
        {
            await responseStream.WriteAsync(new Page { Text = new string('x', 20_000) });
            await log.EventAsync($"{request.BookId} was read");
            throw new RpcException(new Status(StatusCode.NotFound, "torn"));
        }

        for (var i = 1; i <= request.Count; i++)
        {
            await responseStream.WriteAsync(new Page { Number = i, Text = new string('x', request.Size) });
            log.Count = i;
            if (request.HasFailAfter && i == request.FailAfter)
            {
                throw new RpcException(new Status(StatusCode.NotFound, "torn"));
            }
        }

        if (request.HasFailAfter && request.FailAfter == 0)
        {
            throw new RpcException(new Status(StatusCode.NotFound, "torn"));
        }
    }

    public override Task Lines(PagesRequest request, IServerStreamWriter<Page> responseStream, ServerCallContext context) =>
        Pages(request, responseStream, context);

    public override Task<Book> Fail(BookRequest request, ServerCallContext context)
    {
        if (request.BookId == "status")
        {
            context.Status = new Status(StatusCode.OutOfRange, "set, not thrown");
            return Task.FromResult(new Book());
        }

        throw request.BookId == "bug"
            ? new InvalidOperationException("a secret")
            : new RpcException(new Status(System.Enum.Parse<StatusCode>(request.BookId), "as asked"));
    }

    public override Task<Shape> Shapes(BookRequest request, ServerCallContext context) => Task.FromResult(request.BookId switch
    {
        "empty" => new Shape(),
        "default-but-set" => new Shape { Maybe = 0, MaybeNull = 0, Inner = new(), InnerNull = new(), Left = "", Boxed = 0 },
        "full" => new Shape
        {
            Long = 9007199254740993,
            LongAlways = -1,
            Maybe = 1,
            MaybeNull = 2,
            Inner = new() { Color = "red" },
            InnerAlways = new() { Hard = true },
            InnerNull = new() { Color = "é" },
            List = { "a", "" },
            ListAlways = { new Cover { Color = "b" }, new Cover() },
            Text = "<a href=\"x\">é ☃ 😀 & 'q' + \\ / \n\t\u0001</a>",
            TextAlways = "t",
            FlagAlways = true,
            Kind = Kind.PaperBack,
            KindAlways = (Kind)7,
            Data = ByteString.CopyFrom(0xFB, 0xFF, 0x00),
            Map = { ["k"] = 5 },
            At = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddMilliseconds(1500)),
            Free = new Struct { Fields = { ["n"] = Value.ForNumber(1), ["s"] = Value.ForString("<") } },
            Boxed = 9007199254740993,
            Right = 0,
            Number = 1.5,
            Renamed = "r",
            Unsigned = ulong.MaxValue,
            SmallNumber = 0.1f,
            Kinds = { Kind.None, Kind.PaperBack },
        },
        _ => new Shape { Number = double.NaN, SmallNumber = float.NegativeInfinity },
    });

    public override Task<FindReply> Look(BookRequest request, ServerCallContext context)
    {
        var entries = context.RequestHeaders.Where(entry => entry.Key.StartsWith("x-", StringComparison.Ordinal)).Select(e => $"{e.Key}={e.Value}").ToList();
        entries.Add($"method={context.Method}");
        entries.Add($"http={context.GetHttpContext().Request.Method}");
        entries.Add($"cancellable={context.CancellationToken == context.GetHttpContext().RequestAborted}");
        return Task.FromResult(new FindReply { Entries = { entries } });
    }
}
