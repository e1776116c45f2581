"""Reading a registry: get, list, search, which, refs, pull; against our server and against one that has the
standard API alone, byte for byte the same."""

import json
import os
import unittest

from remote_tests import register, url_of
from stub import foreign
from tool import BINARY, GOLDEN, Folder, run
from tests.support.server import Server, call

MONEY = {"type": "record", "name": "Money", "namespace": "shop", "doc": "An amount of it",
         "fields": [{"name": "amount", "type": "long"}]}
ORDER = {"type": "record", "name": "Order", "namespace": "shop",
         "fields": [{"name": "id", "type": "long"}, {"name": "total", "type": "shop.Money"}]}
MONEY_PROTO = 'syntax = "proto3";\npackage p;\nmessage Money { int64 amount = 1; }\n'
PAY_PROTO = 'syntax = "proto3";\npackage q;\nimport "common/money.proto";\nmessage Pay { p.Money total = 1; }\n'
ADDRESS = {"type": "object", "properties": {"street": {"type": "string", "description": "Where it is"}}}
PERSON = {"type": "object", "properties": {"home": {"$ref": "addr.schema.json"}}}


def reference(name, subject, version=1):
    return [{"name": name, "subject": subject, "version": version}]


def fill(server):
    register(server, "money", json.dumps(MONEY))
    register(server, "orders-value", json.dumps(ORDER), references=reference("shop.Money", "money"))
    more = {**ORDER, "fields": ORDER["fields"] + [{"name": "note", "type": "string", "default": ""}]}
    register(server, "orders-value", json.dumps(more), references=reference("shop.Money", "money"))
    register(server, "common%2Fmoney.proto", MONEY_PROTO, schemaType="PROTOBUF")
    register(server, "pay-value", PAY_PROTO, schemaType="PROTOBUF", references=reference("common/money.proto", "common/money.proto"))
    register(server, "addr", json.dumps(ADDRESS), schemaType="JSON")
    register(server, "person", json.dumps(PERSON), schemaType="JSON", references=reference("addr.schema.json", "addr"))
    register(server, "old", '"int"')
    register(server, ":.prod:orders-value", json.dumps(MONEY))
    connection = server.connect()
    call(connection, "PUT", "/config/orders-value", {"compatibility": "FULL_TRANSITIVE"})
    call(connection, "PUT", "/config/:.prod:", {"compatibility": "NONE"})
    call(connection, "PUT", "/mode/pay-value", {"mode": "READONLY"})
    call(connection, "DELETE", "/subjects/old")


def compare(case, name, text):
    path = os.path.join(GOLDEN, "remote", name)
    if os.environ.get("SCHEMATA_GOLDEN") == "write":
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    with open(path, encoding="utf-8") as file:
        case.assertEqual(text, file.read(), f"differs from {path}")


def transcript(rows, url):
    """Commands, exit status, stdout and stderr as one text."""
    out = []
    for args in rows:
        done = run(*args, "--url", url)
        if args[-2:] == ["-f", "json"] and done.stdout:
            json.loads(done.stdout)
        out.append(f"$ schemata {' '.join(args)}\n{done.stdout}" + (f"\n" if done.stdout and not done.stdout.endswith("\n") else ""))
        out.append("".join(f"! {line}\n" for line in done.stderr.splitlines()))
        out.append(f"exit {done.returncode}\n\n")
    return "".join(out).replace(url, "http://registry")


READ = [
    ["get", "sr:orders-value"],
    ["get", "sr:orders-value@1"],
    ["get", "sr:orders-value@latest", "--raw"],
    ["get", "sr:orders-value@-1", "--meta"],
    ["get", "sr:orders-value@all", "-f", "json"],
    ["get", "sr:orders-value@all"],
    ["get", "orders-value@1", "--with-references", "-f", "json"],
    ["get", "sr:common/money.proto"],
    ["get", "sr:id/6"],
    ["get", "sr:id/77"],
    ["get", "sr:id/x"],
    ["get", "sr:nobody"],
    ["get", "sr:orders-value@9"],
    ["get", "sr:old"],
    ["get", "sr:old@1", "--deleted", "-f", "json"],
    ["get", "sr:"],
    ["list"],
    ["list", "*o*", "--columns", "subject,type,version,id,versions,level,mode"],
    ["list", "--type", "protobuf", "--columns", "subject,mode", "-f", "json"],
    ["list", "--deleted-only", "--columns", "subject,type,version,versions"],
    ["list", "--deleted", "--limit", "3"],
    ["list", "nobody*"],
    ["list", ":*", "--columns", "subject,level"],
    ["list", "--columns", "subject,size"],
    ["list", "--context", ".prod", "--columns", "subject,level"],
    ["search", "money"],
    ["search", "^(street|amount)$", "--regex", "--in", "field", "-f", "json"],
    ["search", "Where it", "--in", "doc", "--case"],
    ["search", "(", "--regex"],
    ["search", "x", "--in", "heart"],
    ["which", "1"],
    ["which", "1904b637-6bcc-a205-b947-beaf45cf146c", "-f", "json"],
    ["which", "00000000-0000-0000-0000-000000000000"],
    ["which", "77"],
    ["which", "many"],
    ["refs", "money"],
    ["refs", "orders-value@2"],
    ["refs", "orders-value", "--out", "-f", "json"],
    ["refs", "money", "--in", "--depth", "1", "-f", "dot"],
    ["refs", "money", "--depth", "0"],
]


class Reading(unittest.TestCase):
    def test_transcript_of_our_server_and_of_a_foreign_one(self):
        with Server(BINARY) as server:
            fill(server)
            compare(self, "read.txt", transcript(READ, url_of(server)))
            with foreign(server) as other:
                compare(self, "read.txt", transcript(READ, other.url))
                self.assertFalse([path for _, path, _ in other.calls if path.startswith("/schemata/")])

    def test_files_of_get(self):
        with Server(BINARY) as server, Folder() as folder:
            fill(server)
            url = ["--url", url_of(server)]
            done = folder.run("get", "sr:orders-value", "--with-references", "-O", "a/b", *url)
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
            self.assertEqual(sorted(os.listdir(folder.file("a/b"))), ["money.avsc", "orders-value.avsc"])
            folder.run("get", "sr:orders-value@all", "-O", "versions", *url)
            self.assertEqual(sorted(os.listdir(folder.file("versions"))), ["orders-value@1.avsc", "orders-value@2.avsc"])
            folder.run("get", "sr:common/money.proto", "-O", "c", *url)
            self.assertEqual(os.listdir(folder.file("c")), ["common%2Fmoney.proto.proto"])
            folder.write({"file": "x"})
            done = folder.run("get", "sr:money", "-O", "file", *url)
            self.assertEqual(done.returncode, 4)
            self.assertIn("file", done.stderr)

    def test_a_pulled_tree_is_valid_and_says_its_subjects(self):
        with Server(BINARY) as server, Folder() as folder:
            fill(server)
            url = ["--url", url_of(server)]
            done = folder.run("pull", "tree", *url)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("6 schemas in tree", done.stderr)
            files = sorted(os.path.relpath(os.path.join(d, f), folder.file("tree")) for d, _, names in os.walk(folder.file("tree")) for f in names)
            self.assertEqual(files, [
                "addr.schema.json", "common/money.proto", "money.avsc", "orders-value.avsc", "pay-value.proto",
                "person.schema.json", "schemata.yaml",
            ])
            done = run("validate", "-v", cwd=folder.file("tree"))
            self.assertEqual(done.returncode, 0, done.stdout)
            for subject in ("addr", "common/money.proto", "money", "orders-value", "pay-value", "person"):
                self.assertIn(f"{subject}: checked\n", done.stdout)
            again = folder.run("pull", "tree", *url)
            self.assertEqual(again.returncode, 7)
            self.assertEqual(folder.run("pull", "tree", "--force", *url).returncode, 0)
            some = folder.run("pull", "orders-*", "some", *url)
            self.assertEqual((some.returncode, sorted(os.listdir(folder.file("some")))), (0, ["money.avsc", "orders-value.avsc", "schemata.yaml"]))
            self.assertEqual(folder.run("pull", "nobody*", "none", *url).returncode, 6)

    def test_hostile_names_stay_below_the_folder(self):
        """References and subjects of a peer that would climb out, hide or clash become plain file names."""
        accepted = 0
        with Server(BINARY) as server, Folder() as folder:
            for name in ("../up.proto", "/abs.proto", "a/../../b.proto", ".hidden.proto", "c\\d.proto", "x\ny.proto"):
                subject = name.replace("/", "%2F").replace("\n", "%0A").replace("\\", "%5C")
                subject = "%2E" + subject[1:] if subject.startswith(".") else subject
                status, answer = call(server.connect(), "POST", f"/subjects/{subject}/versions", {"schema": MONEY_PROTO, "schemaType": "PROTOBUF"})
                if status != 200:
                    continue
                accepted += 1
                user = PAY_PROTO.replace("common/money.proto", name.replace("\\", "\\\\").replace("\n", "\\n"))
                call(server.connect(), "POST", f"/subjects/user-{subject}/versions",
                     {"schema": user, "schemaType": "PROTOBUF", "references": reference(name, name)})
            done = folder.run("pull", "tree", "--url", url_of(server))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((os.listdir(folder.path), accepted > 3), (["tree"], True))
            for _, folders, files in os.walk(folder.path):
                for name in folders + files:
                    self.assertFalse(name.startswith(".") or "\n" in name or "\\" in name, name)

    def test_a_registry_that_dies_halfway(self):
        with Server(BINARY) as server, Folder() as folder:
            fill(server)
            proxy = foreign(server)
            inner = proxy.answer
            proxy.answer = lambda method, path, body: None if "pay-value/versions" in path else inner(method, path, body)
            with proxy:
                done = folder.run("pull", "tree", "--url", proxy.url, "--timeout", "3s")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertEqual(os.listdir(folder.path), [], "nothing is written unless all is there")

    def test_progress_as_json(self):
        import threading

        with Server(BINARY) as server:
            fill(server)
            proxy = foreign(server)
            inner, wait = proxy.answer, threading.Event()

            def slow(method, path, body):
                if path.startswith("/subjects/"):
                    wait.wait(0.3)
                return inner(method, path, body)

            proxy.answer = slow
            with proxy:
                done = run("search", "money", "--url", proxy.url, "--jobs", "1", "--progress", "json")
            lines = [json.loads(line) for line in done.stderr.splitlines()]
            self.assertEqual(lines[0]["progress"], "fetching schemas")
            self.assertEqual(lines[0]["total"], 6)
