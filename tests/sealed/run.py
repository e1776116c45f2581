#!/usr/bin/env python3
"""Sensitive metadata at rest: python3 tests/sealed/run.py BINARY

With `metadata.encoder.secret` the values of sensitive properties are in no file of the data folder, and
in every answer. So it stays through deletion, restoring, other subjects and contexts, a change of the
secret, a restart and a move; `fsck` finds nothing; what was stored before the secret was there goes on."""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import Server, call  # noqa: E402

HIDDEN = "hunter2-Zürich"
METADATA = {"properties": {"owner": HIDDEN, "team": "blue"}, "sensitive": ["owner"]}
BODY = {"schema": '"string"', "metadata": METADATA}


class Failures(list):
    def same(self, what, got, want):
        if got != want:
            self.append(f"{what}: {got!r}, expected {want!r}")

    def true(self, what, holds):
        if not holds:
            self.append(what)


def server(folder, *secrets):
    names = ("metadata.encoder.secret", "metadata.encoder.old.secret")
    words = [w for pair in zip(names, secrets) for w in ("--set", "=".join(pair))]
    settings = ["--set", "schemata.cache.bytes=0", "--set", "schema.compatibility.level=none"]
    return Server(sys.argv[1], *settings, *words, data=folder)


def on_disk(folder, text):
    """Whether some file holds the text, as it is or as JSON escapes it."""
    found = []
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            if text.encode() in file.read():
                found.append(name)
    return found


def fsck(folder):
    command = [sys.argv[1], "fsck", "--data", folder]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


def check_answers(failures, where, connection):
    """Every route that shows the metadata shows it plain."""
    for method, path, body in [
        ("GET", "/schemas/ids/1", None),
        ("GET", "/subjects/s/versions/1", None),
        ("GET", "/subjects/s/versions/latest", None),
        ("GET", f"/subjects/s/metadata?key=team&value=blue", None),
        ("POST", "/subjects/s", BODY),
        ("POST", "/subjects/s/versions", BODY),
        ("GET", "/schemas", None),
    ]:
        status, answer = call(connection, method, path, body)
        row = answer[0] if isinstance(answer, list) else answer
        failures.same(f"{where}: {method} {path}", (status, row.get("metadata")), (200, METADATA))


def life_of_a_version(failures, folder):
    with server(folder, "first") as running:
        connection = running.connect()
        status, first = call(connection, "POST", "/subjects/s/versions", BODY)
        failures.same("registered", (status, first["id"], first["metadata"]), (200, 1, METADATA))
        check_answers(failures, "at first", connection)
        failures.same("by its value", call(connection, "GET", "/subjects/s/metadata?key=owner&value=hunter2-Z%C3%BCrich")[0], 200)
        status, other = call(connection, "POST", "/subjects/t/versions", BODY)
        failures.same("the same id elsewhere", (status, other["id"], other["guid"]), (200, 1, first["guid"]))
        status, other = call(connection, "POST", "/subjects/:.c:s/versions", BODY)
        failures.same("the same guid in a context", (status, other["guid"]), (200, first["guid"]))
        failures.same("the next", call(connection, "POST", "/subjects/s/versions", {"schema": '"int"'})[1]["metadata"], METADATA)
        failures.same("deleted", call(connection, "DELETE", "/subjects/s/versions/1")[0], 200)
        failures.same("and again", call(connection, "POST", "/subjects/s/versions", BODY)[1]["id"], 1)
        failures.same("a subject deleted", call(connection, "DELETE", "/subjects/t")[1], [1])
        failures.same("and restored", call(connection, "POST", "/schemata/v1/subjects/t/restore", {})[0], 200)
        failures.same("on disk, while it runs", on_disk(folder, HIDDEN), [])
        failures.true("the other property is on disk", on_disk(folder, "blue"))
    failures.same("on disk", on_disk(folder, HIDDEN), [])
    failures.same("fsck", fsck(folder), 0)
    return first["guid"]


def another_secret(failures, folder, guid):
    with server(folder, "second", "first") as running:
        connection = running.connect()
        status, row = call(connection, "GET", "/schemas/guids/" + guid)
        failures.same("read with the old secret", (status, row["metadata"]), (200, METADATA))
        status, row = call(connection, "POST", "/subjects/u/versions", BODY)
        failures.same("the same content under the new one", (status, row["id"]), (200, 1))
        failures.same("on disk", on_disk(folder, HIDDEN), [])
    with server(folder, "second") as running:
        row = call(running.connect(), "GET", "/schemas/guids/" + guid)[1]
        failures.same("written anew, it needs the old one no more", row["metadata"], METADATA)
    with server(folder) as running:
        row = call(running.connect(), "GET", "/schemas/guids/" + guid)[1]
        failures.same("without a secret it stays shut", row["metadata"]["properties"].get("__enc__"), "true")
        failures.true("and unread", HIDDEN not in json.dumps(row, ensure_ascii=False))
    failures.same("fsck", fsck(folder), 0)


def before_the_secret(failures, folder):
    with server(folder) as running:
        call(running.connect(), "POST", "/subjects/s/versions", BODY)
    failures.true("stored as it is", on_disk(folder, HIDDEN))
    with server(folder, "first") as running:
        connection = running.connect()
        check_answers(failures, "stored before", connection)
        status, row = call(connection, "POST", "/subjects/t/versions", BODY)
        failures.same("one content keeps its form", (status, row["id"]), (200, 1))
        newer = {"schema": '"long"', "metadata": {"properties": {"owner": "secret-2"}, "sensitive": ["owner"]}}
        failures.same("a new one", call(connection, "POST", "/subjects/t/versions", newer)[0], 200)
        failures.same("is not on disk", on_disk(folder, "secret-2"), [])
        failures.same("deleted", call(connection, "DELETE", "/subjects/t")[0], 200)
    failures.same("fsck", fsck(folder), 0)


def moved(failures, folder, other):
    """A history moves as it is: whoever has the secret reads it."""
    with server(folder, "first") as running:
        connection = running.connect()
        call(connection, "POST", "/subjects/s/versions", BODY)
        call(connection, "POST", "/subjects/gone/versions", BODY)
        call(connection, "DELETE", "/subjects/gone")
        history = call(connection, "GET", "/schemata/v1/export")[1]
    failures.true("the export is encrypted", HIDDEN not in history and "__enc__" in history)
    with server(other, "first") as running:
        connection = running.connect()
        failures.same("imported", call(connection, "POST", "/schemata/v1/import", history)[0], 200)
        check_answers(failures, "moved", connection)
        failures.same("restored there", call(connection, "POST", "/schemata/v1/subjects/gone/restore", {})[0], 200)
        failures.same("on the other disk", on_disk(other, HIDDEN), [])
    failures.same("fsck there", fsck(other), 0)


def main():
    failures = Failures()
    with tempfile.TemporaryDirectory(prefix="schemata-test-") as folder:
        with tempfile.TemporaryDirectory(prefix="schemata-test-") as other:
            moved(failures, folder, other)
    with tempfile.TemporaryDirectory(prefix="schemata-test-") as folder:
        another_secret(failures, folder, life_of_a_version(failures, folder))
    with tempfile.TemporaryDirectory(prefix="schemata-test-") as folder:
        before_the_secret(failures, folder)
    for failure in failures:
        print("FAILED", failure)
    print("sealed:", "FAILED" if failures else "ok")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
