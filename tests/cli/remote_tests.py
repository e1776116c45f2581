"""The connection to a registry: where its settings come from, what its silences and refusals become."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
import unittest

from stub import Stub, page, refusal
from tool import BINARY, Folder, environment, run
from tests.support.server import Server, call, record

ORDERS = [("id", 1)]


def register(server, subject, schema, **more):
    status, answer = call(server.connect(), "POST", f"/subjects/{subject}/versions", {"schema": schema, **more})
    assert status == 200, answer
    return answer


def url_of(server):
    return f"http://127.0.0.1:{server.port}"


class ExitCodes(unittest.TestCase):
    """Every way a registry can fail has its status, and a message that says what to do."""

    def check(self, status, text, *args, **more):
        done = run(*args, **more)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertIn(text, done.stderr)
        return done

    def test_no_registry_named(self):
        self.check(2, "no registry is named: use --url", "versions", "x")

    def test_nothing_listens(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        self.check(3, f"http://127.0.0.1:{port}/", "versions", "x", "--url", f"http://127.0.0.1:{port}", "--timeout", "300ms")

    def test_a_stalled_registry(self):
        release = threading.Event()
        with Stub(lambda *_: release.wait(20) and None) as stub:
            start = time.monotonic()
            self.check(3, stub.url, "versions", "x", "--url", stub.url, "--timeout", "300ms")
            self.assertLess(time.monotonic() - start, 5)
            release.set()

    def test_html(self):
        for status, text in ((200, "is it the URL of a schema registry?"), (404, "(\"<html>"), (302, "redirected without end")):
            with Stub(lambda *_: page(status)) as stub:
                self.check(3, text, "versions", "x", "--url", stub.url)

    def test_dies_halfway(self):
        half = lambda *_: (200, {"Content-Length": "1000"}, b"[1,2")
        with Stub(half) as stub:
            done = subprocess.run(
                [BINARY, "versions", "x", "--url", stub.url, "--timeout", "500ms"], capture_output=True, text=True,
                timeout=30, env=environment(),
            )
            self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)

    def test_5xx_after_retries(self):
        with Stub(lambda *_: refusal(500, 50001, "Error in the backend data store")) as stub:
            self.check(3, "Error in the backend data store", "versions", "x", "--url", stub.url)
            self.assertEqual(len(stub.calls), 4)

    def test_refused_credentials(self):
        for status in (401, 403):
            with Stub(lambda *_: refusal(status, status, "User is denied")) as stub:
                self.check(5, "--password-file", "versions", "x", "--url", stub.url)

    def test_not_found(self):
        with Server(BINARY) as server:
            self.check(6, "Subject 'nobody' not found.", "versions", "nobody", "--url", url_of(server))

    def test_refused_by_the_state(self):
        with Stub(lambda *_: refusal(422, 42205, "Subject x is in read-only mode")) as stub:
            self.check(7, "read-only", "versions", "x", "--url", stub.url)

    def test_usage(self):
        rows = [
            (["--url", "localhost:8081"], "is no http:// or https:// URL"),
            (["--url", "http://x", "--timeout", "soon"], "--timeout wants a time like"),
            (["--url", "http://x", "--jobs", "0"], "--jobs wants a number"),
            (["--url", "http://x", "--context", "prod"], "--context wants .NAME"),
            (["--url", "http://x", "--user", "me"], "--user and --password-file go together"),
            (["--url", "http://x", "--client-config", "/nowhere.properties"], "/nowhere.properties"),
            (["--profile", "prod"], 'no profile "prod"'),
        ]
        for args, text in rows:
            with self.subTest(args):
                self.check(2, text, "versions", "x", *args)

    def test_out_of_memory_is_70(self):
        """Between a limit that is too small to start with and one that is enough lie those that run out."""
        import resource

        if "asan" in BINARY or "tsan" in BINARY:
            self.skipTest("sanitizers need the address space")
        symbols = ",".join(f'"S{i}"' for i in range(40000))
        seen = {}
        with Folder({"a.avsc": '{"type":"enum","name":"E","symbols":[' + symbols + "]}"}) as folder:
            for megabytes in range(16, 96, 4):
                limit = megabytes << 20
                done = subprocess.run(
                    [BINARY, "validate", "a.avsc"], cwd=folder.path, capture_output=True, text=True, timeout=60,
                    env=environment(), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
                )
                seen.setdefault(done.returncode, done.stderr)
        self.assertIn("out of memory", seen.get(70, f"never 70: {seen}"))
        self.assertIn(0, seen)
        self.assertLessEqual(set(seen), {0, 70, 127})  # 127: the loader of programs itself

    def test_interrupted(self):
        asked, release = threading.Event(), threading.Event()

        def stall(*_):
            asked.set()
            release.wait(20)

        with Stub(stall) as stub:
            process = subprocess.Popen([BINARY, "versions", "x", "--url", stub.url], env=environment())
            self.assertTrue(asked.wait(20))
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(20), 130)
            release.set()

    def test_the_reader_has_gone(self):
        with Server(BINARY) as server:
            register(server, "x", record("R", "a"))
            read, write = os.pipe()
            os.close(read)
            done = subprocess.run(
                [BINARY, "versions", "x", "--url", url_of(server)], stdout=write, stderr=subprocess.PIPE, timeout=30,
                env=environment(),
            )
            os.close(write)
            self.assertEqual((done.returncode, done.stderr), (141, b""))


class Settings(unittest.TestCase):
    """Flags beat the named profile, that the environment, that the project file, that the user's default."""

    def versions(self, folder, *args, **env):
        return folder.run("versions", "x", *args, env={"XDG_CONFIG_HOME": folder.file("config"), **env})

    def test_every_source_and_its_order(self):
        def named(name):
            return Stub(lambda *_: refusal(404, 40401, f"I am {name}"))

        with named("user") as user, named("project") as project, named("environment") as env, \
                named("profile") as profile, named("flag") as flag:
            files = {"config/schemata/config.yaml": f"profile: dev\nprofiles:\n  dev: {{ url: '{user.url}' }}\n  prod: {{ client-config: prod.properties }}\n",
                     "config/schemata/prod.properties": f"schema.registry.url={profile.url}\n"}
            with Folder(files) as folder:
                self.assertIn("I am user", self.versions(folder).stderr)
                folder.write({"schemata.yaml": "version: 1\nregistry:\n  url: ${HERE}\n"})
                self.assertIn("I am project", self.versions(folder, HERE=project.url).stderr)
                self.assertIn("I am user", self.versions(folder).stderr)
                both = {"HERE": project.url, "SCHEMA_REGISTRY_URL": env.url}
                self.assertIn("I am environment", self.versions(folder, **both).stderr)
                self.assertIn("I am profile", self.versions(folder, "--profile", "prod", **both).stderr)
                self.assertIn("I am profile", self.versions(folder, SCHEMATA_PROFILE="prod", **both).stderr)
                self.assertIn("I am flag", self.versions(folder, "--profile", "prod", "--url", flag.url, **both).stderr)

    def test_a_variable_that_is_not_set(self):
        with Folder({"schemata.yaml": "version: 1\nregistry:\n  url: ${NOWHERE_AT_ALL}\n", "a.avsc": '"int"'}) as folder:
            done = folder.run("versions", "x")
            self.assertEqual(done.returncode, 2)
            self.assertIn("registry.url: the variable NOWHERE_AT_ALL is not set", done.stderr)
            self.assertEqual(folder.run("validate").returncode, 0, "offline it does not matter")

    def test_mistakes_in_the_users_file(self):
        with Folder({"config/schemata/config.yaml": "profiles:\n  prod: { ulr: x }\n"}) as folder:
            done = self.versions(folder)
            self.assertEqual(done.returncode, 2)
            self.assertIn('config.yaml:2:11: unknown key "ulr"; did you mean "url"?', done.stderr)

    def test_a_password_is_sent_and_never_shown(self):
        seen = []

        def answer(*_):
            return refusal(404, 40401, "nobody")

        stub = Stub(answer)
        handler = stub.server.RequestHandlerClass
        original = handler.handle_any

        def spy(self):
            seen.append(self.headers.get("Authorization"))
            original(self)

        handler.do_GET = spy
        with stub, Folder({"secret": "p:a ss\xe4\n"}) as folder:
            done = folder.run("versions", "x", "--url", stub.url, "--user", "me", "--password-file", "secret", "--trace")
            piped = folder.run("versions", "x", "--url", stub.url, "--user", "me", "--password-file", "-", input="p:a ss\xe4\n")
            inside = folder.run("versions", "x", "--url", stub.url.replace("//", "//me:hidden%21@"), "--trace")
        import base64

        wanted = "Basic " + base64.b64encode("me:p:a ss\xe4".encode()).decode()
        self.assertEqual(seen[:2], [wanted, wanted])
        self.assertEqual(seen[2], "Basic " + base64.b64encode(b"me:hidden!").decode())
        for shown in (done, piped, inside):
            for word in ("ss\xe4", "hidden", wanted[6:]):
                self.assertNotIn(word, shown.stdout + shown.stderr)
        self.assertIn("(authorized)", done.stderr)

    def test_netrc_and_a_helper(self):
        import base64

        seen = []
        stub = Stub(lambda *_: refusal(404, 40401, "nobody"))
        handler = stub.server.RequestHandlerClass
        original = handler.handle_any

        def spy(self):
            seen.append(self.headers.get("Authorization"))
            original(self)

        handler.do_GET = spy
        files = {
            "netrc": "machine elsewhere login a password b\nmacdef x\n machine 127.0.0.1 login no password no\n\n"
                     "machine 127.0.0.1\n  login me\n  password s3cret\ndefault login d password d\n",
            "c/schemata/config.yaml": "profiles:\n"
                "  helped: { credential-helper: 'printf \\x27{\\x22token\\x22:\\x22%s\\x22}\\x27 t0ken' }\n".replace("\\x27", "''").replace("\\x22", '"')
                + "  failing: { credential-helper: 'echo s3cret; exit 3' }\n  chatty: { credential-helper: 'echo s3cret' }\n"
                  "  empty: { credential-helper: 'echo {}' }\n  file: { netrc: ../../netrc }\n",
        }
        with stub, Folder(files) as folder:
            env = {"XDG_CONFIG_HOME": folder.file("c")}
            url = ["--url", stub.url]
            basic = "Basic " + base64.b64encode(b"me:s3cret").decode()
            folder.run("versions", "x", *url, "--netrc-file", "netrc")
            folder.run("versions", "x", *url, "--profile", "file", env=env)
            folder.run("versions", "x", *url, "--profile", "helped", env=env)
            folder.run("versions", "x", *url, "--profile", "helped", env={**env, "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO": "me:s3cret"})
            self.assertEqual(seen, [basic, basic, "Bearer t0ken", basic])
            for profile, text in (("failing", "failed (status 3)"), ("chatty", "did not print a JSON object"), ("empty", "printed neither")):
                done = folder.run("versions", "x", *url, "--profile", profile, env=env)
                self.assertEqual(done.returncode, 2, profile)
                self.assertIn(text, done.stderr)
            self.assertEqual(folder.run("versions", "x", *url, "--netrc-file", "nowhere").returncode, 4)

    def test_several_urls(self):
        with Stub(lambda *_: refusal(503, 50302, "no leader")) as sick, Server(BINARY) as server:
            register(server, "x", record("R", "a"))
            done = run("versions", "x", "--url", f"{sick.url},{url_of(server)}")
            self.assertEqual((done.returncode, done.stdout), (0, "1\n"))


class Listings(unittest.TestCase):
    def test_versions_and_contexts(self):
        with Server(BINARY) as server:
            for fields in (["a"], ["a", ("b", 0)], ["a", ("c", 0)]):
                register(server, "x", record("R", *fields))
            register(server, ":.prod:y", record("R", "a"))
            call(server.connect(), "DELETE", "/subjects/x/versions/2")
            url = ["--url", url_of(server)]
            self.assertEqual(run("versions", "x", *url).stdout, "1\n3\n")
            self.assertEqual(
                json.loads(run("versions", "sr:x", "--deleted", "-f", "json", *url).stdout),
                [{"version": 1, "deleted": False}, {"version": 2, "deleted": True}, {"version": 3, "deleted": False}],
            )
            self.assertEqual(run("versions", "x", "--deleted", *url).stdout, "VERSION  DELETED\n1        no\n2        yes\n3        no\n")
            self.assertEqual(run("contexts", *url).stdout, ".\n.prod\n")
            self.assertEqual(run("versions", "y", "--context", ".prod", *url).stdout, "1\n")
            self.assertEqual(run("versions", "y", *url).returncode, 6)
