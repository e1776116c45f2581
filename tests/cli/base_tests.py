"""sr: wherever a schema is named: check against a registry, diff, lint, validate, decode, encode."""

import json
import os
import re
import unittest

from read_tests import MONEY, ORDER, compare, fill, reference
from remote_tests import register, url_of
from stub import Stub, foreign, refusal
from tool import BINARY, Folder
from tests.support.server import Server, call

REGION = {"name": "region", "type": "string"}
NEW_ORDER = json.dumps({**ORDER, "fields": ORDER["fields"] + [REGION]}, indent=2) + "\n"


def steady(text, url):
    return re.sub(r"\(\d+ ms\)", "(0 ms)", re.sub(r'"ms":\d+', '"ms":0', text)).replace(url, "http://registry")


class RegistryBase(unittest.TestCase):
    def both(self, work, files):
        """Runs work(folder, url) with our server and with a foreign one."""
        with Server(BINARY) as server:
            fill(server)
            with foreign(server) as other, Folder(files) as folder:
                for url in (url_of(server), other.url):
                    with self.subTest(url=url):
                        work(folder, url, server)

    def test_check_against_all(self):
        def work(folder, url, _):
            for format_ in ("human", "json", "sarif", "concise"):
                done = folder.run("check", "--against", "sr:", "--url", url, "-f", format_)
                self.assertEqual(done.returncode, 1, done.stderr)
                compare(self, f"check.{format_}", steady(done.stdout, url))

        self.both(work, {"schemas/orders-value.avsc": NEW_ORDER, "schemas/money.avsc": json.dumps(MONEY), "schemas/fresh.avsc": '"int"'})

    def test_the_level_is_the_registrys_and_a_flag_wins(self):
        def work(folder, url, _):
            status, report = folder.report("check", "--against", "sr:", "--url", url)
            levels = {s["subject"]: (s["level"], s["levelFrom"]) for s in report["subjects"]}
            self.assertEqual(levels["orders-value"], ("FULL_TRANSITIVE", "set on subject orders-value"))
            self.assertEqual(levels["money"], ("BACKWARD", "the registry's global level"))
            self.assertEqual(status, 0)
            status, report = folder.report("check", "--against", "sr:", "--url", url, "-l", "NONE")
            self.assertEqual({s["level"] for s in report["subjects"]}, {"NONE"})
            status, report = folder.report("check", "--against", "sr:", "--context", ".prod", "--url", url)
            self.assertEqual({s["levelFrom"] for s in report["subjects"]}, {"set on context .prod"})

        note = {"name": "note", "type": "string", "default": ""}
        self.both(work, {"orders-value.avsc": {**ORDER, "fields": ORDER["fields"] + [note]}, "money.avsc": MONEY})

    def test_groups_and_policies_of_the_registry(self):
        """What the registry would compare is compared, as it would compare it."""

        def work(folder, url, server):
            connection = server.connect()
            call(connection, "PUT", "/config/grouped", {"compatibility": "BACKWARD", "compatibilityGroup": "major"})
            call(connection, "PUT", "/config/lenient", {"compatibility": "BACKWARD", "compatibilityPolicy": "LENIENT"})
            meta = lambda major: {"metadata": {"properties": {"major": major}}}
            register(server, "grouped", '"int"', **meta("1"))
            register(server, "grouped", '"string"', **meta("2"))
            register(server, "lenient", json.dumps({"type": "object", "additionalProperties": False}), schemaType="JSON")
            register(server, "strict", json.dumps({"type": "object"}), schemaType="JSON")
            for major, status in (("1", 0), ("2", 1), ("3", 0)):
                folder.write({"schemata.yaml": f"version: 1\nsubjects:\n  grouped: {{ metadata: {{ major: '{major}' }} }}\n"})
                done = folder.run("check", "grouped.avsc", "--against", "sr:", "--url", url)
                self.assertEqual(done.returncode, status, (major, done.stdout, done.stderr))
                flag = folder.run("register", "grouped.avsc", "--metadata", f"major={major}", "--dry-run", "--url", url)
                self.assertEqual(flag.returncode, status, (major, flag.stdout, flag.stderr))
            os.unlink(folder.file("schemata.yaml"))
            closed = json.dumps({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": True})
            for name in ("lenient", "strict"):
                folder.write({f"{name}.schema.json": closed})
                done = folder.run("check", f"{name}.schema.json", "--against", "sr:", "--url", url)
                answer = call(connection, "POST", f"/compatibility/subjects/{name}/versions", {"schema": closed, "schemaType": "JSON"})[1]
                self.assertEqual(done.returncode == 0, answer["is_compatible"], (name, done.stdout))
            for subject in ("grouped", "lenient", "strict"):
                call(connection, "DELETE", f"/config/{subject}")
                call(connection, "DELETE", f"/subjects/{subject}")
                call(connection, "DELETE", f"/subjects/{subject}?permanent=true")

        self.both(work, {"grouped.avsc": '"long"'})

    def test_transitive_levels_look_at_every_version(self):
        """Version 1 has no note without default; version 2 has one with."""

        def work(folder, url, _):
            status, report = folder.report("check", "--against", "sr:", "--url", url)
            self.assertEqual((status, report["findings"][0]["related"][0]["version"]), (1, 1))
            done = folder.run("check", "--against", "sr:", "--url", url, "--history", "1")
            self.assertEqual(done.returncode, 0, done.stdout)
            for ref, status in (("sr:orders-value", 1), ("sr:orders-value@2", 0), ("sr:orders-value@all", 1), ("sr:orders-value@latest", 0)):
                done = folder.run("check", "orders-value.avsc", "--against", ref, "--url", url)
                self.assertEqual(done.returncode, status, (ref, done.stdout, done.stderr))

        self.both(work, {
            "orders-value.avsc": {**ORDER, "fields": ORDER["fields"] + [{"name": "note", "type": "string"}]}, "money.avsc": MONEY})

    def test_what_the_registry_has_and_the_tree_not(self):
        def work(folder, url, _):
            done = folder.run("check", "--against", "sr:", "--url", url, "--fail-on", "warning")
            self.assertEqual(done.returncode, 0, "another team's subjects are no deletions")
            done = folder.run("check", "--against", "sr:", "--url", url, "--deleted", "error", "-f", "concise")
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stdout.count("schema/subject-deleted"), 5)

        self.both(work, {"money.avsc": MONEY})

    def test_names_no_file_defines_are_found_in_the_registry(self):
        def work(folder, url, _):
            self.assertEqual(folder.run("check", "--against", "sr:", "--url", url).returncode, 0)
            done = folder.run("validate", "orders-value.avsc")
            self.assertEqual(done.returncode, 1)
            self.assertIn('"shop.Money" is defined in no file of the tree', done.stdout)

        self.both(work, {"orders-value.avsc": ORDER, "pay-value.proto": 'syntax = "proto3";\npackage q;\nimport "common/money.proto";\nmessage Pay { p.Money total = 1; }\n'})

    def test_single_bases(self):
        def work(folder, url, _):
            for ref, status in (("sr:money", 0), ("sr:money@1", 0), ("sr:id/1", 0), ("sr:guid/1904b637-6bcc-a205-b947-beaf45cf146c", 0),
                                ("sr:nobody", 6), ("sr:money@7", 6), ("sr:id/99", 6), ("sr:orders-value", 1)):
                done = folder.run("check", "new.avsc", "--against", ref, "--url", url)
                self.assertEqual(done.returncode, status, (ref, done.stdout, done.stderr))
            done = folder.run("check", "new.avsc", "--against", "sr:money", "--url", url, "-v")
            self.assertIn("sr:money@1", done.stdout)

        self.both(work, {"new.avsc": MONEY})

    def test_a_silent_or_denying_registry(self):
        with Folder({"money.avsc": MONEY}) as folder:
            with Stub(lambda *_: None) as stub:
                done = folder.run("check", "--against", "sr:", "--url", stub.url, "--timeout", "500ms")
                self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
            with Stub(lambda *_: refusal(401, 40101, "who are you")) as stub:
                self.assertEqual(folder.run("check", "--against", "sr:", "--url", stub.url).returncode, 5)

    def test_project_names_the_registry(self):
        def work(folder, url, _):
            folder.write({"schemata.yaml": f"version: 1\nregistry:\n  url: {url}\ncheck:\n  against: ['sr:']\n"})
            done = folder.run("check", "-v")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("sr:money@1", done.stdout)

        self.both(work, {"money.avsc": MONEY})

    def test_other_commands(self):
        def work(folder, url, server):
            rows = [
                (["diff", "sr:orders-value@1", "sr:orders-value@2"], 0, "the field note"),
                (["diff", "sr:orders-value@1", "sr:orders-value@1", "--exit-code"], 0, ""),
                (["diff", "sr:money", "money.avsc", "--exit-code"], 0, ""),
                (["validate", "sr:"], 0, "no findings in 6 schemas"),
                (["validate", "sr:*money*", "-v"], 0, "common/money.proto: checked"),
                (["lint", "sr:orders-value", "--use", "strict", "-f", "concise"], 0, "sr:orders-value@2"),
                (["fingerprint", "sr:money"], 0, "sha"),
                (["validate", "sr:nobody"], 6, ""),
                (["diff", "sr:money", "sr:id/99"], 6, ""),
            ]
            for args, status, text in rows:
                done = folder.run(*args, "--url", url)
                self.assertEqual(done.returncode, status, (args, done.stdout, done.stderr))
                self.assertIn(text, done.stdout.lower())

        self.both(work, {"money.avsc": MONEY})


class RegistryMessages(unittest.TestCase):
    def test_round_trip(self):
        with Server(BINARY) as server, Folder() as folder:
            fill(server)
            url = ["--url", url_of(server)]
            rows = [
                ("orders-value", '{"id":7,"total":{"amount":3},"note":"x"}', 3, 2),
                ("pay-value", '{"total":{"amount":"3"}}', 5, 1),
                ("person", '{"home":{"street":"x"}}', 7, 1),
            ]
            for subject, value, id_, version in rows:
                with self.subTest(subject):
                    sent = folder.run("encode", "--subject", subject, *url, input=value + "\n")
                    self.assertEqual(sent.returncode, 0, sent.stderr)
                    self.assertEqual(sent.stdout[:10], f"00{id_:08x}")
                    back = folder.run("decode", *url, input=sent.stdout)
                    self.assertEqual(back.returncode, 0, back.stderr)
                    wanted = {"id": id_, "subject": subject, "version": version, "value": json.loads(value)}
                    self.assertEqual(json.loads(back.stdout), wanted)
            topic = folder.run("encode", "--topic", "orders", *url, input=rows[0][1])
            self.assertEqual(topic.stdout[:10], "0000000003")
            self.assertEqual(folder.run("encode", "--topic", "orders", "--key", *url, input="1").returncode, 6)
            self.assertEqual(folder.run("encode", "--topic", "orders", "--schema", "sr:money", *url, input="1").returncode, 2)
            guid = call(server.connect(), "GET", "/subjects/money/versions/1")[1]["guid"].replace("-", "")
            by_guid = folder.run("decode", *url, input="01" + guid + "06\n")
            self.assertEqual(json.loads(by_guid.stdout)["value"], {"amount": 3}, by_guid.stderr)

    def test_ids_are_asked_for_once_and_unknown_ones_are_named(self):
        with Server(BINARY) as server, Folder() as folder:
            fill(server)
            with foreign(server) as other:
                done = folder.run("decode", "--url", other.url, input="000000000106\n" * 50 + "000000006306\n" * 50)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(len(done.stdout.splitlines()), 50)
            self.assertIn("message 51: no schema with id 99", done.stderr)
            self.assertEqual(len(other.calls), 2, other.calls)

    def test_a_registry_that_falls_silent(self):
        with Server(BINARY) as server, Folder() as folder:
            fill(server)
            proxy = foreign(server)
            inner = proxy.answer
            proxy.answer = lambda method, path, body: None if "/ids/3" in path else inner(method, path, body)
            with proxy:
                done = folder.run("decode", "--url", proxy.url, "--timeout", "3s", input="000000000106\n" + "000000000306\n" * 9)
            self.assertEqual((done.returncode, len(done.stdout.splitlines())), (3, 1), done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 2, done.stderr)

    def test_stats(self):
        with Server(BINARY) as server, Folder() as folder:
            fill(server)
            done = folder.run("decode", "--url", url_of(server), "--stats", input="000000000106\n" * 3)
            self.assertEqual(done.stdout, "       3  id 1  money version 1\n")

    def test_without_schemas_and_registry(self):
        with Folder() as folder:
            done = folder.run("decode", input="0000000001\n")
            self.assertEqual(done.returncode, 2)
            self.assertIn("no registry is named", done.stderr)
