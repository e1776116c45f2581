#!/usr/bin/env python3
"""The DEK registry against the real server: python3 tests/dek/run.py BINARY

Shared keks through a stand-in for Vault, with everything that can go wrong there; many clients that
create one dek; restarts, crashes, the upgrade of a file from before the DEK registry, fsck, and the way
into another registry. Routes and codes one by one are in tests/http/golden/dek_*.http."""

import base64
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.dek.vault import Vault, until  # noqa: E402
from tests.support.server import Server, call  # noqa: E402

BINARY = None
KEKS = "/dek-registry/v1/keks"


def settings(**values):
    return [part for key, value in values.items()
            for part in ("--set", f"schemata.kms.{key.replace('_', '.')}={value}")]


def ask(server, method, path, body=None):
    connection = server.connect()
    try:
        return call(connection, method, path if path.startswith("/") else f"{KEKS}/{path}", body)
    finally:
        connection.close()


def kek(name, kms_type="local-kms", key_id="id", **more):
    return {"name": name, "kmsType": kms_type, "kmsKeyId": key_id, **more}


class VaultTest(unittest.TestCase):
    def setUp(self):
        self.vault = self.enter(Vault())
        self.vault.keys["k"] = 1

    def enter(self, manager):
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def serve(self, workers=0, **more):
        values = {"vault_address": self.vault.url, "vault_token": self.vault.token, **more}
        return self.enter(Server(BINARY, "--set", f"schemata.workers={workers}", *settings(**values)))

    def shared(self, server, name="v", **more):
        body = kek(name, "hcvault", self.vault.key_id("k"), shared=True, **more)
        status, answer = ask(server, "POST", KEKS, body)
        self.assertEqual(status, 200, answer)

    def hang(self):
        """From now on the service does not answer before the event that comes back is set."""
        event = threading.Event()
        self.addCleanup(event.set)
        self.vault.trouble = until(event)
        return event

    def wait(self, condition):
        deadline = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.005)

    def must_fail(self, server, status, code, method, path, body=None):
        got = ask(server, method, path, body)
        self.assertEqual((got[0], got[1]["error_code"]), (status, code), got)
        return got[1]["message"]

    def test_deks_are_made_read_and_rewrapped(self):
        server = self.serve(vault_namespace="team")
        self.shared(server)
        status, made = ask(server, "POST", "v/deks/s", {"algorithm": "AES256_SIV"})
        self.assertEqual(status, 200, made)
        self.assertTrue(base64.b64decode(made["encryptedKeyMaterial"]).startswith(b"vault:v1:"))
        message = base64.b64decode(made["keyMaterial"])
        self.assertEqual((message[:2], len(message)), (b"\x12\x40", 66))
        self.assertEqual(ask(server, "GET", "v/deks/s?algorithm=AES256_SIV"), (200, made))
        self.vault.keys["k"] = 2
        status, again = ask(server, "POST", "v/deks/s?rewrap=true", {"algorithm": "AES256_SIV"})
        self.assertEqual(status, 200, again)
        self.assertTrue(base64.b64decode(again["encryptedKeyMaterial"]).startswith(b"vault:v2:"))
        self.assertEqual(again["keyMaterial"], made["keyMaterial"])
        self.assertEqual(ask(server, "GET", "v/deks/s/versions/latest?algorithm=AES256_SIV"), (200, again))
        self.assertEqual(ask(server, "POST", "v/test")[0], 200)
        self.assertEqual({request[2] for request in self.vault.requests}, {"team"})

    def test_a_role_logs_in(self):
        self.vault.role = ("r", "s")
        server = self.serve(vault_token="", vault_role_id="r", vault_secret_id="s")
        self.shared(server)
        self.assertEqual(ask(server, "POST", "v/test")[0], 200)
        other = self.serve(vault_token="", vault_role_id="r", vault_secret_id="wrong")
        self.shared(other)
        message = self.must_fail(other, 500, 50070, "POST", "v/test")
        self.assertIn("invalid role or secret ID", message)

    def test_a_kek_may_bring_its_own_token(self):
        server = self.serve(vault_token="")
        self.shared(server, kmsProps={"token.id": self.vault.token})
        self.assertEqual(ask(server, "POST", "v/test")[0], 200)

    def test_refusals_are_told_apart_from_failures(self):
        server = self.serve(vault_token="wrong")
        self.shared(server)
        message = self.must_fail(server, 403, 40370, "POST", "v/deks/s", {})
        self.assertEqual(message, "hcvault: the service answers 403: permission denied")
        self.must_fail(server, 403, 40370, "POST", "v/test")
        self.assertEqual(ask(server, "GET", "v/deks"), (200, []))
        body = kek("t", "hcvault", self.vault.key_id("k"), shared=True)
        self.must_fail(server, 403, 40370, "POST", KEKS + "?testSharing=true", body)
        self.must_fail(server, 404, 40470, "GET", "t")

    def test_nonsense_of_the_service_is_a_failure(self):
        server = self.serve()
        self.shared(server)
        for body in (b"", b"<html>", b"[]", b"{}", b'{"data":{"ciphertext":7}}', b"[" * 5000, b" " * 200000):
            self.vault.trouble = lambda handler, body=body: self.vault.send(handler, 200, body) or True
            self.must_fail(server, 500, 50070, "POST", "v/deks/s", {})
        self.vault.trouble = lambda handler: self.vault.send(handler, 500, {"errors": ["sealed"]}) or True
        self.assertIn("sealed", self.must_fail(server, 500, 50070, "POST", "v/deks/s", {}))
        self.vault.trouble = None
        self.assertEqual(ask(server, "POST", "v/deks/s", {})[0], 200)

    def test_only_the_address_of_the_settings_is_called(self):
        other = self.enter(Vault())
        other.keys["k"] = 1
        server = self.serve()
        self.assertEqual(ask(server, "POST", KEKS, kek("o", "hcvault", other.key_id("k"), shared=True))[0], 200)
        self.must_fail(server, 403, 40370, "POST", "o/deks/s", {})
        near = self.vault.key_id("k").replace("127.0.0.1:", "127.0.0.1.evil:")
        self.assertEqual(ask(server, "POST", KEKS, kek("n", "hcvault", near, shared=True))[0], 200)
        self.must_fail(server, 403, 40370, "POST", "n/test")
        self.shared(server)
        target = other.url + "/v1/transit/encrypt/k"
        self.vault.trouble = lambda handler: self.vault.send(handler, 307, b"", [("Location", target)]) or True
        self.must_fail(server, 500, 50070, "POST", "v/deks/s", {})
        self.assertEqual(other.requests, [])

    def test_a_dead_service_is_a_failure(self):
        server = self.serve()
        self.shared(server)
        self.assertEqual(ask(server, "POST", "v/deks/s", {})[0], 200)
        self.hang().set()
        self.must_fail(server, 500, 50070, "GET", "v/deks/s")
        self.must_fail(server, 500, 50070, "POST", "v/deks/t", {})

    def test_a_slow_service_holds_nobody_else_up(self):
        self.half_of_the_workers_answer(0, 2)

    def test_nor_with_few_or_many_workers(self):
        self.half_of_the_workers_answer(2, 1)
        self.half_of_the_workers_answer(9, 4)

    def half_of_the_workers_answer(self, workers, calls):
        self.vault.trouble = None
        self.vault.requests.clear()
        server = self.serve(workers, timeout_ms=60000)
        self.shared(server)
        event, answers = self.hang(), []
        threads = [threading.Thread(target=lambda i=i: answers.append(ask(server, "POST", f"v/deks/s{i}", {})))
                   for i in range(8)]
        for thread in threads:
            thread.start()
        self.wait(lambda: len(self.vault.requests) == calls and len(answers) == 8 - calls)
        self.assertEqual(ask(server, "POST", "/subjects/s/versions", {"schema": '"int"'})[0], 200)
        self.assertEqual(ask(server, "GET", "v")[0], 200)
        self.assertEqual(len(answers), 8 - calls)
        event.set()
        for thread in threads:
            thread.join()
        codes = sorted(answer[1]["error_code"] for answer in answers)
        self.assertEqual(codes, [503] * (8 - calls) + [50070] * calls)
        self.assertEqual(len(self.vault.requests), calls)

    def test_many_keys_of_a_service_that_hangs_cost_one_time_out(self):
        server = self.serve(timeout_ms=1000)
        others = ",".join(self.vault.key_id(f"k{i}") for i in range(15))
        self.shared(server, kmsProps={"encrypt.alternate.kms.key.ids": others})
        self.hang()
        message = self.must_fail(server, 500, 50070, "POST", "v/test")
        self.assertIn("no answer in time just now", message)
        self.assertEqual(len(self.vault.requests), 1)
        self.vault.trouble = None
        self.wait(lambda: ask(server, "POST", "v/test")[0] == 200)

    def test_a_server_that_stops_does_not_wait_for_the_service(self):
        server = self.serve(timeout_ms=60000)
        self.shared(server)
        event = self.hang()
        thread = threading.Thread(target=lambda: self.swallow(server))
        thread.start()
        self.wait(lambda: self.vault.requests)
        self.assertEqual(server.stop(), 0)
        self.assertFalse(event.is_set())
        thread.join()

    @staticmethod
    def swallow(server):
        try:
            ask(server, "POST", "v/test")
        except OSError:
            pass  # the server may be gone before it has answered

    def test_vault_must_show_the_right_certificate(self):
        folder = tempfile.TemporaryDirectory(prefix="schemata-dek-")
        self.addCleanup(folder.cleanup)
        pairs = []
        for name in ("right", "other"):
            pair = tuple(os.path.join(folder.name, f"{name}.{kind}") for kind in ("pem", "key"))
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                 "-out", pair[0], "-keyout", pair[1]],
                check=True, capture_output=True, timeout=60)
            pairs.append(pair)
        self.vault = self.enter(Vault(tls=pairs[0]))
        self.vault.keys["k"] = 1
        right = self.serve(vault_ca=pairs[0][0])
        self.shared(right)
        self.assertEqual(ask(right, "POST", "v/test")[0], 200)
        asked = len(self.vault.requests)
        for more in ({"vault_ca": pairs[1][0]}, {}):
            server = self.serve(**more)
            self.shared(server)
            self.assertIn("no answer", self.must_fail(server, 500, 50070, "POST", "v/test"))
        self.assertEqual(len(self.vault.requests), asked)  # the token went nowhere

    def test_a_wrong_address_is_refused_at_start(self):
        for address in ("vault:8200", "https://", "https://u@v:1", "https://v/path", "ftp://v"):
            done = subprocess.run(
                [BINARY, "serve", "--ephemeral", "--listen", "127.0.0.1:0", *settings(vault_address=address)],
                capture_output=True, text=True, timeout=20, check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("schemata.kms.vault.address", done.stderr)


class ManyClientsTest(unittest.TestCase):
    def test_one_of_many_creates_the_dek(self):
        with Server(BINARY, *settings(local_secret="x")) as server:
            for name, shared, body in (("s", True, {}), ("p", False, None)):
                self.assertEqual(ask(server, "POST", KEKS, kek(name, shared=shared))[0], 200)
                for subject in range(10):
                    self.race(server, f"{name}/deks/{subject}", body)

    def race(self, server, path, body):
        """Everybody posts at once and then reads; everybody must have the same dek."""
        barrier, answers, deks = threading.Barrier(8), [], []

        def client(number):
            mine = body if body is not None else {"encryptedKeyMaterial": base64.b64encode(b"%d" % number).decode()}
            connection = server.connect()
            barrier.wait()
            answers.append(call(connection, "POST", f"{KEKS}/{path}", mine))
            deks.append(call(connection, "GET", f"{KEKS}/{path}"))
            connection.close()

        threads = [threading.Thread(target=client, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = sorted(status for status, _ in answers)
        self.assertEqual(statuses, [200] + [409] * 7, answers)
        won = [answer for status, answer in answers if status == 200]
        self.assertEqual([dek for _, dek in deks], won * 8)

    def test_rewraps_at_once_leave_a_dek_that_opens(self):
        with Server(BINARY, *settings(local_secret="x")) as server:
            self.assertEqual(ask(server, "POST", KEKS, kek("s", shared=True))[0], 200)
            plain = ask(server, "POST", "s/deks/d", {})[1]["keyMaterial"]
            answers = []
            threads = [threading.Thread(
                target=lambda: answers.append(ask(server, "POST", "s/deks/d?rewrap=true", {}))) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertLessEqual({status for status, _ in answers}, {200, 503})
            self.assertIn(200, {status for status, _ in answers})
            for status, answer in answers:
                if status == 200:
                    self.assertEqual(answer["keyMaterial"], plain)
            self.assertEqual(ask(server, "GET", "s/deks/d")[1]["keyMaterial"], plain)


class FileTest(unittest.TestCase):
    """What is on disk."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="schemata-dek-")
        self.addCleanup(self.folder.cleanup)
        self.data = os.path.join(self.folder.name, "data")

    def serve(self, data=None):
        return Server(BINARY, *settings(local_secret="x"), data=data or self.data)

    def fill(self, server):
        for name, shared in (("s", True), ("p", False), ("gone", False)):
            self.assertEqual(ask(server, "POST", KEKS, kek(name, shared=shared, kmsProps={"b": "1", "a": ""}))[0], 200)
        self.assertEqual(ask(server, "POST", "s/deks/x", {})[0], 200)
        for version in (1, 2, 3):
            body = {"encryptedKeyMaterial": "bQ==", "version": version}
            self.assertEqual(ask(server, "POST", "p/deks/:.ctx:y", body)[0], 200)
        self.assertEqual(ask(server, "DELETE", "p/deks/:.ctx:y/versions/2")[0], 204)
        self.assertEqual(ask(server, "DELETE", "p/deks/:.ctx:y/versions/2?permanent=true")[0], 204)
        self.assertEqual(ask(server, "DELETE", "p/deks/:.ctx:y/versions/3")[0], 204)
        self.assertEqual(ask(server, "DELETE", "gone")[0], 204)
        self.assertEqual(ask(server, "POST", "/subjects/kept/versions", {"schema": '"long"'})[0], 200)

    def crawl(self, server):
        """Everything that can be read, by path."""
        pages = [KEKS, KEKS + "?deleted=true", "/subjects", "/subjects/kept/versions/1"]
        seen = {path: ask(server, "GET", path) for path in pages}
        for name in seen[KEKS + "?deleted=true"][1]:
            for path in (f"{KEKS}/{name}?deleted=true", f"{KEKS}/{name}/deks?deleted=true"):
                seen[path] = ask(server, "GET", path)
            for subject in seen[f"{KEKS}/{name}/deks?deleted=true"][1]:
                versions = f"{KEKS}/{name}/deks/{subject}/versions"
                seen[versions] = ask(server, "GET", versions + "?deleted=true")
                for version in seen[versions][1]:
                    path = f"{versions}/{version}?deleted=true"
                    seen[path] = ask(server, "GET", path)
        return seen

    def fsck(self):
        done = subprocess.run([BINARY, "fsck", "--data", self.data], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_restart_and_a_crash_change_nothing(self):
        with self.serve() as server:
            self.fill(server)
            before = self.crawl(server)
            self.assertEqual(len(before), 15)
            server.kill()
        self.fsck()
        with self.serve() as server:
            self.assertEqual(self.crawl(server), before)
        self.fsck()
        with self.serve() as server:
            self.assertEqual(self.crawl(server), before)

    def test_fsck_sees_a_row_that_no_record_made(self):
        with self.serve() as server:
            self.fill(server)
        with sqlite3.connect(os.path.join(self.data, "schemata.db")) as db:
            db.execute("UPDATE deks SET encrypted_key_material = 'eA==' WHERE kek_name = 'p' AND version = 1")
        done = subprocess.run([BINARY, "fsck", "--data", self.data], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("deks", done.stdout + done.stderr)

    def test_another_registry_takes_over(self):
        with self.serve() as server:
            self.fill(server)
            before = self.crawl(server)
            connection = server.connect()
            connection.request("GET", "/schemata/v1/export")
            bundle = connection.getresponse().read()
            connection.close()
        other = os.path.join(self.folder.name, "other")
        with self.serve(other) as server:
            connection = server.connect()
            connection.request("POST", "/schemata/v1/import", bundle, {"Content-Type": "application/x-ndjson"})
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read())[0], 200)
            connection.close()
            self.assertEqual(self.crawl(server), before)

    def make_old_file(self, names, fill):
        """A file as an older server left it, with these migrations alone. Its rows come from a file of
        today, table by table."""
        with self.serve(os.path.join(self.folder.name, "new")) as server:
            fill(server)
        os.mkdir(self.data)
        db = sqlite3.connect(os.path.join(self.data, "schemata.db"), isolation_level=None)
        rows = []
        for number, name in enumerate(names, 1):
            with open(f"migrations/{name}.sql", "rb") as file:
                text = file.read()
            db.executescript(text.decode())
            rows.append((number, name, hashlib.sha256(text).hexdigest()))
        db.execute("ATTACH ? AS new", (os.path.join(self.folder.name, "new", "schemata.db"),))
        for (table,) in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' "
                                   "AND name <> 'migrations'").fetchall():
            columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
            db.execute(f"DELETE FROM main.{table}")
            db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
        db.executemany("INSERT INTO migrations VALUES (?, ?, ?, 0)", rows)
        db.close()

    def register_two(self, server):
        for text in ('"int"', '"long"'):
            self.assertEqual(ask(server, "POST", "/subjects/kept/versions", {"schema": text})[0], 200)

    def test_a_file_with_keys_but_without_their_index_is_upgraded(self):
        before = {}

        def fill(server):
            self.fill(server)
            before.update(self.crawl(server))

        self.make_old_file(["0001_state", "0002_dek_registry"], fill)
        with self.serve() as server:
            self.assertEqual(self.crawl(server), before)
            self.assertEqual(ask(server, "GET", KEKS + "?subjectPrefix=:.ctx:"), (200, ["p"]))
        self.fsck()

    def test_a_file_of_before_is_upgraded(self):
        self.make_old_file(["0001_state"], self.register_two)
        with self.serve() as server:
            self.assertEqual(ask(server, "GET", "/subjects/kept/versions"), (200, [1, 2]))
            self.assertEqual(ask(server, "GET", KEKS), (200, []))
            self.fill(server)
            before = self.crawl(server)
        self.fsck()
        with self.serve() as server:
            self.assertEqual(self.crawl(server), before)
        db = sqlite3.connect(os.path.join(self.data, "schemata.db"))
        numbers = [row[0] for row in db.execute("SELECT number FROM migrations ORDER BY number")]
        db.close()
        self.assertEqual(numbers[:3], [1, 2, 3])

    def test_no_plain_key_is_on_disk(self):
        with self.serve() as server:
            self.fill(server)
            plain = ask(server, "GET", "s/deks/x")[1]["keyMaterial"]
        for name in os.listdir(self.data):
            with open(os.path.join(self.data, name), "rb") as file:
                content = file.read()
            self.assertNotIn(plain.encode(), content)
            self.assertNotIn(base64.b64decode(plain)[2:], content)


class SettingsTest(unittest.TestCase):
    def test_secrets_are_not_shown(self):
        secret = "do-not-show-this"
        done = subprocess.run(
            [BINARY, "serve", "--check-config",
             *settings(local_secret=secret, vault_token=secret, vault_secret_id=secret)],
            capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(secret, done.stdout + done.stderr)
        self.assertIn("# schemata.kms.vault.token is set and not shown", done.stdout)

    def test_the_environment_gives_the_secret_too(self):
        with Server(BINARY, env={"LOCAL_SECRET": "x"}) as server:
            self.assertEqual(ask(server, "POST", KEKS + "?testSharing=true", kek("s", shared=True))[0], 200)


if __name__ == "__main__":
    BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=0)
