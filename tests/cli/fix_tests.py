"""--fix: which edits are written, which are only suggested, and that nothing is half done."""

import json
import os
import unittest

from tool import Folder

FIELDS = '"fields": [{"name": "a", "type": ["null", "string"]}, {"name": "b", "type": ["string", "null"], "default": ""}]'
RECORD = '{"type": "record", "name": "R", "namespace": "n", ' + FIELDS + "}\n"
FIXED = RECORD.replace('"string"]}', '"string"], "default": null}')


def text_after(text, edit):
    """What a reader of the report makes of an edit."""
    raw, place = text.encode(), edit["location"]
    return (raw[: place["byte"]] + edit["replacement"].encode() + raw[place["byte"] + place["length"] :]).decode()


class Fix(unittest.TestCase):
    ROWS = [
        ("null first", "r.avsc", RECORD, FIXED),
        ("byte order mark", "r.avsc", "\ufeff" + RECORD, "\ufeff" + FIXED),
        ("windows line ends", "r.avsc", RECORD.replace(", ", ",\r\n"), RECORD.replace(", ", ",\r\n").replace('"string"]}', '"string"], "default": null}')),
        ("null last: the order would change", "r.avsc", RECORD.replace('["null", "string"]', '["string", "null"]'), None),
        ("nested, both", "r.avsc",
         '{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":["null",{"type":"record","name":"S","fields":[{"name":"a","type":["null","int"]}]}]}]}',
         '{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":["null",{"type":"record","name":"S","fields":[{"name":"a","type":["null","int"], "default": null}]}], "default": null}]}'),
        ("no dialect", "d.schema.json", '{\n  "title": "t"\n}\n', '{\n  "$schema": "http://json-schema.org/draft-07/schema#",\n  "title": "t"\n}\n'),
        ("no dialect, one line", "d.schema.json", '{"title": "t"}', '{"$schema": "http://json-schema.org/draft-07/schema#", "title": "t"}'),
        ("no dialect, nothing else", "d.schema.json", "{}", '{"$schema": "http://json-schema.org/draft-07/schema#"}'),
        ("no syntax", "m.proto", "package p;\n", 'syntax = "proto2";\npackage p;\n'),
        ("a syntax", "m.proto", 'syntax = "proto3";\npackage p;\n', None),
    ]

    def test_rows(self):
        for name, file, before, after in self.ROWS:
            with self.subTest(name), Folder({file: before}) as folder:
                done = folder.run("lint", "--fix")
                self.assertEqual(folder.read(file), after or before)
                self.assertEqual(done.stderr.startswith(f"{file}: "), after is not None, done.stderr)
                self.assertEqual(os.listdir(folder.path), [file])
                self.assertEqual(folder.run("lint", "--fix").stderr, "", "a second time there is nothing to do")

    def test_check_writes_what_is_safe_and_suggests_the_rest(self):
        old = {"type": "record", "name": "R", "fields": [{"name": "id", "type": "long"}]}
        new = json.dumps({**old, "fields": old["fields"] + [{"name": "a", "type": ["null", "int"]}, {"name": "b", "type": "int"}]})
        with Folder({"old.avsc": old, "new.avsc": new}) as folder:
            status, report = folder.report("check", "new.avsc", "--against", "old.avsc", "--fix")
            self.assertEqual(status, 1)
            self.assertEqual(folder.read("new.avsc"), new.replace('["null", "int"]', '["null", "int"], "default": null'))
            (finding,) = report["findings"]
            (fix,) = finding["fixes"]
            self.assertEqual((finding["path"], fix["safe"]), ("/fields/2", False))
            folder.write({"new.avsc": text_after(folder.read("new.avsc"), fix["edits"][0])})
            self.assertEqual(json.loads(folder.read("new.avsc"))["fields"][2], {"name": "b", "type": ["null", "int"], "default": None})
            self.assertEqual(folder.run("check", "new.avsc", "--against", "old.avsc").returncode, 0)

    def test_a_suggestion_for_reviewdog(self):
        with Folder({"d.schema.json": '{"title": "é"}\n'}) as folder:
            (one,) = json.loads(folder.run("lint", "--use", "recommended", "-f", "rdjson").stdout)["diagnostics"]
            self.assertEqual(
                one["suggestions"],
                [{"range": {"start": {"line": 1, "column": 2}, "end": {"line": 1, "column": 2}}, "text": '"$schema": "http://json-schema.org/draft-07/schema#", '}],
            )

    def test_what_is_not_written(self):
        with Folder({"r.avsc": RECORD, "schemata.yaml": "accept: [{rule: avro/nullable-without-default, reason: r}]\n"}) as folder:
            folder.run("lint", "--fix")
            self.assertEqual(folder.read("r.avsc"), RECORD, "an accepted finding is left alone")
        with Folder({"r.avsc": RECORD}) as folder:
            done = folder.run("lint", "-", "--stdin-name", "r.avsc", "--fix", input=RECORD)
            self.assertEqual((done.returncode, folder.read("r.avsc")), (2, RECORD))
            self.assertIn("stdin", done.stderr)
        if os.getuid():
            with Folder({"a/r.avsc": RECORD}) as folder:
                os.chmod(folder.file("a"), 0o500)
                self.assertEqual(folder.run("lint", "--fix").returncode, 4)
                os.chmod(folder.file("a"), 0o700)

    def test_rules_from_a_file(self):
        with Folder({"r.avsc": RECORD, "rules.yaml": 'use: minimal\nrules: {avro/nullable-without-default: error}\n'}) as folder:
            status, report = folder.report("lint", "--rules", "rules.yaml")
            self.assertEqual((status, [f["severity"] for f in report["findings"]]), (1, ["error"]))
            folder.write({"schemata.yaml": 'lint: {rules: {avro/nullable-without-default: info, avro/missing-doc: info}}\n'})
            status, report = folder.report("lint", "--rules", "rules.yaml")
            self.assertEqual({f["rule"]: f["severity"] for f in report["findings"]}, {"avro/nullable-without-default": "error", "avro/missing-doc": "info"})
            for text, words in (("usage: x", 'rules.yaml:1:1: unknown key "usage"; did you mean "use"?'), ("rules: {a: b}", "rules.yaml:1:12: must be one of"), ("[", "rules.yaml:2:1: no YAML")):
                folder.write({"rules.yaml": text + "\n"})
                done = folder.run("lint", "--rules", "rules.yaml")
                self.assertEqual(done.returncode, 2)
                self.assertIn(words, done.stderr)
            self.assertEqual(folder.run("lint", "--rules", "nowhere.yaml").returncode, 4)
