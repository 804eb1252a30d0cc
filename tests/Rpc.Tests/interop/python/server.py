"""The interop service on the official Python implementation. Prints its port when it listens; ends with its standard input.

Usage: server.py DESCRIPTOR_SET
"""
import sys
import threading
from concurrent import futures

import grpc

import interop

messages = interop.load(sys.argv[1])
Payload, SumReply, MetadataReply = messages["Payload"], messages["SumReply"], messages["MetadataReply"]
CODES = {code.value[0]: code for code in grpc.StatusCode}


def echo(request, context):
    return request


def count(request, context):
    for i in range(1, request.count + 1):
        yield Payload(number=i, data=bytes(request.size))
        if request.HasField("fail_after") and request.fail_after == i:
            context.abort(grpc.StatusCode.ABORTED, f"stopped at {i}")


def total(requests, context):
    reply = SumReply()
    for payload in requests:
        reply.messages += 1
        reply.bytes += len(payload.data)
        reply.total += payload.number
    return reply


def chat(requests, context):
    yield from requests


def fail(request, context):
    context.set_trailing_metadata((("x-why", "because"), ("x-why-bin", b"\x00\xff")))
    context.abort(CODES[request.code], request.detail)


def metadata(request, context):
    custom = [(key, value) for key, value in context.invocation_metadata() if key.startswith("x-")]
    context.send_initial_metadata(custom)
    context.set_trailing_metadata((("x-end", "bye"),))
    return MetadataReply(entries=sorted(f"{k}={v.hex().upper() if isinstance(v, bytes) else v}" for k, v in custom))


def wait_for_the_end(context):
    ended = threading.Event()
    if context.add_callback(ended.set):
        ended.wait()


def hang(request, context):
    wait_for_the_end(context)
    return request


def hang_after_one(request, context):
    yield request
    wait_for_the_end(context)


def handler(make, behaviour, request, reply):
    return make(behaviour, request_deserializer=messages[request].FromString, response_serializer=interop.serialize)


handlers = {
    "Echo": handler(grpc.unary_unary_rpc_method_handler, echo, "Payload", "Payload"),
    "Count": handler(grpc.unary_stream_rpc_method_handler, count, "CountRequest", "Payload"),
    "Sum": handler(grpc.stream_unary_rpc_method_handler, total, "Payload", "SumReply"),
    "Chat": handler(grpc.stream_stream_rpc_method_handler, chat, "Payload", "Payload"),
    "Fail": handler(grpc.unary_unary_rpc_method_handler, fail, "FailRequest", "Payload"),
    "Metadata": handler(grpc.unary_unary_rpc_method_handler, metadata, "Payload", "MetadataReply"),
    "Hang": handler(grpc.unary_unary_rpc_method_handler, hang, "Payload", "Payload"),
    "HangAfterOne": handler(grpc.unary_stream_rpc_method_handler, hang_after_one, "Payload", "Payload"),
}

server = grpc.server(futures.ThreadPoolExecutor(max_workers=64))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(interop.SERVICE, handlers),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
sys.stdin.read()
server.stop(None)
