"""export, import, backup: everything comes along, ids stay, and no registry is left in IMPORT mode."""

import gzip
import hashlib
import json
import os
import signal
import subprocess
import threading
import time
import unittest
from urllib.parse import quote

from stub import Stub, foreign, page, refusal
from tool import BINARY, Folder, environment, run
from tests.support.server import Server, call, record


def url_of(server):
    return f"http://127.0.0.1:{server.port}"


def post(connection, subject, schema, type_="AVRO", status=200, **more):
    got, answer = call(connection, "POST", f"/subjects/{quote(subject, safe='')}/versions", {"schema": schema, "schemaType": type_, **more})
    assert got == status, answer
    return answer


def fill(server):
    """Three formats, references, two contexts, deletions of both kinds, levels and modes."""
    c = server.connect()
    call(c, "PUT", "/config", {"compatibility": "NONE"})
    for i in range(3):
        post(c, "orders-value", record("Order", *[f"f{n}" for n in range(i + 1)]))
    post(c, "z/inner", '{"type":"enum","name":"E","symbols":["A"]}')
    # The referrer's name comes first, so sorting by name is not enough.
    post(c, "a outer", '{"type":"record","name":"R","fields":[{"name":"e","type":"E"}]}', references=[{"name": "E", "subject": "z/inner", "version": 1}])
    post(c, "z/inner", '{"type":"enum","name":"E","symbols":["A","B"]}')
    post(c, "a outer", '{"type":"record","name":"R","fields":[{"name":"e","type":"E"},{"name":"n","type":"int"}]}', references=[{"name": "E", "subject": "z/inner", "version": 2}])
    post(c, "p.proto", 'syntax = "proto3"; message P { int32 a = 1; }', "PROTOBUF")
    post(c, "q.proto", 'syntax = "proto3"; import "p.proto"; message Q { P p = 1; }', "PROTOBUF", references=[{"name": "p.proto", "subject": "p.proto", "version": 1}])
    post(c, "json", '{"type":"object","title":"é"}', "JSON", metadata={"properties": {"owner": "o"}})
    post(c, ":.prod:orders", '"int"')
    post(c, ":.prod:json", '{"type":"object","title":"p"}', "JSON")
    for path in ("/subjects/orders-value/versions/2", "/subjects/a%20outer/versions/1"):
        assert call(c, "DELETE", path)[0] == 200
    post(c, "gone", '"bytes"')
    call(c, "DELETE", "/subjects/gone")
    post(c, "buried", '"float"')
    call(c, "DELETE", "/subjects/buried")
    call(c, "DELETE", "/subjects/buried?permanent=true")
    post(c, "locked", '"double"')
    call(c, "PUT", "/config/orders-value", {"compatibility": "FULL_TRANSITIVE", "normalize": True})
    call(c, "PUT", "/config/:.prod:", {"compatibility": "FORWARD"})
    call(c, "PUT", "/mode/locked", {"mode": "READONLY"})


def without_time(value):
    """When it was registered there cannot be the same."""
    if isinstance(value, dict):
        return {k: without_time(v) for k, v in value.items() if k != "ts"}
    return [without_time(v) for v in value] if isinstance(value, list) else value


def crawl(server):
    """Every answer that tells of the content."""
    c = server.connect()
    seen = {}

    def get(path):
        status, answer = call(c, "GET", path)
        seen[path] = (status, without_time(answer))
        return seen[path][1]

    get("/contexts")
    get("/config")
    get("/mode")
    get("/subjects")
    get("/schemas?deleted=true&subjectPrefix=:*:")
    get("/config/:.prod:")
    for subject in get("/subjects?deleted=true"):
        s = quote(subject, safe="")
        get(f"/config/{s}")
        get(f"/mode/{s}")
        get(f"/subjects/{s}/versions")
        for version in get(f"/subjects/{s}/versions?deleted=true"):
            schema = get(f"/subjects/{s}/versions/{version}?deleted=true")
            get(f"/subjects/{s}/versions/{version}/referencedby")
            get(f"/schemas/ids/{schema['id']}?subject={s}")
            get(f"/schemas/ids/{schema['id']}/versions?subject={s}&deleted=true")
    return seen


def modes(server, like=None):
    """Modes of the subjects that are there, or of those of another server: a mode needs no schema."""
    c = server.connect()
    names = call((like or server).connect(), "GET", "/subjects?deleted=true")[1]
    found = {s: call(c, "GET", f"/mode/{quote(s, safe='')}")[1].get("mode") for s in names}
    return {s: m for s, m in found.items() if m}


class Move(unittest.TestCase):
    maxDiff = None

    def export(self, server, folder, *more, name="all.ndjson"):
        done = folder.run("export", "--url", url_of(server), "-o", name, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in folder.read(name).splitlines()]

    def test_everything_comes_along(self):
        with Folder() as folder, Server(BINARY) as source, Server(BINARY) as target:
            fill(source)
            rows = self.export(source, folder, "--deleted")
            done = folder.run("import", "all.ndjson", "--url", url_of(target))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("14 registered, 0 there already, 0 left out, 3 softly deleted, 4 levels and modes set, 0 failed", done.stdout)
            self.assertEqual(crawl(source), crawl(target))
            self.assertEqual(modes(target), {"locked": "READONLY"})
            self.assertFalse(os.path.exists(folder.file("all.ndjson.import-journal")))
            # A second time there is nothing to do.
            before = len(call(target.connect(), "GET", "/schemata/v1/changes?after=0&limit=1000")[1]["changes"])
            done = folder.run("import", "all.ndjson", "--url", url_of(target))
            self.assertIn("0 registered, 14 there already, 0 left out, 0 softly deleted, 0 levels", done.stdout)
            self.assertEqual(before, len(call(target.connect(), "GET", "/schemata/v1/changes?after=0&limit=1000")[1]["changes"]))
            # What comes out again is the same.
            again = self.export(target, folder, "--deleted", name="again.ndjson")
            self.assertEqual(rows[1:-1], again[1:-1])
            # The server that got it goes on numbering above.
            self.assertEqual(post(target.connect(), "fresh", '"long"')["id"], max(r.get("id", 0) for r in rows if not r.get("subject", "").startswith(":")) + 1)

    def test_a_pipe_and_the_comparison_of_registries(self):
        with Folder() as folder, Server(BINARY) as source, Server(BINARY) as target:
            fill(source)
            both = ["diff", "--registries", url_of(source), url_of(target), "--exit-code"]
            self.assertEqual(folder.run(*both).returncode, 1)
            text = folder.run("export", "--deleted", "--url", url_of(source)).stdout
            done = folder.run("import", "-", "--url", url_of(target), input=text)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(os.listdir(folder.path), [], "no journal stays")
            done = folder.run(*both)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_file(self):
        with Folder() as folder, Server(BINARY) as source:
            fill(source)
            rows = self.export(source, folder)
            schemas = [r for r in rows if r["kind"] == "schema"]
            self.assertEqual([r["kind"] for r in rows[:2]], ["bundle", "context"])
            self.assertEqual((rows[-1]["kind"], rows[-1]["schemas"]), ("end", len(schemas)))
            self.assertNotIn("deleted", json.dumps(rows))
            seen = set()
            for row in schemas:
                for reference in row.get("references", []):
                    self.assertIn((reference["subject"], reference["version"]), seen, row)
                seen.add((row["subject"], row["version"]))
            # A pattern takes along what is referred to, and no settings of the registry's own.
            rows = self.export(source, folder, "a *")
            self.assertEqual({r["subject"] for r in rows if r["kind"] == "schema"}, {"a outer", "z/inner"})
            self.assertFalse([r for r in rows if r["kind"] in ("config", "mode")])
            self.assertEqual(folder.run("export", "nobody*", "--url", url_of(source)).returncode, 6)
            packed = folder.run("export", "--gzip", "--url", url_of(source), text=False).stdout
            self.assertEqual(json.loads(gzip.decompress(packed).splitlines()[-1])["schemas"], len(schemas))
            # check takes it as a base.
            self.export(source, folder)
            folder.write({"orders-value.avsc": '"int"'})
            self.assertEqual(folder.run("check", "orders-value.avsc", "--against", "bundle:all.ndjson").returncode, 1)

    def test_one_context_into_another(self):
        with Folder() as folder, Server(BINARY) as source, Server(BINARY) as target:
            fill(source)
            rows = self.export(source, folder, "--context", ".prod")
            self.assertEqual({r["subject"] for r in rows if r["kind"] == "schema"}, {"orders", "json"})
            done = folder.run("import", "all.ndjson", "--url", url_of(target), "--context", ".copy")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(call(target.connect(), "GET", "/subjects")[1], [":.copy:json", ":.copy:orders"])
            self.assertEqual(modes(target), {})

    def test_a_registry_with_the_standard_api_alone(self):
        with Folder() as folder, Server(BINARY) as source, Server(BINARY) as target:
            fill(source)
            with foreign(source) as from_, foreign(target) as to:
                self.assertEqual(folder.run("export", "--deleted", "--url", from_.url, "-o", "x").returncode, 0)
                done = folder.run("import", "x", "--url", to.url)
                self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(crawl(source), crawl(target))

    def test_history_and_topic_dump(self):
        with Folder() as folder, Server(BINARY) as source:
            fill(source)
            lines = source_lines(source)
            folder.write({"history": "".join(line + "\n" for line in lines)})
            dump = []
            for line in lines:
                row = json.loads(line)
                if "key" in row:
                    dump.append(f"{json.dumps(row['key'])}\t{json.dumps(row.get('value'))}\n")
            folder.write({"dump": "".join(dump)})
            for args in (["history"], ["dump", "--from-topic-dump"]):
                with self.subTest(args), Server(BINARY) as target:
                    done = folder.run("import", *args, "--url", url_of(target))
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(crawl(source), crawl(target))

    def test_conflicts(self):
        with Folder() as folder, Server(BINARY) as source, Server(BINARY) as target:
            fill(source)
            self.export(source, folder, "--deleted")
            t = target.connect()
            call(t, "PUT", "/config", {"compatibility": "FULL"})
            post(t, "locked", '"string"')  # id 1, version 1
            before = crawl(target)
            for more in ([], ["--dry-run"]):
                done = folder.run("import", "all.ndjson", "--url", url_of(target), *more)
                self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
                self.assertIn("locked@1: the version is there with another text (id 1)", done.stderr)
                self.assertIn("orders-value@1: id 1 is another schema's", done.stderr)
                self.assertIn("--on-conflict skip", done.stderr)
                self.assertEqual(crawl(target), before)
            done = folder.run("import", "all.ndjson", "--url", url_of(target), "--on-conflict", "skip")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("12 registered, 0 there already, 2 left out", done.stdout)
            self.assertIn("the level of the registry was there before and stays as it is", done.stderr)
            self.assertEqual(call(t, "GET", "/config")[1]["compatibilityLevel"], "FULL")
            self.assertEqual(call(t, "GET", "/subjects/locked/versions/1/schema")[1], "string")
            self.assertEqual(modes(target), {})

    def test_renumber(self):
        with Folder() as folder, Server(BINARY) as source, Server(BINARY) as target:
            fill(source)
            self.export(source, folder)
            t = target.connect()
            call(t, "PUT", "/config", {"compatibility": "NONE"})
            post(t, "z/inner", '{"type":"enum","name":"E","symbols":["X"]}')
            with foreign(target) as to:
                done = folder.run("import", "all.ndjson", "--url", to.url, "--on-conflict", "renumber", "--id-map", "map")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertFalse([1 for method, path, _ in to.calls if path.startswith("/mode") and method != "GET"])
            rows = [json.loads(line) for line in folder.read("map").splitlines()]
            inner = {r["was"]["version"]: r["version"] for r in rows if r["subject"] == "z/inner"}
            self.assertEqual(inner, {1: 2, 2: 3})
            answer = call(t, "GET", "/subjects/a%20outer/versions/latest")[1]
            self.assertEqual(answer["references"][0]["version"], 3)
            for row in rows:
                there = call(t, "GET", f"/subjects/{quote(row['subject'], safe='')}/versions/{row['version']}")[1]
                self.assertEqual(there["id"], row["id"])
            self.assertEqual(folder.run("import", "all.ndjson", "--url", url_of(target), "--id-map", "x").returncode, 2)

    def test_some_are_refused(self):
        with Folder() as folder, Server(BINARY) as target:
            rows = [{"kind": "bundle", "version": 1}]
            rows += [{"kind": "schema", "subject": s, "version": 1, "id": i, "schemaType": "AVRO", "schema": text} for i, (s, text) in enumerate((("good", '"int"'), ("bad", '{"type":"nothing"}'), ("also", '"long"')), 1)]
            rows.append({"kind": "end", "schemas": 3})
            folder.write({"f": "".join(json.dumps(r) + "\n" for r in rows)})
            done = folder.run("import", "f", "--url", url_of(target))
            self.assertEqual(done.returncode, 8, done.stderr)
            self.assertIn("schemata: bad@1: ", done.stderr)
            self.assertIn("2 registered, 0 there already, 0 left out, 0 softly deleted, 0 levels and modes set, 1 failed", done.stdout)
            self.assertEqual(modes(target), {})

    def test_modes_of_before_are_put_back(self):
        with Folder() as folder, Server(BINARY) as source, Server(BINARY) as target:
            for server in (source, target):
                post(server.connect(), "s", '"int"')
            post(source.connect(), "t", '"long"')
            call(source.connect(), "PUT", "/config", {"compatibility": "NONE"})
            post(source.connect(), "s", '"string"')
            self.export(source, folder)
            call(target.connect(), "PUT", "/mode/s", {"mode": "READONLY"})
            done = folder.run("import", "all.ndjson", "--url", url_of(target))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(modes(target), {"s": "READONLY"})
            self.assertEqual(call(target.connect(), "GET", "/subjects/s/versions")[1], [1, 2])

    def test_broken_files(self):
        with Folder() as folder, Server(BINARY) as source, Server(BINARY) as target:
            fill(source)
            self.export(source, folder)
            text = folder.read("all.ndjson")
            lines = text.splitlines(keepends=True)
            rows = {
                "cut": ("".join(lines[:-1]), "the last line is missing"),
                "half": (text[: len(text) // 2], "broken bundle"),
                "changed": (text.replace("Order", "Ordex"), "its digest differs"),
                "less": ("".join(lines[:-2] + lines[-1:]), "the number of schemas"),
                "none": ("[1]\n", "no header of a bundle"),
                "more": (text + '{"kind":"schema"}\n', "behind the last line"),
                "html": ("<html>", "broken bundle"),
            }
            for name, (content, words) in rows.items():
                with self.subTest(name):
                    folder.write({name: content})
                    done = folder.run("import", name, "--url", url_of(target))
                    self.assertEqual(done.returncode, 4, done.stderr)
                    self.assertIn(words, done.stderr)
            with open(folder.file("cut.gz"), "wb") as file:
                file.write(gzip.compress(text.encode())[:-20])
            done = folder.run("import", "cut.gz", "--url", url_of(target))
            self.assertEqual(done.returncode, 4)
            self.assertIn("cut off", done.stderr)
            self.assertEqual(folder.run("import", "nowhere", "--url", url_of(target)).returncode, 4)
            self.assertEqual(call(target.connect(), "GET", "/subjects?deleted=true")[1], [])


def source_lines(server):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/schemata/v1/export")
    return connection.getresponse().read().decode().splitlines()


class Interruptions(unittest.TestCase):
    """A run that ends halfway: by a signal, by kill -9, because the registry goes away."""

    def setUp(self):
        self.folder, self.source, self.target = Folder(), Server(BINARY), Server(BINARY)
        for one in (self.folder, self.source, self.target):
            one.__enter__()
            self.addCleanup(one.__exit__, None, None, None)
        fill(self.source)
        done = self.folder.run("export", "--deleted", "--url", url_of(self.source), "-o", "all")
        self.assertEqual(done.returncode, 0, done.stderr)

    def behind(self, at, then):
        """The target behind a proxy that calls then(method, path) before the at-th registration."""
        inner = foreign(self.target)
        count = [0]
        forward = inner.answer

        def answer(method, path, body):
            if method == "POST" and path.endswith("/versions"):
                count[0] += 1
                if count[0] == at:
                    got = then()
                    if got != "go on":
                        return got
            return forward(method, path, body)

        inner.answer = answer
        return inner

    def begin(self, url, *more, stderr=subprocess.DEVNULL):
        return subprocess.Popen([BINARY, "import", "all", "--url", url, *more], cwd=self.folder.path, env=environment(), stdout=subprocess.PIPE, stderr=stderr)

    def finish(self, *more):
        done = self.folder.run("import", "all", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(crawl(self.source), crawl(self.target))
        self.assertFalse(os.path.exists(self.folder.file("all.import-journal")))

    def interrupted_by(self, number, registration):
        process, at, said = [], threading.Event(), self.folder.file("stderr")

        def interrupt():
            """The signal has been taken before the answer comes."""
            at.wait(20)
            process[0].send_signal(number)
            end = time.monotonic() + 20
            while "finishing what is under way" not in self.folder.read("stderr") and time.monotonic() < end:
                time.sleep(0.01)
            return "go on"

        with self.behind(registration, interrupt) as stub:
            with open(said, "w", encoding="utf-8") as file:
                process.append(self.begin(stub.url, "--jobs", "1", stderr=file))
            at.set()
            process[0].communicate(timeout=30)
            err = self.folder.read("stderr")
            self.assertEqual(process[0].returncode, 130, err)
            self.assertIn("--resume goes on", err)
            self.assertEqual(modes(self.target, self.source), {})
            self.assertEqual(len(call(self.target.connect(), "GET", "/schemas?deleted=true&subjectPrefix=:*:")[1]), registration)
            # Not by mistake: a journal is there.
            done = self.folder.run("import", "all", "--url", stub.url)
            self.assertEqual(done.returncode, 7)
            self.assertIn("--resume goes on with it", done.stderr)
            self.finish("--url", stub.url, "--resume")

    def test_ctrl_c(self):
        self.interrupted_by(signal.SIGINT, 3)

    def test_terminated(self):
        self.interrupted_by(signal.SIGTERM, 7)

    def test_kill_and_resume(self):
        process = []
        at = threading.Event()

        def kill():
            at.wait(20)
            process[0].kill()
            process[0].wait()
            return None

        with self.behind(6, kill) as stub:
            process.append(self.begin(stub.url))
            at.set()
            process[0].communicate(timeout=30)
            self.assertEqual(process[0].returncode, -signal.SIGKILL)
            self.assertIn("IMPORT", modes(self.target, self.source).values(), "nobody could put it back")
            self.finish("--url", stub.url, "--resume")
        self.assertEqual(modes(self.target, self.source), {"locked": "READONLY"})

    def test_killed_between_the_journal_and_the_mode(self):
        process, at = [], threading.Event()
        stub = foreign(self.target)
        forward = stub.answer

        def answer(method, path, body):
            if method != "PUT":
                return forward(method, path, body)
            at.wait(20)
            process[0].kill()
            return None  # and none of those that are under way arrives

        stub.answer = answer
        with stub:
            process.append(self.begin(stub.url))
            at.set()
            process[0].communicate(timeout=30)
            self.assertIn('{"opened":', self.folder.read("all.import-journal"))
            self.assertEqual(modes(self.target, self.source), {})
            stub.answer = forward
            self.finish("--url", stub.url, "--resume")

    def goes_away(self, way, status=3):
        """From some registration on, for all that is asked; later it is back."""
        gone = [False]

        def then():
            gone[0] = True
            return way()

        with self.behind(4, then) as stub:
            inner = stub.answer
            stub.answer = lambda m, p, b: way() if gone[0] else inner(m, p, b)
            done = self.folder.run("import", "all", "--url", stub.url, "--timeout", "1s")
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn("still in IMPORT mode", done.stderr)
            self.assertRegex(done.stderr, "--resume puts (it|them) back and goes on")
            self.assertIn("IMPORT", modes(self.target, self.source).values())
            gone[0], stub.answer = False, inner
            self.finish("--url", stub.url, "--resume")

    def test_dies(self):
        self.goes_away(lambda: None)

    def test_answers_html(self):
        self.goes_away(lambda: page(200))

    def test_half_an_answer(self):
        self.goes_away(lambda: (200, {"Content-Length": "1000"}, b'{"id"'))

    def test_cannot_store(self):
        self.goes_away(lambda: refusal(500, 50001, "Error in the backend data store"))

    def test_denies(self):
        self.goes_away(lambda: refusal(401, 401, "Unauthorized"), 5)

    def test_stalls_once(self):
        release = threading.Event()
        self.addCleanup(release.set)
        with self.behind(4, lambda: release.wait(5) and None) as stub:
            done = self.folder.run("import", "all", "--url", stub.url, "--timeout", "700ms")
            self.assertIn(done.returncode, (0, 3), done.stderr)
            self.assertEqual(modes(self.target, self.source) if done.returncode else {}, {}, "put back: the registry answers again")
            if done.returncode:
                self.finish("--url", stub.url, "--resume")

    def test_a_journal_that_tells_of_more_than_was_done(self):
        """Killed behind the journal's line, before the mode; meanwhile all is there: no mode is left behind."""
        done = self.folder.run("import", "all", "--url", url_of(self.target))
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.folder.file("all"), "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        head = {"journal": 1, "digest": digest, "url": url_of(self.target), "wasEmpty": True}
        lines = [head, {"opened": "json"}, {"opened": "z/inner", "was": "READWRITE"}, {"opened": "nobody"}]
        self.folder.write({"all.import-journal": "".join(json.dumps(line) + "\n" for line in lines) + '{"opened":"p.pro'})
        done = self.folder.run("import", "all", "--url", url_of(self.target), "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(modes(self.target, self.source), {"locked": "READONLY", "z/inner": "READWRITE"})

    def test_a_journal_of_something_else(self):
        self.folder.write({"all.import-journal": '{"journal":1,"digest":"0","url":"x"}\n'})
        done = self.folder.run("import", "all", "--url", url_of(self.target), "--resume")
        self.assertEqual(done.returncode, 2)
        self.assertIn("journal of another file", done.stderr)
        self.assertTrue(os.path.exists(self.folder.file("all.import-journal")))

    def test_no_import_mode(self):
        """A registry without IMPORT mode, and one that takes an id and gives another."""
        with foreign(self.target) as stub:
            inner = stub.answer
            stub.answer = lambda m, p, b: refusal(405, 405, "HTTP 405 Method Not Allowed") if m == "PUT" and p.startswith("/mode") else inner(m, p, b)
            done = self.folder.run("import", "all", "--url", stub.url)
            self.assertEqual(done.returncode, 7, done.stderr)
            self.assertIn("--on-conflict renumber", done.stderr)
        with foreign(self.target) as stub:
            inner = stub.answer
            stub.answer = lambda m, p, b: (200, {"Content-Type": "application/json"}, b'{"id":4711}') if m == "POST" else inner(m, p, b)
            done = self.folder.run("import", "all", "--url", stub.url)
            self.assertEqual(done.returncode, 7, done.stderr)
            self.assertIn("under id 4711 in place of", done.stderr)
            self.assertEqual(modes(self.target, self.source), {})


class Backup(unittest.TestCase):
    def test_there_and_back(self):
        with Folder() as folder, Server(BINARY) as source, Server(BINARY) as target:
            fill(source)
            for day in range(3):
                folder.write({f"b/schemata-2020010{day}T000000Z.ndjson.gz": ""})
            folder.write({"b/mine.txt": "kept"})
            done = folder.run("backup", "b", "--keep", "2", "--url", url_of(source))
            self.assertEqual(done.returncode, 0, done.stderr)
            name = done.stdout.strip()
            self.assertEqual(sorted(os.listdir(folder.file("b"))), sorted(["mine.txt", "schemata-20200102T000000Z.ndjson.gz", os.path.basename(name)]))
            self.assertEqual(folder.run("restore-backup", name, "--url", url_of(target)).returncode, 2)
            done = folder.run("restore-backup", name, "--into-empty", "--url", url_of(target))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(crawl(source), crawl(target))
            done = folder.run("restore-backup", name, "--into-empty", "--url", url_of(target))
            self.assertEqual(done.returncode, 7)
            self.assertIn("is not empty: it has", done.stderr)
            self.assertEqual(folder.run("backup", "b", "--keep", "0", "--url", url_of(source)).returncode, 2)
