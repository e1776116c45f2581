#!/usr/bin/env python3
"""Walks openapi/schemata.yaml and sends every route what no client should: wrong methods, broken paths,
senseless parameters, bodies of the wrong shape, type, encoding and size.

run.py BINARY

Whatever comes, an answer is never a 5xx, never slow, and an error is always a JSON object with error_code
and message. At the end the server must still answer, have lost nothing and stop with status 0."""

import http.client
import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import CONTENT_TYPE, Server, call  # noqa: E402

SLOW_SECONDS = 5  # a bound for hangs on a loaded machine, not a claim about speed
OPERATIONS = {"/healthz", "/readyz", "/metrics", "/openapi.yaml"}  # plain text, no JSON errors

PARAMETERS = {
    "subject": "known", "version": "1", "id": "1", "guid": "00000000-0000-0000-0000-000000000000",
    "namespace": "-", "name": "kept", "resourceId": "id-1", "context": ".gone",
}
SEGMENTS = [
    "%00", "a%00b", "%FF", "%C3", "%ED%A0%80", "..", ".", "%2E%2E", "%2F", "a%2Fb", "%", "%zz", "x" * 3000,
    "%F0%9F%98%80", "a%0Ab", ":.ctx:x", ":.ctx", ":*:", ":.__GLOBAL:", "__GLOBAL", "__EMPTY", "-1", "0",
    "2147483648", "99999999999999999999", "latest", "1e3", "%20", "'; drop table versions; --", "{subject}",
]
QUERIES = [
    "deleted", "deleted=", "deleted=maybe", "offset=-1", "offset=x", "limit=0", "limit=99999999999999999999",
    "subjectPrefix=%00", "subjectPrefix=%FF", "normalize=1", "format=%25%25", "verbose=TRUE", "key=a&value=",
    "key=a&key=b&value=c", "&&&=&", "a" * 4000, "&".join(["deleted=true"] * 100), "subject=%ED%A0%80",
    "after=-1", "after=9223372036854775807&limit=2", "wait_ms=99999999", "cursor=%00", "cursor=AA%3D%3D&limit=1", "depth=0",
    "subject=kept&direction=up", "subject=kept&depth=2&direction=referencedby", "context=a:b", "context=.x&q=%2525", "level=x",
    "q=e&in=field,doc", "q=e&cursor=MC8xL2tlcHQ%3D&versions=all", "q=e&cursor=OTk5OTk5OTk5OS8wLw%3D%3D&limit=1", "q=%FF",
    "algorithm=AES256_SIV", "algorithm=x", "algorithm=", "testSharing=true&rewrap=true", "subjectPrefix=a&subjectPrefix=:.x:",
    "fetchMaxId=true&subject=:.x:", "permanent=yes", "resourceType=x&associationType=%00&associationType=key&lifecycle=FOO", "lifecycle=NONE&lifecycle=WEAK",
    "associationType=" + "&associationType=".join(["key"] * 60), "dryRun=true&cascadeLifecycle=true&includeSchemas=true",
    "context=%FF", "context=:.x:&dryRun=true", "referenceFormat=qualified&format=resolved",
]


def associations(*items):
    """Bodies with the items as associations: of one resource, and of a batch."""
    for item in items:
        one = b'{"resourceName":"t","resourceNamespace":"n","resourceId":"id-1","associations":[%s]}' % item
        yield one
        yield b'{"requests":[%s,%s]}' % (one, one)


DEEP = "[" * 5000 + "]" * 5000
BODIES = [
    b"", b"null", b"[]", b"1", b'"x"', b"{", b"{}", b"{}{}", b"\xff\xfe", b'{"schema":"\xff"}', b"NaN",
    b'{"a":NaN}', DEEP.encode(), b'{"schema":' + DEEP.encode() + b"}", b'{"schema":1}', b'{"schema":null}',
    b'{"schema":{}}', b'{"schema":[]}', b'{"schema":""}', b'{"schema":" "}', b'{"schema":"{"}',
    b'{"schema":"\\ud800"}', b'{"schema":"\\u0000"}', b'{"schema":"\\"int\\"","schemaType":"XML"}',
    b'{"schema":"\\"int\\"","schemaType":7}', b'{"schema":"\\"int\\"","references":{}}',
    b'{"schema":"\\"int\\"","references":[1]}', b'{"schema":"\\"int\\"","references":[{}]}',
    b'{"schema":"\\"int\\"","references":[{"name":"a","subject":"b","version":"x"}]}',
    b'{"schema":"\\"int\\"","references":[{"name":"a","subject":"gone","version":1}]}',
    b'{"schema":"\\"int\\"","version":"abc"}', b'{"schema":"\\"int\\"","version":99999999999}',
    b'{"schema":"\\"int\\"","version":1.5}', b'{"schema":"\\"int\\"","id":-5,"version":-7}',
    b'{"schema":"\\"int\\"","metadata":[]}', b'{"schema":"\\"int\\"","metadata":{"tags":1}}',
    b'{"schema":"\\"int\\"","ruleSet":{"domainRules":[{"mode":"SIDEWAYS"}]}}',
    b'{"schema":"\\"int\\"","schemaTagsToAdd":[{}]}', b'{"tagsToAdd":[[]],"tagsToRemove":"x"}',
    b'{"schema":"\\"int\\"","propagateSchemaTags":"maybe","schemaTagsToRemove":[{"schemaEntity":{"entityPath":"","entityType":"sr_record"},"tags":[""]}]}',
    b'{"tagsToAdd":[' + b'{"schemaEntity":{"entityPath":"a.b","entityType":"sr_field"},"tags":["x"]},' * 1000 + b'null]}',
    b'{"newVersion":-7,"rulesToMerge":{"domainRules":[{"name":"\\u0000"}]},"rulesToRemove":[null]}', b'{"rulesToRemove":{}}',
    b'{"compatibility":1}', b'{"compatibility":"sideways"}', b'{"compatibility":null}', b'{"mode":"x"}',
    b'{"mode":1}', b'{"mode":null}', b'{"normalize":"x"}', b'{"alias":[]}', b'{"schema":1,"schema":"\\"int\\""}',
    b'{"schema":"' + b"x" * (1 << 20) + b'"}', b"[" + b"{}," * 100000 + b"{}]",
    b'{"schema":"' + b"[" * 10000 + b'"}', b'{"schema":"syntax = \\"proto3\\";","schemaType":"PROTOBUF"}',
    b'{"schema":"message {","schemaType":"PROTOBUF"}', b'{"schema":"{\\"$ref\\":\\"http://x/y\\"}","schemaType":"JSON"}',
    b'{"subject":"kept","values":[1,"x",null,{},[[]]]}', b'{"id":1,"values":{}}', b'{"id":"x","values":[1]}', b'{"id":1,"guid":"x","values":[]}',
    b'{"schema":"{}","schemaType":"JSON","values":[' + b"[" * 200 + b"]" * 200 + b'],"maxFindings":0}',
    b'{"schema":"{\\"pattern\\":\\"(a+)+$\\"}","schemaType":"JSON","values":["' + b"a" * 40 + b'!"]}',
    b'{"schema":"{\\"$ref\\":\\"#\\"}","schemaType":"JSON","values":[1]}', b'{"schema":"syntax = \\"proto3\\";","schemaType":"PROTOBUF","values":[{}]}',
    b'{"data":"AAAAAAEO"}', b'{"data":"AAAAAAE"}', b'{"data":7}', b'{"data":"Ag==","subject":"kept"}', b'{"data":"AQ==","framed":true}',
    b'{"from":{"subject":"kept"},"to":{"schema":"\\"int\\""}}', b'{"from":[],"to":1}', b'{"from":{"subject":"kept"},"to":{"schema":"{}","schemaType":"JSON"}}',
    b'{"against":[{"subject":"kept"},{"id":1}],"schema":"\\"int\\"","level":"FULL"}', b'{"against":[1],"schema":"\\"int\\""}', b'{"subject":"kept","schema":"\\"int\\"","version":"latest"}',
    b'{"schema":"{\\"$ref\\":\\"#\\"}","schemaType":"JSON"}', b'{"schema":"7","schemaType":"JSON"}',
    b'{"name":"kept","kmsType":"local-kms","kmsKeyId":"i","shared":true}', b'{"name":7,"kmsType":{},"kmsKeyId":[]}',
    b'{"name":"a b","kmsType":"t","kmsKeyId":"i"}', b'{"name":"p","kmsType":"t","kmsKeyId":"i","kmsProps":{"a":[' + b"[" * 30 + b"]" * 30 + b"]}}",
    b'{"name":"q","kmsType":"t","kmsKeyId":"\\u0000","kmsProps":{"":"","a":null},"doc":"\\u0000","shared":"x"}',
    b'{"kmsProps":{' + b",".join(b'"%d":"x"' % i for i in range(20000)) + b"}}", b'{"kmsProps":null,"doc":null}',
    b'{"algorithm":"AES256_SIV","version":2147483647}', b'{"algorithm":"DES"}', b'{"version":0}', b'{"version":-1,"subject":""}',
    b'{"subject":"\\u0000","encryptedKeyMaterial":1}', b'{"encryptedKeyMaterial":"%"}',
    b'{"encryptedKeyMaterial":"' + b"A" * 500000 + b'","deleted":true}', b'{"deleted":"maybe","rewrap":true}',
    *associations(b"", b"null", b"{}", b"[]", b"1", b'"x"'),
    *associations(b'{"associationType":7}', b'{"lifecycle":{}}', b'{"frozen":"x"}', b'{"schema":[]}', b'{"subject":"\\u0000"}'),
    *associations(b'{"opType":"CREATE"}', b'{"opType":null}', b'{"opType":"DELETE","associationType":[]}', b'{"opType":"UPSERT","subject":"kept"}'),
    *associations(b'{"opType":"CREATE","subject":"kept"}' + b',{"opType":"DELETE","cascadeLifecycle":true},{"opType":"CREATE","subject":"kept"}' * 20),
    *associations(b'{"opType":"CREATE","schema":{"schema":"\\"int\\"","references":[{"name":"a","subject":":.n:t-value","version":1}]}}'),
    *associations(b'{"opType":"CREATE","schema":{"schema":' + DEEP.encode() + b"}}"),
    b'{"requests":[]}', b'{"requests":{}}', b'{"requests":[null]}', b'{"requests":[[]]}', b'{"requests":[{"associationTypes":[{}]}]}',
    b'{"requests":[' + b",".join([b"{}"] * 1000) + b"]}", b'{"requests":[' + b",".join([b"{}"] * 1001) + b"]}",
    b'{"resourceName":"' + b"a" * 100000 + b'","resourceNamespace":"n","resourceId":"' + b"i" * 100000 + b'","associations":[{"subject":"kept"}]}',
]


def routes():
    """(method, path) pairs; the document's layout is fixed by the test beside the route tables."""
    path, found = None, []
    with open("openapi/schemata.yaml", encoding="utf-8") as file:
        for line in file:
            if match := re.match(r"  (/\S*):$", line):
                path = match.group(1)
            elif path and (match := re.match(r"    (get|post|put|delete):$", line)):
                found.append((match.group(1).upper(), path))
            elif line.startswith("components:"):
                break
    return found


class Walk:
    def __init__(self, server):
        self.server = server
        self.connection = server.connect()
        self.sent = 0
        self.problems = []

    def send(self, method, target, body=None, headers=None):
        headers = {"Content-Type": CONTENT_TYPE} if headers is None else headers
        begin = time.monotonic()
        for attempt in (1, 2):
            try:
                self.connection.putrequest(method, target, skip_accept_encoding=True)
                if body is not None:
                    self.connection.putheader("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.connection.putheader(name, value)
                self.connection.endheaders(body)
                answer = self.connection.getresponse()
                text = answer.read()
                break
            except (http.client.HTTPException, OSError) as error:
                # a refused request may close the connection; only a second failure is a finding
                self.connection.close()
                self.connection = self.server.connect()
                if attempt == 2:
                    self.problems.append(f"{method} {target[:80]} {(body or b'')[:60]}: {error!r}")
                    return
        self.sent += 1
        self.judge(method, target, body, answer, text, time.monotonic() - begin)

    def judge(self, method, target, body, answer, text, seconds):
        what = f"{method} {target[:100]} {(body or b'')[:80]} -> {answer.status} {text[:120]}"
        if answer.status >= 500:
            self.problems.append("5xx: " + what)
        if seconds > SLOW_SECONDS:
            self.problems.append(f"slow ({seconds:.1f} s): " + what)
        if answer.status >= 400 and method != "HEAD" and target.split("?")[0] not in OPERATIONS:
            try:
                error = json.loads(text)
                well = isinstance(error["error_code"], int) and isinstance(error["message"], str)
                well = well and str(error["error_code"])[:3] == str(answer.status)
            except (ValueError, KeyError, TypeError):
                well = False
            if not well:
                self.problems.append("no JSON error: " + what)

    # ---- the walk ----------------------------------------------------------------------------------

    def walk(self):
        table = routes()
        for method, pattern in table:
            self.paths(method, pattern)
            self.queries(method, pattern)
            self.headers(method, pattern)
            if method in ("POST", "PUT"):
                self.bodies(method, pattern)
        for pattern in sorted({pattern for _, pattern in table}):
            for method in ("PATCH", "TRACE", "get", "OPTIONS", "HEAD", "DELETE", "PUT", "X" * 40):
                self.send(method, self.fill(pattern))

    def fill(self, pattern, name=None, value=None):
        return re.sub(
            r"\{(\w+)\}", lambda m: value if m.group(1) == name else PARAMETERS[m.group(1)], pattern
        )

    @staticmethod
    def sample(method):
        return b'{"schema":"\\"int\\""}' if method in ("POST", "PUT") else None

    def paths(self, method, pattern):
        for name in re.findall(r"\{(\w+)\}", pattern):
            for value in SEGMENTS:
                value = value.replace(" ", "%20")
                self.send(method, self.fill(pattern, name, value), self.sample(method))
        self.send(method, self.fill(pattern) + "/", self.sample(method))
        self.send(method, "/" + self.fill(pattern), self.sample(method))
        self.send(method, self.fill(pattern) + "/no/such/thing", self.sample(method))

    def queries(self, method, pattern):
        for query in QUERIES:
            self.send(method, f"{self.fill(pattern)}?{query}", self.sample(method))

    def headers(self, method, pattern):
        target, body = self.fill(pattern), self.sample(method)
        for accept in ("text/html", "application/json;q=0", "*/*;q=2", ",,;;", "a" * 2000, ""):
            self.send(method, target, body, {"Accept": accept, "Content-Type": CONTENT_TYPE})
        for kind in ("text/xml", "application/json; charset=utf-16", "", "a/b/c"):
            self.send(method, target, body, {"Content-Type": kind})
        self.send(method, target, body, {"X-Request-ID": "x" * 500, "Content-Type": CONTENT_TYPE})

    def bodies(self, method, pattern):
        for body in BODIES:
            self.send(method, self.fill(pattern), body)


def main():
    binary = sys.argv[1]
    with Server(binary, "--set", "schemata.kms.local.secret=robust") as server:
        connection = server.connect()
        call(connection, "POST", "/subjects/kept/versions", {"schema": '"long"'})
        call(connection, "POST", "/dek-registry/v1/keks", {"name": "kept", "kmsType": "local-kms", "kmsKeyId": "i", "shared": True})
        call(connection, "POST", "/dek-registry/v1/keks/kept/deks/known", {})
        walk = Walk(server)
        walk.walk()
        alive = call(server.connect(), "GET", "/subjects/kept/versions/1/schema")
        status = server.stop()
        if status != 0:
            walk.problems.append(f"the server ended with status {status}: {server.output()[-2000:]}")
    if alive not in [(200, "long"), (404, alive[1])]:
        walk.problems.append(f"the known schema answers {alive}")
    for problem in walk.problems[:40]:
        print(problem)
    print(f"{walk.sent} requests, {len(walk.problems)} problems")
    return 1 if walk.problems or walk.sent < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
