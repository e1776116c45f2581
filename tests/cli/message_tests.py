"""decode, encode, inspect."""

import base64
import json
import unittest

from tool import Folder, run

ORDER = {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "long"}, {"name": "mail", "type": ["null", "string"]}]}
NEWER = {**ORDER, "fields": ORDER["fields"] + [{"name": "n", "type": "int", "default": 5}]}
VALUES = [{"id": 1, "mail": None}, {"id": -2, "mail": "é"}]


def bundle():
    rows = [{"kind": "bundle", "version": 1}]
    rows += [{"kind": "schema", "subject": "orders", "version": v, "id": i, "schemaType": "AVRO", "schema": json.dumps(s)} for v, i, s in ((1, 7, ORDER), (2, 9, NEWER))]
    rows.append({"kind": "schema", "subject": "doc", "version": 1, "id": 11, "schemaType": "JSON", "schema": "{}"})
    return "".join(json.dumps(row) + "\n" for row in rows + [{"kind": "end", "schemas": 3}])


class Messages(unittest.TestCase):
    def test_there_and_back(self):
        lines = "".join(json.dumps(v) + "\n" for v in VALUES)
        with Folder({"o.avsc": ORDER, "values": lines, "all.ndjson": bundle()}) as folder:
            for form in ("hex", "base64"):
                done = folder.run("encode", "--schema", "o.avsc", "values", "--out", form)
                self.assertEqual(done.returncode, 0, done.stderr)
                back = folder.run("decode", "--schemas", "o.avsc", "--in", form, "-f", "value", input=done.stdout)
                self.assertEqual([json.loads(line) for line in back.stdout.splitlines()], VALUES)
            done = folder.run("encode", "--schema", "bundle:all.ndjson#orders@1", input=lines)
            self.assertTrue(done.stdout.startswith("0000000007"), done.stdout)
            back = folder.run("decode", "--schemas", "bundle:all.ndjson", input=done.stdout)
            self.assertEqual(json.loads(back.stdout.splitlines()[0]), {"id": 7, "subject": "orders", "version": 1, "value": VALUES[0]})
            back = folder.run("decode", "--schemas", "bundle:all.ndjson", "--reader", "bundle:all.ndjson#orders@2", "-f", "value", input=done.stdout)
            self.assertEqual(json.loads(back.stdout.splitlines()[1]), {**VALUES[1], "n": 5})
            back = folder.run("decode", "--schemas", "bundle:all.ndjson", "--stats", input=done.stdout)
            self.assertEqual(back.stdout.split(), ["2", "id", "7", "orders", "version", "1"])

    def test_known_bytes(self):
        with Folder({"o.avsc": ORDER, "all.ndjson": bundle()}) as folder:
            done = folder.run("encode", "--schema", "o.avsc", "--id", "7", input='{"id": 1, "mail": "a"}\n')
            self.assertEqual(done.stdout, "0000000007" + "02" + "020261" + "\n")
            raw = folder.run("decode", "--schemas", "bundle:all.ndjson", "--in", "raw", input=bytes.fromhex(done.stdout), text=False)
            self.assertEqual(json.loads(raw.stdout)["value"], {"id": 1, "mail": "a"})
            doc = b"\0\0\0\0\x0b" + b'{"a": 1.50}'
            done = folder.run("decode", "--schemas", "bundle:all.ndjson", "--in", "base64", input=base64.b64encode(doc).decode() + "\n")
            self.assertIn('"value":{"a":1.50}', done.stdout)

    def test_streams(self):
        """Messages come out as they come in; what is cut off or endless is named."""
        import subprocess

        from tool import BINARY, environment

        frame = bytes.fromhex("0000000007" + "02" + "020261")
        with Folder({"all.ndjson": bundle(), "o.avsc": ORDER}) as folder:
            schemas = ["decode", "--schemas", "bundle:all.ndjson"]
            process = subprocess.Popen([BINARY, *schemas], cwd=folder.path, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(3):
                process.stdin.write(frame.hex().encode() + b"\n")
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["value"], {"id": 1, "mail": "a"})
            process.stdin.close()
            self.assertEqual((process.wait(20), process.stdout.read()), (0, b""))
            process.stdout.close()
            counted = len(frame).to_bytes(4, "big") + frame
            rows = [
                (counted * 3, 0, 3, b""), (b"", 0, 0, b""), (counted + b"\0\0", 4, 1, b"the input ends within message 2"),
                (counted[:-1], 4, 0, b"the input ends within message 1"), (b"\x7f\xff\xff\xff", 4, 0, b"message 1 is longer than"),
                (counted + b"\xff\xff\xff\xff" + counted, 1, 2, b"message 2: "),
            ]
            for data, status, count, text in rows:
                done = folder.run(*schemas, "--in", "kcat", input=data, text=False)
                self.assertEqual((done.returncode, len(done.stdout.splitlines())), (status, count), done.stderr)
                self.assertIn(text, done.stderr)
            doc = folder.run("decode", "--schemas", "bundle:all.ndjson#doc", "--framing", "none", "--in", "lines", "-f", "value", input='{"a":1}\n\n[2]\n')
            self.assertEqual(doc.stdout, '{"a":1}\n[2]\n', doc.stderr)
            self.assertEqual(folder.run(*schemas, ".").returncode, 4)
            self.assertEqual(folder.run(*schemas, "nowhere").returncode, 4)
            wrong = folder.run("encode", "--schema", "o.avsc", input='\n\n{"id":"x"}\n')
            self.assertEqual(wrong.returncode, 1)
            self.assertIn("line 3: ", wrong.stderr)

    PROTO = 'syntax = "proto3";\npackage p;\nmessage A { int32 n = 1; }\nmessage B { message C { string s = 1; A a = 2; } }\n'

    def test_protobuf(self):
        lines = '{"s":"x","a":{"n":150}}\n{}\n'
        row = {"kind": "schema", "subject": "b", "version": 1, "id": 7, "schemaType": "PROTOBUF", "schema": self.PROTO}
        all_ = "".join(json.dumps(r) + "\n" for r in ({"kind": "bundle"}, row, {"kind": "end", "schemas": 1}))
        with Folder({"b.proto": self.PROTO, "all.ndjson": all_}) as folder:
            done = folder.run("encode", "--schema", "b.proto", "--message", "p.B.C", input=lines)
            self.assertEqual((done.returncode, done.stdout), (0, "0a01781203089601\n\n"), done.stderr)
            back = folder.run("decode", "--schemas", "b.proto", "--message", "p.B.C", "-f", "value", input=done.stdout.splitlines()[0])
            self.assertEqual(back.stdout, lines.splitlines()[0] + "\n", back.stderr)
            # Behind the prefix: two indexes, message 1 and in it message 0.
            done = folder.run("encode", "--schema", "bundle:all.ndjson", "--message", "p.B.C", input=lines)
            self.assertEqual(done.stdout.splitlines()[1], "0000000007" + "040200", done.stderr)
            back = folder.run("decode", "--schemas", "bundle:all.ndjson", input=done.stdout)
            self.assertEqual(json.loads(back.stdout.splitlines()[0])["value"], {"s": "x", "a": {"n": 150}})
            # The first message is the one byte 0.
            done = folder.run("encode", "--schema", "bundle:all.ndjson", input='{"n": 1}')
            self.assertEqual(done.stdout, "0000000007" + "00" + "0801" + "\n")
            self.assertEqual(folder.run("encode", "--schema", "b.proto", "--message", "p.X", input="{}").returncode, 4)
            for message, words in (("000000000704", "message 1: "), ("0000000007020600", "message 1: "), ("000000000700ff", "message 1: ")):
                back = folder.run("decode", "--schemas", "bundle:all.ndjson", input=message)
                self.assertEqual((back.returncode, back.stdout), (1, ""))
                self.assertIn(words, back.stderr)

    def test_bad_messages_are_named_and_the_rest_goes_on(self):
        with Folder({"o.avsc": ORDER, "all.ndjson": bundle()}) as folder:
            done = folder.run("decode", "--schemas", "bundle:all.ndjson", input="zz\n0000000007\n0000000063\n00000000070200\n01\n")
            self.assertEqual((done.returncode, len(done.stdout.splitlines())), (1, 1), done.stdout)
            for words in ("message 1: this is no hex", "message 2: ", "message 3: no schema with id 99", "message 5: "):
                self.assertIn(words, done.stderr)
            done = folder.run("encode", "--schema", "o.avsc", input='{"id": "x"}\n{"id": 1, "mail": null}\n')
            self.assertEqual((done.returncode, done.stdout), (1, "0200\n"))
            self.assertIn("line 1: ", done.stderr)
            for args, status in ((["decode"], 2), (["encode"], 2), (["decode", "--schemas", "nowhere"], 4), (["encode", "--schema", "o.avsc", "--id", "0"], 2)):
                self.assertEqual(folder.run(*args, input="").returncode, status, args)

    def test_inspect(self):
        rows = [
            ("000000002a02", "registry prefix: schema id 42, then 1 bytes"),
            ("01" + "11" * 16, "registry GUID header: schema 11111111-1111-1111-1111-111111111111"),
            ("0300" + "22" * 16, "AWS Glue header: schema version 22222222-"),
            ("0305" + "22" * 16, "AWS Glue header (zlib)"),
            ("c301" + "8f5c393f1ad57572" + "02", "fingerprint (Rabin) 7275d51a3f395c8f, then 1 bytes"),
            ("4f626a0102", "Avro file"),
            ("00000000000000002a02", "8-byte id: id 42"),
            ("1f8b08", "gzip"),
            ("7b7d", "plain JSON"),
            ("68656c6c6f", "text"),
            ("ff00ff", "unknown"),
            ("00", "unknown"),
        ]
        for hex_, answer in rows:
            with self.subTest(answer):
                self.assertIn(answer, run("inspect", hex_).stdout)
                self.assertIn(answer, run("inspect", input=bytes.fromhex(hex_), text=False).stdout.decode())
        self.assertIn("tombstone", run("inspect", input=b"", text=False).stdout.decode())
        self.assertEqual(run("inspect", "no such file").returncode, 4)
