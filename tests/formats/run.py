#!/usr/bin/env python3
"""Every `format` of every schema type on every route that takes one: python3 tests/formats/run.py BINARY

The table says what each type makes of each format; whatever is not in it is the canonical text. The
routes must all give the same, and the guid never changes (confluent-rest 4.3)."""

import http.client
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import Server  # noqa: E402

FORMATS = ["", "default", "resolved", "ignore_extensions", "serialized", "RESOLVED", "nonsense"]
AVRO = '{"type":"record","name":"B","fields":[{"name":"a","type":"A"}]}'
JSON = '{"$ref":"r.json"}'
PLAIN = """syntax = "proto3";
package p;

import "q.proto";
import "google/protobuf/descriptor.proto";

message P {
  q.Q q = 1;
  map<string, P> m = 2;
}
"""
PROTO = (
    PLAIN.replace("\nmessage", '\noption (mine) = "x";\n\nmessage')
    + "\nextend google.protobuf.FileOptions {\n  string mine = 50000;\n}\n"
)
# Names are absolute: .q.Q, .p.P.MEntry, .p.P, .google.protobuf.FileOptions.
DESCRIPTOR = (
    "CgdkZWZhdWx0EgFwGgdxLnByb3RvGiBnb29nbGUvcHJvdG9idWYvZGVzY3JpcHRvci5wcm90byJWCgFQEg0KAXEYASgLMgQu"
    "cS5REhYKAW0YAiADKAsyCy5wLlAuTUVudHJ5GioKBk1FbnRyeRIJCgNrZXkYASgJEhEKBXZhbHVlGAIoCzIELnAuUDoCOAE6"
    "KgoEbWluZRIcLmdvb2dsZS5wcm90b2J1Zi5GaWxlT3B0aW9ucxjQhgMoCWIGcHJvdG8z"
)
METADATA = {"properties": {"k": "v"}}
TABLE = [
    {
        "subject": "a", "type": "AVRO", "name": "A", "text": AVRO,
        "other": '{"type":"record","name":"A","fields":[]}',
        "forms": {"resolved": AVRO.replace('"A"', '{"type":"record","name":"A","fields":[]}')},
    },
    {
        "subject": "j", "type": "JSON", "name": "r.json", "text": JSON,
        "other": '{"type":"object"}', "forms": {},
    },
    {
        "subject": "p", "type": "PROTOBUF", "name": "q.proto", "text": PROTO,
        "other": 'syntax = "proto3"; package q; message Q {}',
        "forms": {"ignore_extensions": PLAIN, "serialized": DESCRIPTOR},
    },
]  # fmt: skip


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def call(self, method, target, body=None):
        self.connection.request(
            method, target, json.dumps(body) if body else None, {"Content-Type": "application/json"}
        )
        response = self.connection.getresponse()
        return response.status, response.read().decode()


def answers(client, row, registered, form):
    """(route, status, text, guid) of all routes; guid None where the answer is the bare text."""
    subject, body = row["subject"], row["body"]
    bare = [
        f"/schemas/ids/{registered['id']}/schema",
        f"/subjects/{subject}/versions/1/schema",
        f"/subjects/{subject}/versions/latest/schema",
    ]
    whole = [
        ("GET", f"/schemas/ids/{registered['id']}", None),
        ("GET", f"/schemas/guids/{registered['guid']}", None),
        ("GET", f"/subjects/{subject}/versions/1", None),
        ("GET", f"/subjects/{subject}/metadata", None),
        ("POST", f"/subjects/{subject}", body),
        ("POST", f"/subjects/{subject}/versions", body),
    ]
    for target in bare:
        yield (target, *client.call("GET", f"{target}?format={form}"), None)
    for method, target, sent in whole:
        status, text = client.call(method, f"{target}?format={form}", sent)
        answer = json.loads(text)
        yield target, status, answer.get("schema", text), answer.get("guid", "none")


def check(client, row):
    failures = 0
    references = [{"name": row["name"], "subject": row["subject"] + "-ref", "version": 1}]
    other = {"schemaType": row["type"], "schema": row["other"]}
    row["body"] = {
        "schemaType": row["type"], "schema": row["text"], "references": references,
        "metadata": METADATA,
    }  # fmt: skip
    client.call("POST", f"/subjects/{row['subject']}-ref/versions", other)
    status, text = client.call("POST", f"/subjects/{row['subject']}/versions", row["body"])
    registered = json.loads(text)
    if status != 200 or registered["schema"] != row["text"]:
        raise SystemExit(f"{row['type']}: {status} {text}")
    for form in FORMATS:
        wanted = row["forms"].get(form, row["text"])
        for target, status, text, guid in answers(client, row, registered, form):
            if (status, text) != (200, wanted) or guid not in (None, registered["guid"]):
                print(f"FAILED {row['type']} {target}?format={form}: {status} {text}")
                failures += 1
    return failures


def check_first_registration(client, row):
    """A new version is printed from what was parsed for it, not from what was stored."""
    failures = 0
    for i, (form, wanted) in enumerate(row["forms"].items()):
        body = {**row["body"], "metadata": {"properties": {"k": str(i)}}}
        status, text = client.call("POST", f"/subjects/{row['subject']}/versions?format={form}", body)
        if status != 200 or json.loads(text)["schema"] != wanted:
            print(f"FAILED {row['type']} new version, format={form}: {status} {text}")
            failures += 1
    return failures


def main():
    with Server(sys.argv[1], "--set", "schema.compatibility.level=none") as server:
        client = Client(server.port)
        failures = sum(check(client, row) + check_first_registration(client, row) for row in TABLE)
    print("formats:", "FAILED" if failures else "ok")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
