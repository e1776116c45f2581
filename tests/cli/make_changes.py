#!/usr/bin/env python3
"""Writes tests/vectors/cli-changes.json: changes of schemas with the verdicts that reasoning gives.

Each row says what changes and whether new readers read old data (backward) and old readers new data
(forward). The tables below are the reasoning; nothing here asks the program.

make_changes.py > tests/vectors/cli-changes.json"""

import json

rows = {"AVRO": [], "JSON": [], "PROTOBUF": []}


def row(format_, name, old, new, backward, forward):
    rows[format_].append({"name": name, "old": old, "new": new, "backward": backward, "forward": forward})


# ---- Avro ----

PROMOTES = {  # writer: readers that take it
    "int": {"int", "long", "float", "double"}, "long": {"long", "float", "double"},
    "float": {"float", "double"}, "double": {"double"}, "string": {"string", "bytes"},
    "bytes": {"bytes", "string"}, "boolean": {"boolean"}, "null": {"null"},
}


def record(*fields, **more):
    return json.dumps({"type": "record", "name": "R", "fields": list(fields), **more})


def field(type_, name="a", **more):
    return {"name": name, "type": type_, **more}


PLACES = {
    "field": lambda t: record(field(t)),
    "items": lambda t: json.dumps({"type": "array", "items": t}),
    "values": lambda t: record(field({"type": "map", "values": t})),
}
for place, wrap in PLACES.items():
    for old in PROMOTES:
        for new in PROMOTES:
            row("AVRO", f"{place} {old} to {new}", wrap(old), wrap(new), new in PROMOTES[old], old in PROMOTES[new])


def enum(*symbols, **more):
    return {"type": "enum", "name": "E", "symbols": list(symbols), **more}


def fixed(size, name="F"):
    return {"type": "fixed", "name": name, "size": size}


ID = field("long", "id")
AVRO = [
    ("field with default added", record(ID), record(ID, field("int", default=0)), True, True),
    ("field without default added", record(ID), record(ID, field("int")), False, True),
    ("nullable field without default added", record(ID), record(ID, field(["null", "int"])), False, True),
    ("nullable field with default added", record(ID), record(ID, field(["null", "int"], default=None)), True, True),
    ("field without default removed", record(ID, field("int")), record(ID), True, False),
    ("field with default removed", record(ID, field("int", default=0)), record(ID), True, True),
    ("field renamed", record(field("int")), record(field("int", "b")), False, False),
    ("field renamed with alias", record(field("int")), record(field("int", "b", aliases=["a"])), True, False),
    ("fields reordered", record(ID, field("int")), record(field("int"), ID), True, True),
    ("default changed", record(field("int", default=0)), record(field("int", default=1)), True, True),
    ("doc added", record(ID), record(field("long", "id", doc="x")), True, True),
    ("field made nullable", record(field("int")), record(field(["null", "int"])), True, False),
    ("field made required", record(field(["null", "int"])), record(field("int")), False, True),
    ("branch added", record(field(["null", "int"])), record(field(["null", "int", "string"])), True, False),
    ("branch removed", record(field(["null", "int", "string"])), record(field(["null", "int"])), False, True),
    ("branches reordered", record(field(["null", "int"])), record(field(["int", "null"])), True, True),
    ("branch widened", record(field(["null", "int"])), record(field(["null", "long"])), True, False),
    ("symbol added", record(field(enum("A"))), record(field(enum("A", "B"))), True, False),
    ("symbol removed", record(field(enum("A", "B"))), record(field(enum("A"))), False, True),
    ("symbol removed, default there", record(field(enum("A", "B"))), record(field(enum("A", default="A"))), True, True),
    ("symbol added, default there", record(field(enum("A", default="A"))), record(field(enum("A", "B", default="A"))), True, True),
    ("symbols reordered", record(field(enum("A", "B"))), record(field(enum("B", "A"))), True, True),
    ("size changed", record(field(fixed(4))), record(field(fixed(8))), False, False),
    ("fixed renamed", record(field(fixed(4))), record(field(fixed(4, "G"))), False, False),
    ("fixed to bytes", record(field(fixed(4))), record(field("bytes")), False, False),
    ("array to map", record(field({"type": "array", "items": "int"})), record(field({"type": "map", "values": "int"})), False, False),
    ("int to record", record(field("int")), record(field({"type": "record", "name": "S", "fields": []})), False, False),
]
for name, old, new, backward, forward in AVRO:
    row("AVRO", name, old, new, backward, forward)

# ---- Protobuf ----

GROUPS = [
    ["int32", "int64", "uint32", "uint64", "bool"], ["sint32", "sint64"], ["string", "bytes"],
    ["fixed32", "sfixed32"], ["fixed64", "sfixed64"], ["float"], ["double"],
]
GROUP = {scalar: i for i, group in enumerate(GROUPS) for scalar in group}


def proto(body, head='syntax = "proto3";\npackage p;\n'):
    return head + body + "\n"


for old in GROUP:
    for new in GROUP:
        same = GROUP[old] == GROUP[new]
        row("PROTOBUF", f"field {old} to {new}", proto(f"message M {{ {old} a = 1; }}"), proto(f"message M {{ {new} a = 1; }}"), same, same)

A, B = "int32 a = 1;", "int32 b = 2;"
P2 = 'syntax = "proto2";\npackage p;\n'
PROTOBUF = [
    ("field added", f"message M {{ {A} }}", f"message M {{ {A} {B} }}", True, True),
    ("field removed", f"message M {{ {A} {B} }}", f"message M {{ {A} }}", True, True),
    ("field renamed", f"message M {{ {A} }}", "message M { int32 z = 1; }", True, True),
    ("number changed", f"message M {{ {A} }}", "message M { int32 a = 3; }", True, True),
    ("message added", f"message M {{ {A} }}", f"message M {{ {A} }} message N {{ }}", True, False),
    ("message removed", f"message M {{ {A} }} message N {{ }}", f"message M {{ {A} }}", False, True),
    ("value added", "message M { E e = 1; } enum E { X = 0; }", "message M { E e = 1; } enum E { X = 0; Y = 1; }", True, True),
    ("value removed", "message M { E e = 1; } enum E { X = 0; Y = 1; }", "message M { E e = 1; } enum E { X = 0; }", True, True),
    ("value renamed", "message M { E e = 1; } enum E { X = 0; }", "message M { E e = 1; } enum E { Z = 0; }", True, True),
    ("int to message", f"message M {{ {A} }} message N {{ }}", "message M { N a = 1; } message N { }", False, False),
    ("another message", "message M { N a = 1; } message N { } message O { }", "message M { O a = 1; } message N { } message O { }", False, False),
    ("string made repeated", "message M { string a = 1; }", "message M { repeated string a = 1; }", True, True),
    ("optional int made repeated", "message M { optional int32 a = 1; }", "message M { repeated int32 a = 1; }", False, False),
    ("two fields into a oneof", f"message M {{ {A} {B} }}", f"message M {{ oneof o {{ {A} {B} }} }}", False, True),
    ("one field into a new oneof", f"message M {{ {A} }}", f"message M {{ oneof o {{ {A} int32 c = 3; }} }}", True, False),
    ("member added to a oneof", f"message M {{ oneof o {{ {A} }} }}", f"message M {{ oneof o {{ {A} {B} }} }}", True, False),
    ("member removed from a oneof", f"message M {{ oneof o {{ {A} {B} }} }}", f"message M {{ oneof o {{ {A} }} }}", False, True),
]
for name, old, new, backward, forward in PROTOBUF:
    row("PROTOBUF", name, proto(old), proto(new), backward, forward)
row("PROTOBUF", "package changed", proto(f"message M {{ {A} }}"), proto(f"message M {{ {A} }}", 'syntax = "proto3";\npackage q;\n'), False, False)
row("PROTOBUF", "required field added", proto("message M { optional int32 a = 1; }", P2), proto("message M { optional int32 a = 1; required int32 b = 2; }", P2), False, False)
row("PROTOBUF", "required field removed", proto("message M { optional int32 a = 1; required int32 b = 2; }", P2), proto("message M { optional int32 a = 1; }", P2), False, False)

# ---- JSON Schema ----

TYPES = ["string", "number", "integer", "boolean", "null", "object", "array"]
SUBSCHEMAS = {
    "root": lambda s: s,
    "property": lambda s: {"type": "object", "properties": {"a": s}},
    "items": lambda s: {"type": "array", "items": s},
}


def reads(reader, writer):
    return reader == writer or (reader, writer) == ("number", "integer")


for place, wrap in SUBSCHEMAS.items():
    for old in TYPES:
        for new in TYPES:
            row("JSON", f"{place} {old} to {new}", json.dumps(wrap({"type": old})), json.dumps(wrap({"type": new})), reads(new, old), reads(old, new))

# keyword: type, and whether a larger value accepts more
BOUNDS = {
    "maxLength": ("string", True), "minLength": ("string", False), "maximum": ("number", True),
    "minimum": ("number", False), "exclusiveMaximum": ("number", True), "exclusiveMinimum": ("number", False),
    "maxProperties": ("object", True), "minProperties": ("object", False), "maxItems": ("array", True),
    "minItems": ("array", False),
}
for place, wrap in SUBSCHEMAS.items():
    for keyword, (type_, larger_is_wider) in BOUNDS.items():
        free, low, high = {"type": type_}, {"type": type_, keyword: 3}, {"type": type_, keyword: 9}
        narrow, wide = (low, high) if larger_is_wider else (high, low)
        changes = [("added", free, narrow, False, True), ("removed", narrow, free, True, False),
                   ("loosened", narrow, wide, True, False), ("tightened", wide, narrow, False, True)]
        for name, old, new, backward, forward in changes:
            row("JSON", f"{place} {keyword} {name}", json.dumps(wrap(old)), json.dumps(wrap(new)), backward, forward)


def obj(properties, **more):
    return {"type": "object", "properties": {p: {"type": "string"} for p in properties}, **more}


CLOSED = {"additionalProperties": False}
JSON = [
    ("closed: optional property added", obj("a", **CLOSED), obj("ab", **CLOSED), True, False),
    ("closed: optional property removed", obj("ab", **CLOSED), obj("a", **CLOSED), False, True),
    ("closed: required property added", obj("a", **CLOSED), obj("ab", required=["b"], **CLOSED), False, False),
    ("open: optional property added", obj("a"), obj("ab"), False, True),
    ("open: optional property removed", obj("ab"), obj("a"), True, False),
    ("property made required", obj("a"), obj("a", required=["a"]), False, True),
    ("property made optional", obj("a", required=["a"]), obj("a"), True, False),
    ("opened", obj("a", **CLOSED), obj("a"), True, False),
    ("closed", obj("a"), obj("a", **CLOSED), False, True),
    ("enum extended", {"enum": ["x"]}, {"enum": ["x", "y"]}, True, False),
    ("enum narrowed", {"enum": ["x", "y"]}, {"enum": ["x"]}, False, True),
    ("enum replaced", {"enum": ["x"]}, {"enum": ["y"]}, False, False),
    ("pattern changed", {"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^b"}, False, False),
    ("title changed", {"title": "a", "type": "string"}, {"title": "b", "type": "string"}, True, True),
    ("null allowed", {"type": "string"}, {"type": ["string", "null"]}, True, False),
    ("null forbidden", {"type": ["string", "null"]}, {"type": "string"}, False, True),
    ("oneOf extended", {"oneOf": [{"type": "string"}]}, {"oneOf": [{"type": "string"}, {"type": "number"}]}, True, False),
    ("uniqueItems added", {"type": "array"}, {"type": "array", "uniqueItems": True}, False, True),
]
for name, old, new, backward, forward in JSON:
    row("JSON", name, json.dumps(old), json.dumps(new), backward, forward)

print("{")
for i, (format_, list_) in enumerate(rows.items()):
    print(f' "{format_}": [')
    print(",\n".join("  " + json.dumps(r) for r in list_))
    print(" ]" + ("," if i < 2 else ""))
print("}")
