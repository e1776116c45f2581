"""The records that travel through the matrix, and what a reader has to see of them.

One base list; each format has its own form of a record in the workers' JSON:
  avro      bytes as base64, timestamp-millis as milliseconds
  json      without the fields JSON has no type for
  protobuf  the proto3 JSON form: 64-bit numbers as text, RFC 3339 times, no nulls
"""

import datetime

MAX_SAFE = 2 ** 53 - 2  # the largest long that JavaScript's Avro library takes
MAX_LONG = 2 ** 63 - 1

V1 = [
    {"id": "plain", "quantity": 3, "total": 1250, "price": 12.5, "paid": True, "status": "NEW",
     "tags": ["a", "b"], "labels": {"k": "v"}, "note": "leave at the door", "payload": "AAEC/w==",
     "created": 1700000000123, "buyer": {"name": "Ada", "city": "London"}},
    {"id": "empty", "quantity": 0, "total": 0, "price": 0.0, "paid": False, "status": "NEW",
     "tags": [], "labels": {}, "note": None, "payload": "", "created": 0,
     "buyer": {"name": "", "city": None}},
    {"id": "edges", "quantity": -2 ** 31, "total": MAX_SAFE, "price": -1.7976931348623157e308,
     "paid": True, "status": "RETURNED", "tags": [""], "labels": {"": ""}, "note": "",
     "payload": "/w==", "created": 253402300799999, "buyer": {"name": "n", "city": ""}},
    {"id": "ünï çødé 名前 🦊", "quantity": 2 ** 31 - 1, "total": 1, "price": 5e-324, "paid": False,
     "status": "SENT", "tags": ["ß", "\u0000\u001f\"\\/"], "labels": {"ключ": "значение"},
     "note": "\n\t", "payload": "3q2+7w==", "created": 1000,
     "buyer": {"name": "Σ", "city": "Ελλάδα"}},
]
V2 = [
    {**V1[0], "id": "plain-2", "currency": "CHF"},
    {**V1[1], "id": "empty-2", "currency": ""},
    {**V1[3], "id": "unicode-2", "currency": "₿"},
]
DEFAULT_CURRENCY = "EUR"
SAMPLE = [
    {"id": "s1", "count": 3, "ratio": 0.5, "on": True},
    {"id": "s2", "count": 70000, "ratio": -2.25, "on": False},
]


def timestamp(ms):
    time = datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + \
        datetime.timedelta(milliseconds=ms)
    fraction = f".{ms % 1000:03d}" if ms % 1000 else ""
    return f"{time:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def to_protobuf(record):
    out = {k: v for k, v in record.items() if v is not None}
    out["total"] = str(MAX_LONG if record["total"] == MAX_SAFE else record["total"])
    out["created"] = timestamp(record["created"])
    out["buyer"] = {"name": record["buyer"]["name"], "city": record["buyer"]["city"] or ""}
    return out


def to_json(record):
    return {k: v for k, v in record.items() if k not in ("payload", "created")}


FORM = {"avro": lambda record: record, "json": to_json, "protobuf": to_protobuf}


def written(fmt, variant):
    """What a producer of v1, v2 or bad is given; refs is v1 in two schemas."""
    if variant in ("v1", "refs"):
        return [FORM[fmt](r) for r in V1]
    rows = [FORM[fmt](r) for r in V2]
    if variant == "bad":
        extra = {"avro": {"discount": 0.1}}.get(fmt, {"quantity": "three"})
        rows = [{**r, **extra} for r in rows]
    return rows


def seen(fmt, variant, how):
    """What a reader of v1 or v2 sees of all V1, then all V2 records, then again the first of V1.

    how   "reader": it has the schema and applies it; "writer": it sees what was written.
    """
    v1, v2 = written(fmt, "v1"), written(fmt, "v2")
    if how == "reader" and variant == "v1":
        v2 = [{k: v for k, v in r.items() if k != "currency"} for r in v2]
    elif how == "reader":
        missing = {"avro": DEFAULT_CURRENCY, "protobuf": ""}[fmt]
        v1 = [{**r, "currency": missing} for r in v1]
    return v1 + v2 + v1[:1]


def difference(got, wanted, path=""):
    """The first difference of two JSON values as text, or None. 1 and 1.0 are equal, 1 and true not."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        if got.keys() != wanted.keys():
            return f"{path}: fields {sorted(got)}, expected {sorted(wanted)}"
        pairs = [(got[k], wanted[k], f"{path}.{k}") for k in wanted]
    elif isinstance(wanted, list) and isinstance(got, list):
        if len(got) != len(wanted):
            return f"{path}: {len(got)} items, expected {len(wanted)}"
        pairs = [(g, w, f"{path}[{i}]") for i, (g, w) in enumerate(zip(got, wanted))]
    else:
        same = isinstance(got, bool) == isinstance(wanted, bool) and got == wanted
        return None if same else f"{path}: {got!r}, expected {wanted!r}"
    return next((d for p in pairs if (d := difference(*p)) is not None), None)
