"""Hundreds of changes, three formats, seven levels: `check` says what reasoning says, and what the
server says, with the same findings: its compatibility endpoint, our own check and registration."""

import json
import os
import re
import unittest
from collections import Counter

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
                for level in LEVELS:  # a subject for each: what is registered at one is not there at the next
                    status, answer = call(
                        connection, "POST", f"/subjects/{i}-{level}/versions", {"schema": row["old"], "schemaType": format_}
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
            findings.setdefault(finding["subject"], Counter())[
                finding["rule"], finding["direction"], finding.get("path", "")
            ] += 1
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
                    connection, "POST", f"/compatibility/subjects/{i}-{level}/versions/latest?verbose=true",
                    {"schema": row["new"], "schemaType": format_},
                )
                self.assertEqual(answer["is_compatible"], wanted(row, level), answer)
                found = findings.get(name, Counter())
                rules = sum((Counter({rule: n}) for (rule, _, _), n in found.items()), Counter())
                self.assertEqual(rules, rules_of_messages(answer.get("messages", []), PREFIX[format_]))
                self.check_own(format_, row, level, f"{i}-{level}", found, connection)
                self.register(format_, row, level, f"{i}-{level}", rules, connection)

    def check_own(self, format_, row, level, subject, found, connection):
        """Rule, direction and path of every finding."""
        body = {"subject": subject, "schema": row["new"], "schemaType": format_}
        status, answer = call(connection, "POST", "/schemata/v1/check", body)
        self.assertEqual((status, answer.get("isCompatible")), (200, wanted(row, level)), answer)
        there = Counter(
            (PREFIX[format_] + f["rule"].lower().replace("_", "-"), f["direction"], f["path"])
            for f in answer["findings"] if not f["isCompatible"]
        )
        self.assertEqual(found, there)

    def register(self, format_, row, level, subject, rules, connection):
        status, answer = call(
            connection, "POST", f"/subjects/{subject}/versions", {"schema": row["new"], "schemaType": format_}
        )
        self.assertEqual(status, 200 if wanted(row, level) else 409, answer)
        if status == 409:
            self.assertEqual(answer["error_code"], 40901)
            self.assertEqual(rules, rules_of_messages([answer["message"]], PREFIX[format_]))

    def test_avro(self):
        self.check("AVRO")

    def test_json(self):
        self.check("JSON")

    def test_protobuf(self):
        self.check("PROTOBUF")
