"""Calls the interop service with the official Python implementation; prints "ok NAME" or "not ok NAME: why", one a line.

Usage: client.py DESCRIPTOR_SET HOST:PORT
"""
import os
import queue
import sys

import grpc

import interop

messages = interop.load(sys.argv[1])
Payload, CountRequest, FailRequest = messages["Payload"], messages["CountRequest"], messages["FailRequest"]
CODES = {code.value[0]: code for code in grpc.StatusCode}
plain = grpc.insecure_channel(sys.argv[2])
gzip = grpc.insecure_channel(sys.argv[2], compression=grpc.Compression.Gzip)


def unary(channel, method, reply="Payload"):
    return channel.unary_unary(interop.path(method), interop.serialize, messages[reply].FromString)


def server_stream(method):
    return plain.unary_stream(interop.path(method), interop.serialize, Payload.FromString)


def upload(channel):
    return channel.stream_unary(interop.path("Sum"), interop.serialize, messages["SumReply"].FromString)


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


def same(actual, expected):
    assert actual == expected, f"{str(actual)[:200]} is not {str(expected)[:200]}"


def check_unary():
    sent = Payload(text="héllo ☃", data=os.urandom(200_000), number=9007199254740993)
    same(unary(plain, "Echo")(sent), sent)


def check_unary_empty_message():
    same(unary(plain, "Echo")(Payload()), Payload())


def check_unary_100_in_parallel():
    calls = [unary(plain, "Echo").future(Payload(number=i)) for i in range(100)]
    same([call.result().number for call in calls], list(range(100)))


def check_gzip_unary():
    sent = Payload(text="x" * 3_000_000)
    same(unary(gzip, "Echo")(sent), sent)


def check_gzip_client_streaming():
    reply = upload(gzip)(Payload(data=bytes(10_000), number=i) for i in range(20))
    same((reply.messages, reply.bytes, reply.total), (20, 200_000, 190))


def check_server_streaming():
    same([p.number for p in server_stream("Count")(CountRequest(count=500, size=1000))], list(range(1, 501)))


def check_server_streaming_of_nothing():
    same(list(server_stream("Count")(CountRequest())), [])


def check_server_streaming_that_fails():
    seen = []
    error = failure(lambda: seen.extend(p for p in server_stream("Count")(CountRequest(count=10, size=10, fail_after=3))))
    same((error.code(), error.details()), (grpc.StatusCode.ABORTED, "stopped at 3"))
    # `extend` keeps what came before the error.
    same(len(seen), 3)


def check_client_streaming():
    reply = upload(plain)(Payload(data=bytes(100), number=i) for i in range(1, 301))
    same((reply.messages, reply.bytes, reply.total), (300, 30_000, 45_150))


def check_bidi_ping_pong():
    outgoing = queue.Queue()
    replies = plain.stream_stream(interop.path("Chat"), interop.serialize, Payload.FromString)(iter(outgoing.get, None))
    for i in range(50):
        outgoing.put(Payload(number=i))
        same(next(replies).number, i)
    outgoing.put(None)
    same(list(replies), [])


def check_every_status_code():
    for code in range(1, 17):
        error = failure(lambda: unary(plain, "Fail")(FailRequest(code=code, detail=f"d{code}")))
        same((error.code(), error.details()), (CODES[code], f"d{code}"))


def check_status_detail_in_utf8():
    same(failure(lambda: unary(plain, "Fail")(FailRequest(code=5, detail="né 100% ☃\n/"))).details(), "né 100% ☃\n/")


def check_trailers_of_an_error():
    trailers = dict(failure(lambda: unary(plain, "Fail")(FailRequest(code=9))).trailing_metadata())
    same((trailers["x-why"], trailers["x-why-bin"]), ("because", b"\x00\xff"))


def check_metadata_both_ways():
    reply, call = unary(plain, "Metadata", "MetadataReply").with_call(
        Payload(), metadata=(("x-text", "a b"), ("x-data-bin", b"\x01\x02\xfe")))
    same(list(reply.entries), ["x-data-bin=0102FE", "x-text=a b"])
    headers = dict(call.initial_metadata())
    same((headers["x-text"], headers["x-data-bin"]), ("a b", b"\x01\x02\xfe"))
    same(dict(call.trailing_metadata())["x-end"], "bye")


def check_repeated_metadata():
    reply = unary(plain, "Metadata", "MetadataReply")(
        Payload(), metadata=(("x-a", "1"), ("x-a", "2"), ("x-b-bin", b"\x01"), ("x-b-bin", b"\x02")))
    same(list(reply.entries), ["x-a=1", "x-a=2", "x-b-bin=01", "x-b-bin=02"])


def check_deadline_of_a_unary_call():
    same(failure(lambda: unary(plain, "Hang")(Payload(text="python-deadline"), timeout=0.2)).code(), grpc.StatusCode.DEADLINE_EXCEEDED)


def check_deadline_of_a_stream():
    call = server_stream("HangAfterOne")(Payload(text="python-deadline-stream"), timeout=2)
    same(next(call).text, "python-deadline-stream")
    same(failure(lambda: next(call)).code(), grpc.StatusCode.DEADLINE_EXCEEDED)


def check_cancelling_a_stream():
    call = server_stream("HangAfterOne")(Payload(text="python-cancel"))
    next(call)
    call.cancel()
    same(failure(lambda: next(call)).code(), grpc.StatusCode.CANCELLED)


def check_unknown_method():
    same(failure(lambda: unary(plain, "Nothing")(Payload())).code(), grpc.StatusCode.UNIMPLEMENTED)


def check_message_over_the_limit():
    same(failure(lambda: unary(plain, "Echo")(Payload(data=bytes(5_000_000)))).code(), grpc.StatusCode.RESOURCE_EXHAUSTED)


for name, check in list(globals().items()):
    if name.startswith("check_"):
        name = name.removeprefix("check_")
        try:
            check()
            print(f"ok {name}", flush=True)
        except Exception as error:  # every check is reported
            print(f"not ok {name}: {error!r}".replace("\n", " "), flush=True)
