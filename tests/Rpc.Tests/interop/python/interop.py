"""The messages of interop.proto, built from a FileDescriptorSet: generated code may be newer than Debian's python3-protobuf."""
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICE = "rpc.interop.Interop"


def load(path):
    """Message classes by their short names."""
    with open(path, "rb") as file:
        files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return {
        message.name: factory.GetPrototype(pool.FindMessageTypeByName(f"rpc.interop.{message.name}"))
        for message in files.file[-1].message_type
    }


def path(method):
    return f"/{SERVICE}/{method}"


def serialize(message):
    return message.SerializeToString()
