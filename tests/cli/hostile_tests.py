"""A registry that answers nonsense: every command ends with a message and a status of its own, writes nothing
and crashes never."""

import json
import unittest

from stub import Stub
from tool import Folder

DEEP = "[" * 5000 + "]" * 5000
BODIES = [
    b"", b"null", b"1", b'"x"', b"[]", b"{}", b"[[]]", b'[{"a":1}]', b"[1,2,3]", b"[-1,0,99999999999]", b'["a","a","\xff"]',
    b'["../../etc/passwd",".","",":.:",":.x","\\u0000"]', DEEP.encode(), b'{"schema":5}', b'{"schema":"\\"int\\"","version":-5,"id":-1}',
    b'{"subject":5,"version":"x","id":[],"schema":"{","schemaType":"AVRO"}',
    b'{"subject":"a","version":1,"id":1,"schema":"x","schemaType":"COBOL"}',
    b'{"subject":"a","version":1,"id":1,"schema":"\\"int\\"","references":[1,{"name":5},{"name":"a","subject":"a","version":1}]}',
    b'{"subject":"a","version":1,"id":1,"schema":"\\"b\\"","references":[{"name":"b","subject":"a","version":1},{"name":"c","subject":"a","version":2}]}',
    b'{"compatibilityLevel":"SIDEWAYS","mode":7}', b'{"is_compatible":"maybe"}', b'{"error_code":"x"}', b"<html>", b"\x00\x01\x02",
]
COMMANDS = [
    ["get", "sr:a"], ["get", "sr:a@all", "-f", "json"], ["get", "sr:id/1", "--with-references", "-f", "json"], ["list"],
    ["list", "--columns", "subject,type,version,id,versions,level,mode"], ["versions", "a", "--deleted"], ["search", "a"],
    ["which", "1"], ["refs", "a"], ["contexts"], ["pull", "out"], ["check", "--against", "sr:"], ["check", "a.avsc", "--against", "sr:a"],
    ["validate", "sr:a"], ["diff", "sr:a@1", "sr:a@2"], ["register", "a.avsc", "--dry-run"], ["register", "a.avsc"], ["plan"],
    ["apply", "-y"], ["config", "get", "a"], ["mode", "set", "a", "READONLY"], ["delete", "a", "-y", "--permanent"], ["restore", "a", "-y"],
]
KNOWN = {0, 1, 2, 3, 4, 5, 6, 7, 8}


class HostileRegistry(unittest.TestCase):
    def run_all(self, status, bodies):
        with Folder({"a.avsc": '"int"', "b.avsc": '{"type":"array","items":"a"}'}) as folder:
            for body in bodies:
                with Stub(lambda *_: (status, {"Content-Type": "application/json"}, body)) as stub:
                    for command in COMMANDS:
                        with self.subTest(status=status, body=body[:60], command=command):
                            done = folder.run(*command, "--url", stub.url, "--timeout", "2s", text=False)
                            self.assertIn(done.returncode, KNOWN, done.stderr)
                            if done.returncode:
                                self.assertTrue(done.stderr + done.stdout, "a failure without a word")
                            if command[0] not in ("get", "check", "validate", "diff"):  # they print data
                                self.assertNotIn(b"\x1b", done.stderr + done.stdout)
                            self.assertNotIn(b"Sanitizer", done.stderr)

    def test_answers(self):
        self.run_all(200, BODIES)

    def test_refusals(self):
        self.run_all(404, [b'{"error_code":40401,"message":5}', b'{"error_code":999999999999}'])
        self.run_all(422, [b'{"error_code":42201,"message":"\\u0000\\u001b[31m"}'])
        self.run_all(409, [json.dumps({"error_code": 409, "message": "x" * 100000}).encode()])

    def test_terminal_escapes_of_a_peer_do_not_reach_a_listing(self):
        with Stub(lambda *_: (200, {"Content-Type": "application/json"}, b'["a\\u001b[31m\\u0007b"]')) as stub, Folder() as folder:
            done = folder.run("list", "--url", stub.url)
            self.assertEqual((done.returncode, done.stdout), (0, "a?[31m?b\n"))
