#!/usr/bin/env python3
"""Every answer is made of the history alone: crawls every GET route and compares bytes.

run.py BINARY

A server is filled with a varied state: three formats, references, contexts, soft and hard deletions,
settings of every kind, rule sets, aliases, imported ids, keks and deks, associations. Every GET route of
openapi/schemata.yaml is asked with the combinations of the values below (all of them, or as many as
CRAWL_COMBINATIONS says, drawn with a fixed seed), in every context, and the bytes are kept. The same crawl must then give the same bytes

    after a restart                    from the server's own file
    from an import                     of GET /schemata/v1/export into an empty server
    from a replayed history            `schemata fsck --rebuild` into an empty folder
    from an import in two halves       the first one cut off in the middle of a line

What may differ, and nothing else: /metrics (not asked); the member sinceStart of /schemata/v1/usage; the
journal /schemata/v1/imports on a server that imported."""

import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.crawl.fill import fill  # noqa: E402
from tests.support.server import Server  # noqa: E402

NOT_ASKED = {"/metrics"}
JOURNAL = "/schemata/v1/imports"
COMBINATIONS_MAX = int(os.environ.get("CRAWL_COMBINATIONS", "400"))  # of one route; beyond that some of them

# Values of query parameters; None leaves the parameter out. One that is not here gets its enum, both
# truths, or none.
QUERY = {
    "subjectPrefix": [None, "", "o", ":*:", ":*:o", ":.a:"],
    "subject": [None, ":.a:", ":.a:orders", "orders", "gone"],
    "format": [None, "resolved", "serialized", "ignore_extensions"],
    "offset": [None, "1"],
    "limit": [None, "2"],
    "key": [None, "owner"],
    "value": [None, "team-a"],
    "findTags": [None, "PII"],
    "ruleType": [None, "CEL", "NONE"],
    "contextPrefix": [None, ".a"],
    "context": [None, ".a", "none"],
    "q": [None, "or", "id"],
    "level": [None, "FULL"],
    "sort": [None],
    "cursor": [None],
    "in": [None, "type,doc"],
    "after": [None, "3"],
    "wait_ms": [None],
    "before": [None, "2"],
    "depth": [None, "1"],
    "version": [None, "1"],
    "algorithm": [None, "AES128_GCM", "AES256_SIV"],
    "associationType": [None, "key"],
    "resourceType": [None, "topic"],
    "lifecycle": [None, "STRONG", "NONE"],
}


def parameters(text):
    """Named parameters of the document: name -> (name, where, schema text)."""
    found = {}
    block = text.split("\ncomponents:", 1)[1].split("\n  parameters:\n", 1)[1]
    block = re.split(r"^  \w", block, maxsplit=1, flags=re.M)[0]
    for name, rest in re.findall(r"^    (\w+):(.*\n(?:      .*\n)*)", block, re.M):
        found[name] = " ".join(rest.split())
    return found


def describe(line):
    name = re.search(r"name: ([\w-]+)", line)[1]
    where = re.search(r"in: (\w+)", line)[1]
    enum = re.search(r"enum: \[([^\]]*)\]", line)
    if enum:
        values = [None] + [value.strip().strip('"') for value in enum[1].split(",")]
    elif "type: boolean" in line:
        values = [None, "true"]
    else:
        values = [None]
    return name, where, QUERY.get(name, values)


def routes():
    """(path, [(query name, values)]) of each GET; the document's layout is fixed by the test beside the
    route tables."""
    with open("openapi/schemata.yaml", encoding="utf-8") as file:
        text = file.read()
    named, found = parameters(text), []
    for block in re.split(r"^  (?=/)", text.split("\ncomponents:")[0], flags=re.M)[1:]:
        path = block.split(":\n", 1)[0]
        get = re.search(r"^    get:\n((?:      .*\n?|\n)*)", block, re.M)
        if not get or path in NOT_ASKED:
            continue
        query = []
        for line in re.findall(r"^        - (\{.*\})$", get[1], re.M):
            reference = re.search(r"#/components/parameters/(\w+)", line)
            name, where, values = describe(named[reference[1]] if reference else line)
            if where == "query":
                query.append((name, values))
        found.append((path, query))
    return found


class Crawl:
    def __init__(self, server):
        self.server = server
        self.connection = server.connect(120)
        self.answers = {}

    def get(self, target):
        self.connection.request("GET", target, headers={"X-Request-ID": "crawl"})
        answer = self.connection.getresponse()
        body = answer.read()
        headers = sorted(
            (name, value) for name, value in answer.getheaders() if name not in ("Date", "Connection")
        )
        if target.split("?")[0].endswith("/schemata/v1/usage"):
            body = json.dumps(json.loads(body)["state"]).encode()
            headers = [pair for pair in headers if pair[0] != "Content-Length"]
        self.answers[target] = (answer.status, headers, body)
        return answer.status, body

    def values(self):
        """What the paths' parameters may be: what is there, and something that is not."""
        ask = lambda target: json.loads(self.get(target)[1])
        subjects = ask("/subjects?subjectPrefix=:*:&deleted=true")
        ids = sorted({row["id"] for row in ask("/schemas?subjectPrefix=:*:&deleted=true")})
        guids = sorted({row["guid"] for row in ask("/schemas?subjectPrefix=:*:&deleted=true")})
        keks = ask("/dek-registry/v1/keks?deleted=true")
        return {
            "subject": subjects + ["none", ":.a:", ":.none:x", ":.__GLOBAL:"],
            "version": ["1", "2", "latest", "7"],
            "id": [str(i) for i in ids + [99999]],
            "guid": guids + ["00000000-0000-0000-0000-000000000000"],
            "namespace": ["-", "lkc-1"],
            "name": ["-", "orders-topic", "none"] + (keks if isinstance(keks, list) else []),
            "resourceId": ["id-1", "id-2", "none"],
            "context": [".a"],
        }

    def route(self, path, query, values):
        names = re.findall(r"\{(\w+)\}", path)
        places = itertools.product(*(values.get(name, ["x"]) for name in names))
        choices = list(itertools.product(*([(name, v) for v in vs] for name, vs in query)))
        everything = list(itertools.product(places, choices))
        if len(everything) > COMBINATIONS_MAX:
            everything = random.Random(path).sample(everything, COMBINATIONS_MAX)
        for place, choice in everything:
            target = path
            for name, value in zip(names, place):
                target = target.replace("{%s}" % name, urllib.parse.quote(value, safe=":."))
            given = [(name, value) for name, value in choice if value is not None]
            self.get(target + ("?" + urllib.parse.urlencode(given) if given else ""))

    def pages(self, target):
        """Follows nextCursor to the end."""
        cursor, seen = "", 0
        while cursor is not None:
            status, body = self.get(target + "&cursor=" + urllib.parse.quote(cursor, safe=""))
            assert status == 200 and seen < 10000, (target, status, body)
            cursor, seen = json.loads(body)["nextCursor"], seen + 1
        return seen

    def contexts(self):
        """The same routes, reached through a context's path."""
        for target in [t for t in self.answers if re.match(r"/(subjects|schemas|config|mode)\b", t)][::7]:
            self.get("/contexts/.a" + target)

    def run(self):
        values = self.values()
        for path, query in routes():
            self.route(path, query, values)
        self.contexts()
        assert self.pages("/schemata/v1/subjects?limit=2&deleted=true") > 5
        assert self.pages("/schemata/v1/search?q=e&limit=3&versions=all") > 5
        return self.answers


class Check:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.failures = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def crawl(self, server):
        return Crawl(server).run()

    def compare(self, what, want, got, without=()):
        differing = [
            t for t in sorted(set(want) | set(got)) if t not in without and want.get(t) != got.get(t)
        ]
        for target in differing[:5]:
            print(f"{what}: {target}\n  was {want.get(target)}\n  is  {got.get(target)}")
        self.failures += len(differing)
        print(f"{what}: {len(got)} answers, {len(differing)} differ")

    def export(self, server):
        connection = server.connect(120)
        connection.request("GET", "/schemata/v1/export")
        return connection.getresponse().read()

    def send(self, server, export, expected=200):
        connection = server.connect(120)
        connection.request("POST", "/schemata/v1/import", export, {"Content-Type": "application/x-ndjson"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != expected:
            print(f"import: {answer.status} {body[:300]}, expected {expected}")
            self.failures += 1

    def fsck(self, data, *more, expected=0):
        done = subprocess.run([self.binary, "fsck", "--data", data, *more], capture_output=True, text=True)
        if done.returncode != expected:
            print(f"fsck {data}: {done.stdout}{done.stderr}")
            self.failures += 1

    def run(self):
        kept = self.path("kept")
        with Server(self.binary, data=kept) as server:
            fill(server)
            want = self.crawl(server)
            self.compare("the same server again", want, self.crawl(server))
            export = self.export(server)
        assert want[JOURNAL][2] == b'{"imports":[]}'
        self.must_be_varied(want)
        with Server(self.binary, data=kept) as server:
            self.compare("after a restart", want, self.crawl(server))
        with Server(self.binary, "--set", "schemata.cache.bytes=0", data=kept) as server:
            self.compare("without caches", want, self.crawl(server))
        self.fsck(kept)
        with Server(self.binary, data=self.path("imported")) as server:
            self.send(server, export)
            self.compare("from an import", want, self.crawl(server), {JOURNAL})
        self.fsck(self.path("imported"))
        with Server(self.binary, data=self.path("halves")) as server:
            self.send(server, export[: len(export) // 2], 400)
            self.send(server, export)
            self.compare("from an import in two halves", want, self.crawl(server), {JOURNAL})
        self.fsck(kept, "--rebuild", self.path("replayed"))
        with Server(self.binary, data=self.path("replayed")) as server:
            self.compare("from a replayed history", want, self.crawl(server))
        self.fsck(kept, "--rebuild", self.path("imported"), expected=4)  # it holds a registry
        return self.failures

    def must_be_varied(self, answers):
        """The crawl itself: it would prove nothing if everything were a 404."""
        good = sum(status == 200 for status, _, _ in answers.values())
        print(f"{len(answers)} answers, {good} of them 200, {len(routes())} routes")
        assert good > len(answers) / 4 and not any(s >= 500 for s, _, _ in answers.values())


def main():
    with tempfile.TemporaryDirectory(prefix="schemata-crawl-") as folder:
        failures = Check(sys.argv[1], folder).run()
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
