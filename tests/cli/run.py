#!/usr/bin/env python3
"""The command line as a user meets it: help, mistakes, exit codes, settings, start, stop, fsck.

run.py BINARY [CLASS[.test]…]"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import Server, call, record  # noqa: E402
from changes_tests import Changes  # noqa: E402, F401
from check_tests import Bases, ExitCodes, Explain, Git, Golden, Instances, Places, Project, References  # noqa: E402, F401
from ci_tests import ProjectSchema, Scripts, Stranger  # noqa: E402, F401
from doctor_tests import Doctor  # noqa: E402, F401
from fix_tests import Fix  # noqa: E402, F401
from message_tests import Messages  # noqa: E402, F401
from write_tests import Apply, Consent, Delete, Register, Settings as WriteSettings  # noqa: E402, F401
from hostile_tests import HostileRegistry  # noqa: E402, F401
from compare_tests import ConfigFile, Registries  # noqa: E402, F401
from base_tests import RegistryBase, RegistryMessages  # noqa: E402, F401
from move_tests import Backup, Interruptions, Move  # noqa: E402, F401
from read_tests import Reading  # noqa: E402, F401
from remote_tests import ExitCodes as RemoteExitCodes, Listings, Settings as RemoteSettings  # noqa: E402, F401
from schema_tests import Diff, Fingerprint, Fmt, GitDriver, Lint  # noqa: E402, F401
from table_tests import Table  # noqa: E402, F401
from watch_tests import Watch  # noqa: E402, F401

BINARY = sys.argv[1] if len(sys.argv) > 1 else "build/schemata"


def run(*args, env=None):
    return subprocess.run(
        [BINARY, *args], capture_output=True, text=True, timeout=60, env={**os.environ, **(env or {})}
    )


class Help(unittest.TestCase):
    def test_no_command_is_a_usage_error_with_help(self):
        done = run()
        self.assertEqual(done.returncode, 2)
        self.assertIn("Usage: schemata COMMAND", done.stderr)

    def test_help_lists_commands_and_examples(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for word in ("serve", "fsck", "version", "Examples:"):
            self.assertIn(word, done.stdout)

    def test_help_of_each_command(self):
        for command in ("serve", "fsck", "version"):
            done = run(command, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(f"Usage: schemata {command}", done.stdout)

    def test_version(self):
        for word in ("version", "--version", "-V"):
            done = run(word)
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, r"^schemata \d+\.\d+\.\d+\n$")

    def test_every_setting_is_described(self):
        described = run("serve", "--help-settings").stdout
        shown = run("serve", "--check-config").stdout
        for line in shown.splitlines():
            self.assertIn(line.split("=")[0], described)


class Mistakes(unittest.TestCase):
    ROWS = [
        (["serv"], 2, 'unknown command "serv"; did you mean "serve"?'),
        (["serve", "--lissten", "x"], 2, 'unknown flag "--lissten"; did you mean "--listen"?'),
        (["serve", "--listen"], 2, "--listen needs a value: --listen HOST:PORT"),
        (["serve", "--ephemeral=yes"], 2, "--ephemeral takes no value"),
        (["serve", "--listen", "nowhere"], 2, '"nowhere" is no address'),
        (["serve", "--set", "schema.compatibility.level=backwards"], 2, "must be one of NONE"),
        (["serve", "--set", "novalue"], 2, "--set needs KEY=VALUE"),
        (["serve", "--config", "/nonexistent.properties"], 4, "cannot open the configuration file"),
        (["serve", "extra"], 2, 'unexpected argument "extra"'),
        (["fsck", "--data", "/nonexistent/folder"], 4, "/nonexistent/folder"),
    ]

    def test_rows(self):
        for args, status, text in self.ROWS:
            with self.subTest(args=args):
                done = run(*args)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(text, done.stderr)


class Settings(unittest.TestCase):
    def test_flags_beat_variables_and_variables_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.properties")
            with open(path, "w", encoding="utf-8") as file:
                file.write("schema.compatibility.level=none\nlisteners=http://0.0.0.0:1\nschemata.loops=2\n")
            done = run(
                "serve", "--config", path, "--listen", "127.0.0.1:3", "--check-config",
                env={"SCHEMA_REGISTRY_SCHEMA_COMPATIBILITY_LEVEL": "full", "SCHEMA_REGISTRY_OPTS": "x"},
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("schema.compatibility.level=FULL\n", done.stdout)
        self.assertIn("listeners=http://127.0.0.1:3\n", done.stdout)
        self.assertIn("schemata.loops=2\n", done.stdout)

    def test_check_config_output_is_a_valid_file(self):
        first = run("serve", "--check-config").stdout
        with tempfile.NamedTemporaryFile("w", suffix=".properties") as file:
            file.write(first)
            file.flush()
            again = run("serve", "--config", file.name, "--check-config")
        self.assertEqual((again.returncode, again.stdout), (0, first))

    def test_default_level_and_fixed_headers_reach_the_answers(self):
        args = [
            "--set", "schema.compatibility.level=none",
            "--set", 'response.http.headers.config=add X-One: 1; mode=block, "add X-Two: a, b"',
        ]
        with Server(BINARY, *args) as server:
            connection = server.connect()
            connection.request("GET", "/config")
            answer = connection.getresponse()
            self.assertEqual(json.loads(answer.read()), {"compatibilityLevel": "NONE"})
            self.assertEqual(answer.getheader("X-One"), "1; mode=block")
            self.assertEqual(answer.getheader("X-Two"), "a, b")


class Life(unittest.TestCase):
    def test_says_where_it_listens_and_stops_on_sigterm(self):
        with tempfile.TemporaryDirectory() as folder:
            with Server(BINARY, data=os.path.join(folder, "d")) as server:
                self.assertIn(f"http://127.0.0.1:{server.port}, data in ", server.output())
                self.assertEqual(server.stop(), 0)

    def test_two_servers_on_one_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            data = os.path.join(folder, "d")
            with Server(BINARY, data=data) as server:
                done = run("serve", "--listen", "127.0.0.1:0", "--data", data)
                self.assertEqual(done.returncode, 7, done.stderr)
                self.assertIn(str(server.process.pid), done.stderr)
                self.assertEqual(run("fsck", "--data", data).returncode, 7)

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = run("serve", "--ephemeral", "--listen", f"127.0.0.1:{port}")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(str(port), done.stderr)

    def test_ephemeral_leaves_nothing_behind(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(BINARY, env={"TMPDIR": folder})
            with server:
                call(server.connect(), "POST", "/subjects/a/versions", {"schema": '"int"'})
                self.assertNotEqual(os.listdir(folder), [])
                server.stop()
            self.assertEqual(os.listdir(folder), [])

    def test_state_outlives_a_restart_and_fsck_is_clean(self):
        with tempfile.TemporaryDirectory() as folder:
            data = os.path.join(folder, "d")
            for fields in (["a"], ["a", ("b", 0)]):
                with Server(BINARY, data=data) as server:
                    status, _ = call(
                        server.connect(), "POST", "/subjects/s/versions", {"schema": record("R", *fields)}
                    )
                    self.assertEqual(status, 200)
            with Server(BINARY, data=data) as server:
                self.assertEqual(call(server.connect(), "GET", "/subjects/s/versions"), (200, [1, 2]))
            done = run("fsck", "--data", data)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertTrue(done.stdout.endswith("clean\n"))

    def test_fsck_finds_a_tampered_row(self):
        import sqlite3

        with tempfile.TemporaryDirectory() as folder:
            data = os.path.join(folder, "d")
            with Server(BINARY, data=data) as server:
                call(server.connect(), "POST", "/subjects/s/versions", {"schema": '"int"'})
            file = next(
                os.path.join(data, name) for name in os.listdir(data) if name.endswith((".db", ".sqlite"))
            )
            with sqlite3.connect(file) as db:
                db.execute("UPDATE versions SET version = 5")
            done = run("fsck", "--data", data)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn("NOT clean", done.stdout)

    def test_access_log_is_json_lines(self):
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "access.log")
            with Server(BINARY, "--access-log", log) as server:
                connection = server.connect()
                call(connection, "GET", "/subjects")
                call(connection, "GET", "/nowhere")
                connection.close()
                self.assertEqual(server.stop(), 0)
            with open(log, encoding="utf-8") as file:
                lines = [json.loads(line) for line in file]
        self.assertEqual([line["status"] for line in lines], [200, 404])

    def test_interrupt_like_a_terminal(self):
        with Server(BINARY) as server:
            server.process.send_signal(signal.SIGINT)
            self.assertEqual(server.process.wait(20), 0)


class Operations(unittest.TestCase):
    def test_health_ready_metrics_openapi(self):
        with Server(BINARY) as server:
            connection = server.connect()
            call(connection, "POST", "/subjects/a/versions", {"schema": '"int"'})
            self.assertEqual(call(connection, "GET", "/healthz"), (200, "ok\n"))
            self.assertEqual(call(connection, "GET", "/readyz"), (200, "ready\n"))
            status, text = call(connection, "GET", "/metrics")
            self.assertEqual(status, 200)
            for name in (
                "schemata_subjects 1", "schemata_versions 1", "schemata_store_commits_total 1",
                "schemata_registered_total 1", "process_resident_memory_bytes",
            ):
                self.assertIn(name, text)
            status, text = call(connection, "GET", "/openapi.yaml")
            with open("openapi/schemata.yaml", encoding="utf-8") as file:
                self.assertEqual((status, text), (200, file.read()))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], warnings="ignore")
