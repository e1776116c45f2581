"""diff, lint, fmt, fingerprint: what they say, what they change, what they leave alone."""

import glob
import json
import os
import shutil
import unittest

from tool import BINARY, ROOT, VECTORS, Folder

ORDER = {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "long"}]}
WIDER = {**ORDER, "fields": ORDER["fields"] + [{"name": "region", "type": "string"}]}
MESSY_PROTO = """// head
syntax="proto3";package a.b ;


import   "x.proto" ; // why
message M{ int32 a=1[deprecated=true]; // t
  map < string,int32 > m = 2;
  oneof o { string s=3; }
  message E{}
  reserved 4,6 to 8;

  // last
}
service S { rpc Get (stream M) returns (M) {} rpc X(M) returns (stream M); }
"""
NEAT_PROTO = """// head
syntax = "proto3";
package a.b;

import "x.proto"; // why
message M {
  int32 a = 1 [deprecated = true]; // t
  map<string, int32> m = 2;
  oneof o {
    string s = 3;
  }
  message E {}
  reserved 4, 6 to 8;

  // last
}
service S {
  rpc Get(stream M) returns (M) {}
  rpc X(M) returns (stream M);
}
"""
MESSY_JSON = """{"type":"record", // why
 "name":"R","fields":[{"name":"a","type":["null","int"],"default":null},
 /* next */ {"name":"b","type":{"type":"map","values":1.50e3}}],"x":[ ],"y":{ }}"""
NEAT_JSON = """{
  "type": "record", // why
  "name": "R",
  "fields": [
    { "name": "a", "type": ["null", "int"], "default": null },
    /* next */
    { "name": "b", "type": { "type": "map", "values": 1.50e3 } }
  ],
  "x": [],
  "y": {}
}
"""


class Diff(unittest.TestCase):
    def test_by_meaning(self):
        with Folder({"a.avsc": ORDER, "b.avsc": WIDER}) as folder:
            done = folder.run("diff", "a.avsc", "b.avsc")
            self.assertEqual(done.returncode, 0)
            self.assertIn("breaks readers on the new schema\n  ! The field 'region'", done.stdout)
            self.assertIn("BACKWARD FAIL   FORWARD ok   FULL FAIL", done.stdout)
            self.assertEqual(folder.run("diff", "a.avsc", "b.avsc", "--exit-code").returncode, 1)
            self.assertEqual(folder.run("diff", "a.avsc", "a.avsc", "--exit-code").stdout, "no difference\n")
            report = json.loads(folder.run("diff", "b.avsc", "a.avsc", "-f", "json").stdout)
            self.assertEqual(report["verdict"], {"backward": True, "forward": False, "full": False})
            self.assertEqual([c["breaks"] for c in report["changes"]], ["forward"])

    def test_avro_lists_what_breaks_nobody_too(self):
        old = {**ORDER, "fields": [*ORDER["fields"], {"name": "gone", "type": "int", "default": 1}, {"name": "was", "type": "int"},
                                   {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}}]}
        new = {**ORDER, "doc": "d", "fields": [{"name": "id", "type": "double"}, {"name": "is", "type": "int", "aliases": ["was"]},
                                   {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "C"], "default": "A"}},
                                   {"name": "fresh", "type": "int", "default": 1}, {"name": "bare", "type": "int"}]}
        with Folder({"old.avsc": old, "new.avsc": new}) as folder:
            text = folder.run("diff", "old.avsc", "new.avsc").stdout
            self.assertEqual(
                text,
                "breaks readers on the new schema\n"
                "  ! The field 'bare' at path '/fields/4' in the new schema has no default value and is missing in the old schema\n"
                "breaks readers on the old schema\n"
                "  ! The type (path '/fields/0/type') of a field in the old schema does not match with the new schema\n"
                "  ! The field 'was' at path '/fields/2' in the old schema has no default value and is missing in the new schema\n"
                "  ! The old schema is missing enum symbols '[C]' at path '/fields/3/type/symbols' in the new schema\n"
                "added\n"
                "  + The default at path '/fields/2/type' was added: A\n"
                "  + The field fresh (int, default 1) at path '/fields/3' was added\n"
                "removed\n"
                "  - The symbol B of the enum at path '/fields/2/type' was removed\n"
                "  - The field gone (int, default 1) at path '/fields/1' was removed\n"
                "changed\n"
                "  ~ The documentation at path '/' was changed\n"
                "  ~ The aliases at path '/fields/1' were changed\n"
                "renamed\n"
                "  > The field at path '/fields/1' was renamed by an alias: was to is\n"
                "BACKWARD FAIL   FORWARD FAIL   FULL FAIL\n",
            )
            report = json.loads(folder.run("diff", "old.avsc", "new.avsc", "-f", "json").stdout)
            rules = {c["rule"]: c.get("breaks") for c in report["changes"]}
            self.assertEqual((rules["avro/field-renamed"], rules["avro/type-mismatch"]), (None, "forward"))

    def test_text_is_a_patch_of_the_pretty_forms(self):
        with Folder({"a.avsc": ORDER, "b.avsc": WIDER}) as folder:
            patch = folder.run("diff", "a.avsc", "b.avsc", "--text").stdout
            self.assertIn('+    { "name": "region", "type": "string" }\n', patch)
            if shutil.which("patch"):
                folder.run("fmt", "a.avsc", "b.avsc")
                import subprocess

                subprocess.run(["patch", "-s", "a.avsc"], input=patch, text=True, cwd=folder.path, check=True, timeout=30)
                self.assertEqual(folder.read("a.avsc"), folder.read("b.avsc"))

    def test_mistakes(self):
        with Folder({"a.avsc": ORDER, "b.proto": 'syntax = "proto3";', "bad.avsc": "{"}) as folder:
            for args, status in (
                (["a.avsc"], 2), (["a.avsc", "b.proto"], 2), (["a.avsc", "bad.avsc"], 1), (["a.avsc", "nowhere.avsc"], 4),
                (["a.avsc", "."], 2),
            ):
                with self.subTest(args=args):
                    self.assertEqual(folder.run("diff", *args).returncode, status)


class GitDriver(unittest.TestCase):
    def test_git_shows_changes_by_meaning(self):
        small = {"type": "record", "name": "R", "fields": [{"name": "s", "type": "S"}]}
        large = {**small, "fields": small["fields"] + [{"name": "n", "type": "int", "default": 1}]}
        path = {"PATH": os.path.dirname(BINARY) + os.pathsep + os.environ["PATH"]}
        with Folder({"a/r.avsc": small, "b/s.avsc": {"type": "enum", "name": "S", "symbols": ["A"]}, "x.avsc": "{", "t.txt": "a"}, git=True) as folder:
            for _ in range(2):
                self.assertEqual(folder.run("git-diff-driver", "--install").returncode, 0)
            attributes = folder.read(".git/info/attributes").splitlines()
            self.assertEqual((len(attributes), attributes[0]), (5, "*.avsc diff=schemata"))
            folder.write({"a/r.avsc": large, "x.avsc": "[", "t.txt": "b", "new.avsc": '"int"\n'})
            folder.git("add", "-A")
            self.assertEqual(folder.git("config", "diff.schemata.command"), "schemata git-diff-driver")
            text = folder.git("diff", "HEAD", env=path)
            self.assertIn("schema a/a/r.avsc b/a/r.avsc\nadded\n  + The field n (int, default 1) at path '/fields/1' was added\nBACKWARD ok   FORWARD ok   FULL ok\n", text)
            self.assertIn("schema a/new.avsc b/new.avsc\n--- /dev/null\n+++ b/new.avsc\n", text)
            self.assertIn("--- a/x.avsc\n+++ b/x.avsc\n", text)
            self.assertIn("diff --git a/t.txt b/t.txt", text)
            folder.commit("change")
            self.assertIn("The field n", folder.git("log", "-p", "-1", "--ext-diff", env=path))
            folder.git("mv", "a/r.avsc", "a/q.avsc")
            text = folder.git("diff", "-M", "HEAD", env=path)
            self.assertIn("rename to a/q.avsc", text)
            self.assertIn("no difference", text)
            self.assertEqual(folder.run("git-diff-driver", "only.avsc").stdout, "schema only.avsc is not merged\n")
            self.assertEqual(folder.run("git-diff-driver", "a", "b").returncode, 2)
        with Folder({}) as folder:
            done = folder.run("git-diff-driver", "--install")
            self.assertEqual(done.returncode, 4)
            self.assertIn("not inside a git repository", done.stderr)


class Fmt(unittest.TestCase):
    def test_one_form(self):
        for name, messy, neat in (("m.proto", MESSY_PROTO, NEAT_PROTO), ("r.avsc", MESSY_JSON, NEAT_JSON)):
            with self.subTest(name), Folder({name: messy}) as folder:
                done = folder.run("fmt", "-", "--stdin-name", name, input=messy)
                self.assertEqual((done.returncode, done.stdout), (0, neat), done.stderr)
                self.assertEqual(folder.run("fmt", "--check", name).returncode, 1)
                done = folder.run("fmt", name)
                self.assertEqual((done.returncode, done.stderr, folder.read(name)), (0, name + "\n", neat))
                self.assertEqual(folder.run("fmt", name).stderr, "")
                self.assertEqual(folder.run("fmt", "--check", name).returncode, 0)

    def test_every_vector_keeps_its_meaning_and_settles(self):
        with open(os.path.join(VECTORS, "cli-changes.json"), encoding="utf-8") as file:
            changes = json.load(file)
        extensions = {"AVRO": "avsc", "JSON": "schema.json", "PROTOBUF": "proto"}
        files = {f"{f}-{i}.{extensions[f]}": r["new"] for f, rows in changes.items() for i, r in enumerate(rows)}
        for path in glob.glob(os.path.join(ROOT, "src/core/protobuf/builtin/**/*.proto"), recursive=True):
            with open(path, encoding="utf-8") as file:
                files["b/" + os.path.basename(path)] = file.read()
        with Folder(files) as folder:
            done = folder.run("fmt")
            self.assertEqual(done.returncode, 0, done.stdout[:500] + done.stderr[-500:])
            done = folder.run("fmt", "--check", "-f", "concise")
            self.assertEqual(done.returncode, 0, done.stdout[:500])
            for name, text in files.items():
                if name.endswith(("avsc", "schema.json")):
                    self.assertEqual(json.loads(folder.read(name)), json.loads(text))

    def test_what_does_not_parse_stays_as_it_is(self):
        with Folder({"a.avsc": '{"type": ', "b.proto": "message {"}) as folder:
            self.assertEqual(folder.run("fmt").returncode, 1)
            self.assertEqual((folder.read("a.avsc"), folder.read("b.proto")), ('{"type": ', "message {"))

    def test_permissions_stay(self):
        with Folder({"a.avsc": '{"type":"int"}'}) as folder:
            os.chmod(folder.file("a.avsc"), 0o640)
            self.assertEqual(folder.run("fmt").returncode, 0)
            self.assertEqual(os.stat(folder.file("a.avsc")).st_mode & 0o777, 0o640)
            self.assertEqual(os.listdir(folder.path), ["a.avsc"])

    def test_normal_form(self):
        with Folder({"a.avsc": '{"fields": [], "name": "R", "type": "record"}'}) as folder:
            self.assertEqual(
                folder.run("fmt", "--normal-form", "a.avsc").stdout, '{"type":"record","name":"R","fields":[]}\n'
            )


class Lint(unittest.TestCase):
    ROWS = [
        ("avro/nullable-without-default", "a.avsc", {**ORDER, "fields": [{"name": "a", "type": ["null", "int"]}]}),
        ("avro/enum-without-default", "a.avsc", {"type": "enum", "name": "E", "symbols": ["A"]}),
        ("avro/type-name-case", "a.avsc", {**ORDER, "name": "order_line"}),
        ("avro/field-name-case", "a.avsc", {**ORDER, "fields": [{"name": "OrderId", "type": "int"}]}),
        ("avro/missing-namespace", "a.avsc", ORDER),
        ("avro/missing-doc", "a.avsc", ORDER),
        ("proto/required-field", "a.proto", 'syntax = "proto2";\npackage p;\nmessage M { required int32 a = 1; }'),
        ("proto/enum-zero-name", "a.proto", 'syntax = "proto3";\npackage p;\nenum E { RED = 0; }'),
        ("proto/missing-package", "a.proto", 'syntax = "proto3";\nmessage M { }'),
        ("proto/missing-syntax", "a.proto", "package p;\nmessage M { }"),
        ("proto/type-name-case", "a.proto", 'syntax = "proto3";\npackage p;\nmessage order_line { }'),
        ("proto/field-name-case", "a.proto", 'syntax = "proto3";\npackage p;\nmessage M { int32 orderId = 1; }'),
        ("json/missing-dialect", "a.schema.json", {"type": "object"}),
        ("json/missing-type", "a.schema.json", {"properties": {"a": {}}}),
        ("json/missing-description", "a.schema.json", {"properties": {"a": {"type": "string"}}}),
        ("json/open-content-model", "a.schema.json", {"properties": {"a": {"type": "string"}}}),
    ]
    CLEAN = {
        "a.avsc": {"type": "record", "name": "Order", "namespace": "n", "doc": "d", "fields": [
            {"name": "a", "doc": "d", "type": ["null", "int"], "default": None},
            {"name": "e", "doc": "d", "type": {"type": "enum", "name": "E", "doc": "d", "symbols": ["A"], "default": "A"}}]},
        "a.proto": 'syntax = "proto3";\npackage p;\nmessage M { int32 order_id = 1; }\nenum E { E_UNSPECIFIED = 0; }',
        "a.schema.json": {"$schema": "http://json-schema.org/draft-07/schema#", "title": "t", "type": "object",
                          "properties": {"a": {"type": "string", "description": "d"}}, "additionalProperties": False},
    }

    def test_each_rule_fires_and_a_clean_schema_has_none(self):
        for rule, name, schema in self.ROWS:
            with self.subTest(rule), Folder({name: schema}) as folder:
                status, report = folder.report("lint", "--use", "strict")
                self.assertEqual(status, 0)
                self.assertIn(rule, {f["rule"] for f in report["findings"]})
                self.assertTrue(all("line" in f["location"] for f in report["findings"]))
                self.assertEqual(folder.run("lint", "--use", "strict", "--fail-on", "warning").returncode, 1)
        with Folder(self.CLEAN) as folder:
            self.assertEqual(folder.report("lint", "--use", "strict")[1]["findings"], [])

    def test_sets_and_severities(self):
        with Folder({"a.avsc": ORDER}) as folder:
            counts = [len(folder.report("lint", "--use", use)[1]["findings"]) for use in ("minimal", "recommended", "strict")]
            self.assertEqual(counts, sorted(counts))
            self.assertEqual((counts[0], counts[1]), (0, 1))
            folder.write({"schemata.yaml": "lint:\n  use: minimal\n  rules: {avro/missing-namespace: error}\n"})
            self.assertEqual(folder.report("lint")[0], 1)
            folder.write({"schemata.yaml": 'lint:\n  use: strict\n  rules: {avro/missing-namespace: "off", avro/missing-doc: info}\n'})
            severities = {f["severity"] for f in folder.report("lint")[1]["findings"]}
            self.assertEqual(severities, {"info"})


class Fingerprint(unittest.TestCase):
    def test_avro_as_the_specification_says(self):
        with Folder({"a.avsc": '"int"', "b.avsc": '{"type": "int", "doc": "x"}'}) as folder:
            text = folder.run("fingerprint", "a.avsc").stdout
            self.assertIn("rabin    7275d51a3f395c8f\n", text)
            self.assertEqual(folder.run("fingerprint", "b.avsc").stdout, text)
            self.assertEqual(folder.run("fingerprint", "nowhere").returncode, 4)
