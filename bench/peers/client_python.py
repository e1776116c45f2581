"""PyPI confluent-kafka's serializers on the record of bench/client_avro.c, its schemas registered already.

    client_python.py REGISTRY DATA DESCRIPTORS      prints "name nanoseconds" per line, the best of many rounds
"""

import json
import pathlib
import sys
import time

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

ROUNDS, BATCH = 60, 20


def best(call):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter_ns()
        for _ in range(BATCH):
            call()
        times.append((time.perf_counter_ns() - start) / BATCH)
    return min(times)


def order_class(descriptors):
    files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(descriptors).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("Order"))


def main():
    url, data = sys.argv[1], pathlib.Path(sys.argv[2])
    record = json.loads((data / "order.json").read_text())
    # One client each: a reader of Protobuf stumbles over the text that a writer left in a shared cache.
    client, reader = SchemaRegistryClient({"url": url}), SchemaRegistryClient({"url": url})
    cls = order_class(sys.argv[3])
    message = json_format.ParseDict(record, cls())
    pairs = {
        "avro": (AvroSerializer(client, Schema((data / "order.avsc").read_text(), "AVRO")),
                 AvroDeserializer(reader), record),
        "json": (JSONSerializer(Schema((data / "order.schema.json").read_text(), "JSON"), client),
                 JSONDeserializer(None, schema_registry_client=reader), record),
        "proto": (ProtobufSerializer(cls, client, {}), ProtobufDeserializer(cls, {}, reader), message),
    }
    for name, (write, read, value) in pairs.items():
        ctx = SerializationContext(f"python-{name}", MessageField.VALUE, [])
        frame = write(value, ctx)
        read(frame, ctx)
        print(f"{name}-write {best(lambda: write(value, ctx)):.1f}")
        print(f"{name}-read {best(lambda: read(frame, ctx)):.1f}")


if __name__ == "__main__":
    main()
