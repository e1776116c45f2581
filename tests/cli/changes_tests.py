"""Hundreds of changes, three formats, seven levels: `check` says what reasoning says, and what the
server's compatibility endpoint says, with the same findings."""

import json
import os
import re
import unittest
from collections import Counter
from urllib.parse import quote

from tool import BINARY, VECTORS, Folder
from tests.support.server import Server, call

LEVELS = [
    "NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE",
]
EXTENSION = {"AVRO": "avsc", "JSON": "schema.json", "PROTOBUF": "proto"}
PREFIX = {"AVRO": "avro/", "JSON": "json/", "PROTOBUF": "proto/"}

with open(os.path.join(VECTORS, "cli-changes.json"), encoding="utf-8") as vectors:
    CHANGES = json.load(vectors)


def wanted(row, level):
    ok = True
    if level.startswith(("BACKWARD", "FULL")):
        ok = ok and row["backward"]
    if level.startswith(("FORWARD", "FULL")):
        ok = ok and row["forward"]
    return ok


def rules_of_messages(messages, prefix):
    words = re.findall(r"""errorType:['"]([A-Z_]+)['"]""", "\n".join(messages))
    return Counter(prefix + word.lower().replace("_", "-") for word in words)


class Changes(unittest.TestCase):
    def check(self, format_):
        rows = CHANGES[format_]
        self.assertGreaterEqual(len(rows), 200)
        files = {}
        for i, row in enumerate(rows):
            files[f"old/{i}-s.{EXTENSION[format_]}"] = row["old"]
            files[f"new/{i}-s.{EXTENSION[format_]}"] = row["new"]
        with Folder(files) as folder, Server(BINARY) as server:
            connection = server.connect()
            call(connection, "PUT", "/config", {"compatibility": "NONE"})
            for i, row in enumerate(rows):
                status, answer = call(
                    connection, "POST", f"/subjects/{i}-s/versions", {"schema": row["old"], "schemaType": format_}
                )
                self.assertEqual(status, 200, (row, answer))
            for level in LEVELS:
                self.check_level(format_, rows, level, folder, connection)

    def check_level(self, format_, rows, level, folder, connection):
        status, report = folder.report("check", "new", "--against", "old", "-l", level)
        self.assertEqual(status, 0 if all(wanted(row, level) for row in rows) else 1)
        subjects = {s["subject"]: s for s in report["subjects"]}
        findings = {}
        for finding in report["findings"]:
            findings.setdefault(finding["subject"], Counter())[finding["rule"]] += 1
        call(connection, "PUT", "/config", {"compatibility": level})
        for i, row in enumerate(rows):
            name = f"{i}-s"
            with self.subTest(format=format_, level=level, row=row["name"]):
                mine = subjects[name]
                self.assertEqual(mine["against"][0]["compatible"], wanted(row, level))
                self.assertEqual(
                    mine["verdict"],
                    {"backward": row["backward"], "forward": row["forward"], "full": row["backward"] and row["forward"]},
                )
                _, answer = call(
                    connection, "POST", f"/compatibility/subjects/{quote(name)}/versions/latest?verbose=true",
                    {"schema": row["new"], "schemaType": format_},
                )
                self.assertEqual(answer["is_compatible"], wanted(row, level), answer)
                self.assertEqual(
                    findings.get(name, Counter()), rules_of_messages(answer.get("messages", []), PREFIX[format_])
                )

    def test_avro(self):
        self.check("AVRO")

    def test_json(self):
        self.check("JSON")

    def test_protobuf(self):
        self.check("PROTOBUF")
