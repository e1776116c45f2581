"""Changing a registry: register, plan, apply, config, mode, delete, restore; against our server and against one
that has the standard API alone."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import threading
import time
import unittest

from read_tests import ADDRESS, MONEY, MONEY_PROTO, ORDER, PAY_PROTO, PERSON, compare, fill, reference
from remote_tests import register, url_of
from stub import Stub, foreign, refusal
from tool import BINARY, Folder, environment, run
from tests.support.server import Server, call

CURRENCY = {"name": "currency", "type": "string", "default": "EUR"}
TREE = {
    "money.avsc": MONEY, "orders-value.avsc": ORDER, "proto/common/money.proto": MONEY_PROTO, "proto/pay-value.proto": PAY_PROTO,
    "addr.schema.json": ADDRESS, "person.schema.json": PERSON,
    "schemata.yaml": "version: 1\nsources:\n  - files: ['*.avsc', '*.schema.json']\n  - files: ['proto/common/*.proto']\n    include: [proto]\n"
                     "    subject: 'common/{stem}.proto'\n  - files: ['proto/*.proto']\n    include: [proto]\n"
                     "subjects:\n  orders-value: { level: FULL }\n  addr: { mode: READONLY, metadata: { owner: people } }\n",
}


def steps(folder, url, rows):
    """Commands in a folder as one text; a row may be a function that changes something first."""
    out = []
    for args in rows:
        if callable(args):
            args()
            continue
        done = folder.run(*args, "--url", url)
        if args[-2:] == ["-f", "json"] and done.stdout:
            json.loads(done.stdout)
        out.append(f"$ schemata {' '.join(args)}\n{done.stdout}" + "".join(f"! {line}\n" for line in done.stderr.splitlines()))
        out.append(f"exit {done.returncode}\n\n")
    return re.sub(r"\(\d+ ms\)", "(0 ms)", "".join(out)).replace(url, "http://registry")


class Both(unittest.TestCase):
    def both(self, name, files, rows, prepare=None):
        """The same transcript from our server and from a foreign one."""
        for kind in ("ours", "foreign"):
            with self.subTest(kind), Server(BINARY) as server, Folder(files) as folder, foreign(server) as other:
                if prepare:
                    prepare(server)
                url = url_of(server) if kind == "ours" else other.url
                compare(self, name, steps(folder, url, rows(folder)))
                paths = [path for _, path, _ in other.calls if path.startswith("/schemata/")]
                self.assertLessEqual(set(paths), {"/schemata/v1/capabilities"})


class Register(Both):
    def test_references_first_and_again(self):
        def rows(folder):
            return [
                ["register", "--dry-run"],
                ["register", "orders-value.avsc"],
                ["register", "orders-value.avsc", "-f", "json"],
                ["register"],
                ["register"],
                lambda: folder.write({"orders-value.avsc": {**ORDER, "fields": ORDER["fields"] + [{"name": "bad", "type": "string"}]}}),
                ["register", "--dry-run"],
                ["register", "-f", "concise"],
                lambda: folder.write({"orders-value.avsc": {**ORDER, "fields": ORDER["fields"] + [{"name": "good", "type": "string", "default": ""}]}}),
                ["register", "orders-value.avsc", "--dry-run"],
                ["register", "orders-value.avsc", "--dry-run", "-f", "json"],
                ["register", "orders-value.avsc"],
                ["versions", "orders-value"],
                lambda: folder.write({"orders-value.avsc": ORDER}),
                ["register", "orders-value.avsc"],
                ["register", "money.avsc", "-s", "other", "--metadata", "owner=me", "--metadata", "x=1=2"],
                ["get", "sr:other", "--meta", "--raw"],
                ["register", "money.avsc", "-s", "other", "--metadata", "nonsense"],
                ["register", "nowhere.avsc"],
                lambda: folder.write({"broken.avsc": '{"type": "recordd"}'}),
                ["register", "broken.avsc", "-f", "concise"],
                lambda: os.unlink(folder.file("broken.avsc")),
            ]

        self.both("register.txt", {**TREE, "schemata.yaml": TREE["schemata.yaml"].split("subjects:")[0]}, rows)

    def test_normal_form_rule_set_and_import(self):
        rules = {"domainRules": [{"name": "r", "kind": "CONDITION", "mode": "WRITE", "type": "CEL", "expr": "true"}]}
        with Server(BINARY) as server, Folder({"a.avsc": {**MONEY, "zzz": 1}, "rules.json": rules, "list.json": "[]"}) as folder:
            url = ["--url", url_of(server)]
            self.assertEqual(folder.run("register", "a.avsc", "--ruleset", "rules.json", *url).returncode, 0)
            _, stored = call(server.connect(), "GET", "/subjects/a/versions/1")
            self.assertEqual(stored["ruleSet"]["domainRules"][0]["name"], "r")
            self.assertEqual(folder.run("register", "a.avsc", "--ruleset", "list.json", *url).returncode, 2)
            self.assertEqual(folder.run("register", "a.avsc", "--ruleset", "nowhere.json", *url).returncode, 4)
            done = folder.run("register", "a.avsc", "-s", "b", "--id", "77", "--version", "5", *url)
            self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
            self.assertEqual(run("mode", "set", "b", "IMPORT", *url).returncode, 0)
            done = folder.run("register", "a.avsc", "-s", "b", "--id", "77", "--version", "5", *url)
            self.assertEqual((done.returncode, done.stdout), (0, "b: registered version 5, id 77\n"), done.stderr)

    def test_some_fail_and_what_refers_to_them_too(self):
        with Server(BINARY) as server, Folder({k: v for k, v in TREE.items() if k != "schemata.yaml"}) as folder:
            proxy = foreign(server)
            inner = proxy.answer

            def answer(method, path, body):
                if method == "POST" and path == "/subjects/money/versions":
                    return refusal(422, 42205, "Subject money is in read-only mode")
                return inner(method, path, body)

            proxy.answer = answer
            with proxy:
                done = folder.run("register", "--include", "proto", "--url", proxy.url)
                self.assertEqual(done.returncode, 8, done.stdout + done.stderr)
                self.assertIn("money: failed: Subject money is in read-only mode\n", done.stdout)
                self.assertIn("orders-value: failed: it refers to money, which failed\n", done.stdout)
                self.assertIn("person: registered version 1", done.stdout)
                alone = folder.run("register", "money.avsc", "--url", proxy.url)
                self.assertEqual(alone.returncode, 7)

    def test_a_dry_run_asks_the_registry_too(self):
        """It may know rules of its own: its verdict is told, and nothing is written."""
        with Server(BINARY) as server, Folder({"a.avsc": '"long"'}) as folder:
            register(server, "a", '"int"')
            proxy = foreign(server)
            inner = proxy.answer

            def answer(method, path, body):
                if path.startswith("/compatibility/"):
                    return 200, {}, b'{"is_compatible":false,"messages":["no \\u001b[31mtuesdays","nor mondays"]}'
                return inner(method, path, body)

            proxy.answer = answer
            with proxy:
                done = folder.run("register", "--dry-run", "--url", proxy.url)
                self.assertEqual((done.returncode, done.stdout), (1, "a: refused: no ?[31mtuesdays; nor mondays\n"), done.stderr)
                self.assertFalse([c for c in proxy.calls if c[0] == "POST" and c[1].endswith("/a/versions") and not c[1].startswith("/comp")])

    def test_a_refusal_only_the_registry_knows(self):
        with Server(BINARY) as server, Folder({"a.avsc": '"long"'}) as folder:
            proxy = foreign(server)
            inner = proxy.answer

            def answer(method, path, body):
                if method == "POST" and path == "/subjects/a/versions":
                    return refusal(409, 409, "Schema being registered is incompatible with an earlier schema")
                return inner(method, path, body)

            proxy.answer = answer
            with proxy:
                done = folder.run("register", "--url", proxy.url)
            self.assertEqual((done.returncode, done.stdout), (1, "a: failed: Schema being registered is incompatible with an earlier schema\n"))

    def test_a_registry_that_dies_halfway(self):
        with Server(BINARY) as server, Folder({f"s{i}.avsc": {**MONEY, "name": f"M{i}"} for i in range(5)}) as folder:
            proxy = foreign(server)
            inner = proxy.answer
            proxy.answer = lambda m, path, body: None if m == "POST" and path == "/subjects/s3/versions" else inner(m, path, body)
            with proxy:
                done = folder.run("register", "--url", proxy.url, "--timeout", "3s")
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertEqual(done.stdout.count(": registered version 1"), 3)
            self.assertEqual(done.stdout.count(": left undone"), 2)

    def test_older_registries_answer_the_id_alone(self):
        with Server(BINARY) as server, Folder({"a.avsc": MONEY}) as folder:
            proxy = foreign(server)
            inner = proxy.answer

            def answer(method, path, body):
                status, headers, data = inner(method, path, body)
                if method == "POST" and path.endswith("/versions") and status == 200:
                    data = json.dumps({"id": json.loads(data)["id"]}).encode()
                return status, headers, data

            proxy.answer = answer
            with proxy:
                self.assertEqual(folder.run("register", "--url", proxy.url).stdout, "a: registered version 1, id 1\n")

    def test_folders_of_versions_go_in_by_number(self):
        files = {f"a@{n}.avsc": {**MONEY, "fields": MONEY["fields"] + [{**CURRENCY, "name": f"f{i}"} for i in range(n)]} for n in (1, 2, 10)}
        with Server(BINARY) as server, Folder(files) as folder:
            done = folder.run("register", "--url", url_of(server))
            self.assertEqual(done.stdout, "".join(f"a: registered version {n}, id {n}\n" for n in (1, 2, 3)), done.stderr)


class Apply(Both):
    def test_into_an_empty_server_and_again(self):
        def rows(folder):
            return [
                ["plan", "--exit-code"],
                ["apply"],
                ["apply"],
                ["plan", "--exit-code"],
                ["config", "get", "orders-value"],
                ["get", "sr:addr", "-f", "json"],
                lambda: folder.write({"money.avsc": {**MONEY, "fields": MONEY["fields"] + [CURRENCY]}}),
                ["plan"],
                ["plan", "-f", "json"],
                ["apply", "-f", "json"],
                ["plan", "--exit-code"],
                lambda: folder.write({"orders-value.avsc": {**ORDER, "fields": ORDER["fields"] + [{"name": "bad", "type": "string"}]}}),
                ["plan", "-f", "concise"],
                ["apply", "-f", "concise"],
                ["versions", "orders-value"],
                lambda: folder.write({"orders-value.avsc": ORDER, "addr.schema.json": {"type": "object"}}),
                ["apply"],
            ]

        self.both("apply.txt", TREE, rows)

    def test_prune(self):
        def rows(folder):
            return [
                ["plan", "--prune"],
                ["apply"],
                ["apply", "--prune", "--max-deletes", "1", "-y"],
                ["apply", "--prune"],
                ["apply", "--prune", "--max-deletes", "x"],
                ["apply", "--prune", "-y"],
                ["plan", "--prune", "--exit-code"],
                ["list"],
                ["list", "--context", ".prod"],
            ]

        self.both("prune.txt", {"money.avsc": MONEY, "addr.schema.json": ADDRESS, "person.schema.json": PERSON}, rows, fill)

    def test_a_pulled_tree_is_no_change(self):
        with Server(BINARY) as server, Server(BINARY) as second, Folder() as folder:
            fill(server)
            folder.run("pull", "tree", "--url", url_of(server))
            done = folder.run("plan", "tree", "--prune", "--exit-code", "--url", url_of(server))
            self.assertEqual((done.returncode, done.stdout), (0, "0 to do, 0 cannot be done, 6 unchanged\n"), done.stderr)
            done = folder.run("apply", "tree", "--url", url_of(second))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            for subject in ("money", "orders-value", "common%2Fmoney.proto", "pay-value", "addr", "person"):
                texts = {call(s.connect(), "GET", f"/subjects/{subject}/versions/latest/schema")[1].__repr__() for s in (server, second)}
                self.assertEqual(len(texts), 1, subject)

    def test_new_metadata_is_a_new_version_and_once_only(self):
        with Server(BINARY) as server, Folder({"a.avsc": MONEY}) as folder:
            url = ["--url", url_of(server)]
            folder.run("apply", *url)
            folder.write({"schemata.yaml": "version: 1\nsubjects:\n  a: { metadata: { owner: me } }\n"})
            self.assertEqual(folder.run("plan", "--exit-code", *url).returncode, 1)
            self.assertIn("version 2", folder.run("apply", *url).stdout)
            self.assertEqual(folder.run("plan", "--exit-code", *url).returncode, 0)
            _, stored = call(server.connect(), "GET", "/subjects/a/versions/2")
            self.assertEqual(stored["metadata"], {"properties": {"owner": "me"}})

    def test_mistakes_in_the_project_are_named(self):
        rows = [
            ("subjects:\n  a: { mode: SOMETIMES }\n", "must be one of READWRITE|"), ("subjects:\n  a: { normalize: maybe }\n", "must be one of true|false"),
            ("subjects:\n  a: { metadata: [x] }\n", "keys and values are wanted here"), ("registry:\n  ulr: x\n", 'did you mean "url"?'),
        ]
        for text, message in rows:
            with Folder({"a.avsc": MONEY, "schemata.yaml": "version: 1\n" + text}) as folder:
                done = folder.run("plan", "--url", "http://127.0.0.1:1")
                self.assertEqual(done.returncode, 2)
                self.assertIn(message, done.stderr)

    def test_interrupted(self):
        """One Ctrl-C: what is under way is finished, what was done and what not is said."""
        asked, release = threading.Event(), threading.Event()
        with Server(BINARY) as server, Folder({f"s{i}.avsc": {**MONEY, "name": f"M{i}"} for i in range(5)}) as folder:
            proxy = foreign(server)
            inner = proxy.answer

            def answer(method, path, body):
                if method == "POST" and path == "/subjects/s2/versions":
                    asked.set()
                    release.wait(20)
                return inner(method, path, body)

            proxy.answer = answer
            with proxy:
                process = subprocess.Popen(
                    [BINARY, "apply", "--url", proxy.url], cwd=folder.path, env=environment(), stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, text=True,
                )
                self.assertTrue(asked.wait(20))
                process.send_signal(signal.SIGINT)
                line = process.stderr.readline() + process.stderr.readline()
                self.assertIn("finishing what is under way", line)
                release.set()
                out, _ = process.communicate(timeout=30)
                self.assertEqual(process.returncode, 130)
                self.assertIn("3 done, 0 failed, 2 left, 0 unchanged", out)
            self.assertEqual(len(call(server.connect(), "GET", "/subjects")[1]), 3)

    def test_twice_interrupted_stops_at_once(self):
        asked, release = threading.Event(), threading.Event()

        with Server(BINARY) as server, Folder({"a.avsc": MONEY}) as folder:
            proxy = foreign(server)
            inner = proxy.answer

            def answer(method, path, body):
                if method == "POST" and path == "/subjects/a/versions":
                    asked.set()
                    release.wait(20)
                return inner(method, path, body)

            proxy.answer = answer
            with proxy:
                process = subprocess.Popen([BINARY, "apply", "--url", proxy.url], cwd=folder.path, env=environment(), stderr=subprocess.PIPE)
                self.assertTrue(asked.wait(20))
                process.send_signal(signal.SIGINT)
                process.stderr.readline(), process.stderr.readline()
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(20), 130)
                process.stderr.close()
                release.set()


class Settings(Both):
    def test_config_and_mode(self):
        def rows(_):
            return [
                ["config", "get"],
                ["config", "get", "money"],
                ["config", "set", "money", "full"],
                ["config", "get", "money"],
                ["config", "get", "sr:money", "-f", "json"],
                ["config", "set", "money", "--normalize", "true", "--alias", "other", "--group", "major"],
                ["config", "get", "money"],
                ["config", "reset", "money"],
                ["config", "reset", "money"],
                ["config", "set", "--global", "FORWARD"],
                ["config", "get", "orders-value", "--context", ".prod"],
                ["config", "set", "--global", "NONE", "--context", ".dev"],
                ["config", "get", "--context", ".dev"],
                ["config", "get", "anything", "--context", ".dev"],
                ["config", "reset", "--global"],
                ["config", "set", "money", "sideways"],
                ["config", "set", "money"],
                ["config", "set", "FULL"],
                ["config", "set"],
                ["config", "put", "money", "FULL"],
                ["config", "get", "a", "b"],
                ["mode", "get", "money"],
                ["mode", "set", "money", "readonly"],
                ["mode", "get", "money"],
                ["mode", "set", "money", "IMPORT"],
                ["mode", "set", "money", "IMPORT", "--force"],
                ["mode", "set", "money", "sideways"],
                ["mode", "reset", "money"],
                ["mode", "reset", "money"],
                ["mode", "set", "--global", "READONLY"],
                ["mode", "get", "money", "-f", "json"],
                ["delete", "person", "-y"],
                ["mode", "reset", "--global"],
            ]

        self.both("settings.txt", {}, rows, fill)


    def test_a_subject_with_settings_but_no_level_has_the_servers_default(self):
        with Server(BINARY) as server:
            call(server.connect(), "PUT", "/config/x", {"normalize": True})
            call(server.connect(), "PUT", "/config", {"compatibility": "FULL"})
            proxy = foreign(server)
            inner = proxy.answer

            def answer(method, path, body):  # as the original writes it
                return (200, {}, b'{"normalize":true}') if path == "/config/x" else inner(method, path, body)

            proxy.answer = answer
            with proxy:
                done = run("config", "get", "x", "--url", proxy.url)
            self.assertEqual(done.stdout, "BACKWARD  \u2190 server default  (subject: unset, global: FULL)\nnormalize: true\n")


class Delete(Both):
    def test_delete(self):
        def rows(_):
            return [
                ["delete", "person"],
                ["delete", "person", "--no-input"],
                ["delete", "money", "-y"],
                ["delete", "common/money.proto", "-y"],
                ["delete", "orders-value@1", "-y"],
                ["versions", "orders-value", "--deleted"],
                ["delete", "orders-value@1", "--permanent", "-y"],
                ["versions", "orders-value", "--deleted"],
                ["delete", "orders-value@latest", "person", "addr", "-y"],
                ["delete", "nobody", "-y"],
                ["delete", "money@7", "-y"],
                ["delete", "sr:*", "-y"],
                ["delete", "money", "orders-value", "--permanent", "-y"],
                ["delete", "old", "--permanent", "-y"],
                ["list", "--deleted"],
            ]

        self.both("delete.txt", {}, rows, fill)

    def test_some_are_refused(self):
        with Server(BINARY) as server:
            fill(server)
            call(server.connect(), "PUT", "/mode/person", {"mode": "READONLY"})
            done = run("delete", "person", "orders-value", "-y", "--url", url_of(server))
            self.assertEqual((done.returncode, done.stdout), (8, "orders-value: deleted versions 1, 2\n"), done.stderr)
            self.assertIn("read-only mode", done.stderr)

    def test_restore_in_place(self):
        with Server(BINARY) as server, Folder() as folder:
            fill(server)
            rows = [
                ["delete", "orders-value", "-y"], ["restore", "orders-value@1"], ["versions", "orders-value", "--deleted"],
                ["restore", "orders-value"], ["restore", "orders-value"], ["restore", "nobody"], ["restore", "old", "nobody"],
                ["restore", "*"], ["restore", "orders-value@9"],
                ["delete", "orders-value", "-y", "--context", ".prod"], ["restore", "orders-value", "--context", ".prod"],
            ]
            compare(self, "restore.txt", steps(folder, url_of(server), rows))

    def test_restore_elsewhere(self):
        with Server(BINARY) as server, Folder() as folder, foreign(server) as other:
            fill(server)
            rows = [
                ["delete", "orders-value", "-y"], ["restore", "orders-value"], ["restore", "orders-value", "-y"],
                ["versions", "orders-value", "--deleted"],
            ]
            compare(self, "restore-elsewhere.txt", steps(folder, other.url, rows))


class Terminal:
    """A command on a pseudo terminal."""

    def __init__(self, *args, env=None):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen([BINARY, *args], stdin=slave, stdout=slave, stderr=slave, env=environment(env), close_fds=True)
        os.close(slave)
        self.seen = ""

    def wait_for(self, text, seconds=20):
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"{text!r} never came: {self.seen!r}")
            try:
                self.seen += os.read(self.master, 4096).decode()
            except OSError:
                raise AssertionError(f"{text!r} never came: {self.seen!r}") from None
        return self

    def type(self, text):
        os.write(self.master, text.encode())
        return self

    def end(self):
        try:
            while True:
                data = os.read(self.master, 4096)
                if not data:
                    break
                self.seen += data.decode()
        except OSError:
            pass
        os.close(self.master)
        return self.process.wait(20)


class Consent(unittest.TestCase):
    def test_a_terminal_is_asked_for_the_name(self):
        with Server(BINARY) as server:
            fill(server)
            url = ["--url", url_of(server)]
            terminal = Terminal("delete", "person", *url).wait_for('Type "person" to go on: ')
            self.assertIn("version 1. To undo: schemata restore 'person'.", terminal.seen)
            self.assertRegex(terminal.seen, r"  version 1  id 7  [0-9a-f-]{36}\r\n")
            self.assertEqual(terminal.type("persona\n").end(), 130)
            self.assertIn("nothing was done", terminal.seen)
            self.assertEqual(run("versions", "person", *url).returncode, 0)
            self.assertEqual(Terminal("delete", "person", *url).wait_for("go on: ").type("person\n").end(), 0)
            self.assertEqual(run("versions", "person", *url).returncode, 6)

    def test_a_profile_with_confirm_asks_whatever_y_says(self):
        with Server(BINARY) as server, Folder() as folder:
            fill(server)
            folder.write({"c/schemata/config.yaml": f"profiles:\n  prod: {{ url: '{url_of(server)}', confirm: true }}\n"})
            env = {"XDG_CONFIG_HOME": folder.file("c")}
            for args in (["delete", "person"], ["config", "set", "money", "FULL"], ["mode", "set", "money", "READONLY"]):
                done = run(*args, "-y", "--profile", "prod", env=env)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn("give --yes-profile prod", done.stderr)
                self.assertEqual(run(*args, "--yes-profile", "test", "--profile", "prod", env=env).returncode, 2)
            self.assertEqual(run("config", "set", "money", "FULL", "--yes-profile", "prod", "--profile", "prod", env=env).returncode, 0)
            terminal = Terminal("config", "set", "money", "NONE", "--profile", "prod", "-y", env=env).wait_for("[y/N] ")
            self.assertEqual(terminal.type("y\n").end(), 0)
            self.assertIn("money: config set to NONE", terminal.seen)
            self.assertEqual(run("list", "--profile", "prod", env=env).returncode, 0, "reading asks nothing")
            folder.write({"money.avsc": MONEY, "fresh.avsc": '"int"'})
            self.assertEqual(folder.run("register", "money.avsc", "--profile", "prod", env=env).returncode, 0, "nothing to be done")
            done = folder.run("register", "fresh.avsc", "-y", "--profile", "prod", env=env)
            self.assertEqual(done.returncode, 2)
            self.assertIn("Register 1 schema version in http://", done.stderr)
            self.assertEqual(folder.run("apply", "-y", "--profile", "prod", env=env).returncode, 2)
