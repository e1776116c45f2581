"""`schemata check` and `validate` as a user meets them: bases, references, places, exit codes, formats."""

import json
import os
import re
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from tool import BINARY, GOLDEN, Folder, environment, run
from tests.support.server import Server, call


def record(*fields, **more):
    return {"type": "record", "name": "Order", "namespace": "shop", "fields": list(fields), **more}


ID = {"name": "id", "type": "long"}
REGION = {"name": "region", "type": "string"}
OLD_ORDER = """{
  "type": "record",
  "name": "Order",
  "namespace": "shop",
  "fields": [
    { "name": "id", "type": "long" }
  ]
}
"""
NEW_ORDER = OLD_ORDER.replace('"long" }', '"long" },\n    { "name": "region", "type": "string" }')
OLD_PROTO = 'syntax = "proto3";\npackage p;\nmessage User {\n  int32 id = 1;\n  string name = 2;\n}\n'
NEW_PROTO = OLD_PROTO.replace("string name", "int64 name")
OLD_JSON = '{\n  "$schema": "http://json-schema.org/draft-07/schema#",\n  "type": "object",\n  "properties": {\n    "a": { "type": "string" }\n  },\n  "additionalProperties": false\n}\n'
NEW_JSON = OLD_JSON.replace('"string"', '"number"')


def changed_repository():
    """Two bad changes, one new schema and one deleted one on a branch of a repository."""
    folder = Folder(
        {"schemas/orders-value.avsc": OLD_ORDER, "schemas/user.proto": OLD_PROTO, "schemas/doc.schema.json": OLD_JSON,
         "schemas/same.avsc": '"string"\n', "schemas/gone.avsc": '"int"\n'},
        git=True,
    )
    folder.git("checkout", "-q", "-b", "change")
    os.unlink(folder.file("schemas/gone.avsc"))
    folder.write({
        "schemas/orders-value.avsc": NEW_ORDER, "schemas/user.proto": NEW_PROTO, "schemas/doc.schema.json": NEW_JSON,
        "schemas/fresh.avsc": '"long"\n',
    })
    return folder


class Golden(unittest.TestCase):
    """Every output format, byte for byte but for the time it took."""

    FORMATS = ["human", "concise", "json", "ndjson", "sarif", "junit", "github", "gitlab", "rdjson", "markdown"]

    @staticmethod
    def steady(text):
        text = re.sub(r'"ms":\d+', '"ms":0', text)
        text = re.sub(r"\(\d+ ms\)", "(0 ms)", text)
        return re.sub(r'time="[\d.]+"', 'time="0.000"', text)

    def compare(self, name, text):
        path = os.path.join(GOLDEN, name)
        if os.environ.get("SCHEMATA_GOLDEN") == "write":
            os.makedirs(GOLDEN, exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.steady(text))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(self.steady(text), file.read(), f"differs from {path}")

    def test_formats(self):
        with changed_repository() as folder:
            for format_ in self.FORMATS:
                with self.subTest(format=format_):
                    done = folder.run("check", "-f", format_)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.compare(f"check.{format_}", done.stdout)
                    out = folder.run("check", "-o", f"{format_}=out", "-f", "concise")
                    self.assertEqual(self.steady(folder.read("out")), self.steady(done.stdout), out.stderr)

    def test_colours_and_plain_ascii(self):
        with changed_repository() as folder:
            done = folder.run("check", "--color", "always", "schemas/orders-value.avsc")
            self.compare("check.color", done.stdout)
            done = folder.run("check", "schemas/orders-value.avsc", env={"LANG": "C"})
            self.assertIn("BACKWARD FAIL   FORWARD ok   FULL FAIL", done.stdout)
            done = folder.run("check", env={"FORCE_COLOR": "1"})
            self.assertIn("\x1b[", done.stdout)
            done = folder.run("check", env={"FORCE_COLOR": "1", "NO_COLOR": "1"})
            self.assertNotIn("\x1b[", done.stdout)

    def test_sarif_structure(self):
        with changed_repository() as folder:
            run_ = json.loads(folder.run("check", "-f", "sarif").stdout)["runs"][0]
        rules = run_["tool"]["driver"]["rules"]
        self.assertEqual(run_["columnKind"], "unicodeCodePoints")
        self.assertEqual(len({r["id"] for r in rules}), len(rules))
        for result in run_["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            self.assertIn(result["level"], ("error", "warning", "note"))
            self.assertRegex(result["partialFingerprints"]["schemata/v1"], "^[0-9a-f]{16}$")
            for location in result["locations"]:
                region = location["physicalLocation"].get("region")
                if region:
                    self.assertLessEqual(
                        (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
                    )

    def test_junit_totals_are_true(self):
        with changed_repository() as folder:
            root = ElementTree.fromstring(folder.run("check", "-f", "junit").stdout)
        cases = root.findall(".//testcase")
        failed = [c for c in cases if c.find("failure") is not None]
        self.assertEqual(int(root.get("tests")), len(cases))
        self.assertEqual(int(root.get("failures")), len(failed))
        self.assertEqual(len(failed), 3)
        for suite in root:
            self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))

    def test_json_fits_its_published_schema(self):
        schema = run("help", "--schema").stdout
        with changed_repository() as folder:
            folder.write({"report.schema.json": schema, "report.json": folder.run("check", "-f", "json").stdout})
            done = folder.run("validate", "report.schema.json", "--instance", "report.json")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            folder.write({"report.json": folder.read("report.json").replace('"severity":"error"', '"severity":"bad"')})
            self.assertEqual(folder.run("validate", "report.schema.json", "--instance", "report.json").returncode, 1)

    def test_github_actions_by_itself(self):
        with changed_repository() as folder:
            env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": folder.file("summary.md")}
            done = folder.run("check", env=env)
            self.assertIn("::error file=schemas/orders-value.avsc,line=7,endLine=7,col=15,endColumn=23", done.stdout)
            self.assertIn("| orders-value | BACKWARD | **incompatible** |", folder.read("summary.md"))


class Places(unittest.TestCase):
    """The caret stands under the right character."""

    def place(self, new, name="x.avsc", old=None):
        with Folder({"old/" + name: old or json.dumps(record(ID)), "new/" + name: new}) as folder:
            status, report = folder.report("check", "new", "--against", "old")
            self.assertEqual(status, 1)
            human = folder.run("check", "new", "--against", "old").stdout
        return report["findings"][0]["location"], human

    def assert_under(self, human, word):
        lines = human.splitlines()
        at = next(i for i, line in enumerate(lines) if "|" in line and "^" in line and i)
        text, carets = lines[at - 1], lines[at]
        self.assertEqual(text[carets.index("^") : carets.rindex("^") + 1], word)

    ROWS = [
        ("plain", NEW_ORDER, 7, 15),
        ("tabs", NEW_ORDER.replace("    {", "\t\t{"), 7, 13),
        ("windows line ends", NEW_ORDER.replace("\n", "\r\n"), 7, 15),
        ("byte order mark", "\ufeff" + NEW_ORDER, 7, 15),
        ("multi-byte before it", NEW_ORDER.replace('{ "name": "region"', '{ "doc": "é→ü", "name": "region"'), 7, 29),
        ("one line", json.dumps(record(ID, REGION)), 1, 110),
    ]

    def test_rows(self):
        for name, text, line, column in self.ROWS:
            with self.subTest(name):
                place, human = self.place(text)
                self.assertEqual((place["line"], place["column"]), (line, column))
                self.assertEqual(place["endColumn"] - place["column"], len('"region"'))
                raw = text.encode("utf-8")
                self.assertEqual(raw[place["byte"] : place["byte"] + place["length"]], b'"region"')
                self.assert_under(human, '"region"')

    def test_wide_characters_take_two_columns(self):
        _, human = self.place(NEW_ORDER.replace('{ "name": "region"', '{ "doc": "日本", "name": "region"'))
        lines = human.splitlines()
        at = next(i for i, line in enumerate(lines) if "^" in line)
        self.assertEqual(lines[at].index("^"), lines[at - 1].index('"region"') + 2)

    def test_a_long_line_is_cut_around_the_place(self):
        fields = [{"name": f"f{i}", "type": "int"} for i in range(60)]
        old, new = record(*fields), record(*fields[:30], REGION, *fields[30:])
        place, human = self.place(json.dumps(new), old=json.dumps(old))
        self.assert_under(human, '"region"')
        self.assertLess(max(len(line) for line in human.splitlines() if line.startswith("1 |")), 130)
        self.assertEqual(place["line"], 1)

    def test_something_removed_is_shown_at_the_nearest_element(self):
        old = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "additionalProperties": False}
        new = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
        place, human = self.place(json.dumps(new), "x.schema.json", json.dumps(old))
        self.assertEqual((place["line"], place["column"]), (1, 34))
        self.assert_under(human, '{"a": {"type": "string"}}')

    def test_protobuf_fields(self):
        place, human = self.place(NEW_PROTO, "x.proto", OLD_PROTO)
        self.assertEqual((place["line"], place["column"]), (5, 3))
        self.assert_under(human, "int64 name = 2;")

    def test_mistakes_have_places(self):
        rows = [
            ("x.avsc", '{"type": "record",\n "name": "R",\n "fields": [{"name": "a" "type": "int"}]}', 3),
            ("x.proto", 'syntax = "proto3";\nmessage M {\n  int32 a;\n}\n', 3),
        ]
        for name, text, line in rows:
            with self.subTest(name), Folder({name: text}) as folder:
                status, report = folder.report("validate", name)
                self.assertEqual(status, 1)
                self.assertEqual(report["findings"][0]["location"]["line"], line)


class Git(unittest.TestCase):
    def test_the_merge_base_is_the_default(self):
        with changed_repository() as folder:
            folder.commit("change")
            folder.git("checkout", "-q", "main")
            folder.write({"schemas/same.avsc": '"bytes"\n'})
            folder.commit("main moves on")
            folder.git("checkout", "-q", "change")
            status, report = folder.report("check")
            states = {s["subject"]: s["state"] for s in report["subjects"]}
        self.assertEqual(status, 1)
        self.assertEqual(
            states, {"doc": "checked", "orders-value": "checked", "user": "checked", "same": "checked", "fresh": "new", "gone": "deleted"}
        )
        same = next(s for s in report["subjects"] if s["subject"] == "same")
        self.assertTrue(same["against"][0]["compatible"], "compared with the merge base, not with the tip of main")

    def test_a_moved_file_is_no_deletion(self):
        with Folder({"a/orders.avsc": json.dumps(record(ID))}, git=True) as folder:
            os.makedirs(folder.file("b"))
            folder.git("mv", "a/orders.avsc", "b/orders.avsc")
            status, report = folder.report("check")
            self.assertEqual((status, report["findings"]), (0, []))
            self.assertEqual(report["subjects"][0]["state"], "checked")
            folder.write({"b/orders.avsc": record(ID, REGION)})
            self.assertEqual(folder.report("check")[0], 1)

    def test_deleted_and_new(self):
        with Folder({"a.avsc": '"int"'}, git=True) as folder:
            os.rename(folder.file("a.avsc"), folder.file("b.avsc"))
            for flags, status, severities in (
                ([], 0, ["warning"]), (["--deleted", "error"], 1, ["error"]), (["--deleted", "ignore"], 0, []),
                (["--new", "error"], 1, ["error", "warning"]), (["--deleted", "ignore", "--new", "warn"], 0, ["warning"]),
            ):
                with self.subTest(flags=flags):
                    got, report = folder.report("check", *flags)
                    self.assertEqual((got, [f["severity"] for f in report["findings"]]), (status, severities))

    def test_history_for_transitive_levels_follows_renames(self):
        texts = [record(ID, {**REGION, "type": "int"}), record(ID), record(ID, {**REGION, "default": ""})]
        with Folder({"old-name/orders.avsc": texts[0]}, git=True) as folder:
            folder.write({"old-name/orders.avsc": texts[1]})
            folder.commit("second")
            folder.git("mv", "old-name", "new-name")
            folder.commit("moved")
            folder.write({"new-name/orders.avsc": texts[2]})
            self.assertEqual(folder.report("check", "-l", "BACKWARD")[0], 0)
            status, report = folder.report("check", "-l", "BACKWARD_TRANSITIVE")
            self.assertEqual(status, 1)
            first = folder.git("rev-list", "--max-parents=0", "HEAD")[:7]
            self.assertEqual(report["findings"][0]["related"][0]["ref"], f"git:{first}:old-name/orders.avsc")
            self.assertEqual(folder.report("check", "-l", "BACKWARD_TRANSITIVE", "--history", "1")[0], 0)

    def test_from_a_folder_below_the_root(self):
        with changed_repository() as folder:
            done = subprocess.run(
                [BINARY, "check", "-f", "concise", "orders-value.avsc"], cwd=folder.file("schemas"), env=environment(),
                capture_output=True, text=True, timeout=60,
            )
            self.assertEqual(done.returncode, 1)
            self.assertTrue(done.stdout.startswith("orders-value.avsc:7:15: error["), done.stdout)

    def test_revisions_and_paths(self):
        with changed_repository() as folder:
            for against in ("git:main", "git:HEAD", "git:main:schemas/orders-value.avsc", "git:main:schemas"):
                with self.subTest(against):
                    self.assertEqual(folder.run("check", "schemas/orders-value.avsc", "--against", against).returncode, 1)
            done = folder.run("check", "git:main:schemas", "--against", "git:main")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_shallow_clone_says_what_to_type(self):
        with Folder({"a.avsc": '"int"'}, git=True) as origin, Folder() as folder:
            origin.commit("second")
            folder.git("clone", "-q", "--depth=1", "file://" + origin.path, "clone")
            clone = folder.file("clone")
            done = run("check", "--against", "git:v1", cwd=clone, env={"GITHUB_ACTIONS": "true"})
            self.assertEqual(done.returncode, 4)
            for words in ("shallow", "git fetch --depth=1 origin v1", "fetch-depth: 0"):
                self.assertIn(words, done.stderr)

    def test_fetch_runs_what_is_to_be_typed(self):
        with Folder({"a.avsc": '"int"'}, git=True) as origin, Folder() as folder:
            origin.git("tag", "v1")
            origin.commit("second")
            origin.git("checkout", "-q", "-b", "change")
            origin.write({"a.avsc": '"string"'})
            origin.commit("third")
            origin.git("checkout", "-q", "main")
            for depth in (["--depth=1"], ["--single-branch"]):
                for base in ("v1", "origin/main", "main", "merge-base"):
                    with self.subTest(depth=depth, base=base):
                        name = f"clone{depth[0]}{base.replace('/', '-')}"
                        folder.git("clone", "-q", "--no-tags", *depth, "--branch", "change", "file://" + origin.path, name)
                        clone = folder.file(name)
                        if base == "merge-base":
                            run("check", "--against", "git:main", "--fetch", cwd=clone)
                            subprocess.run(["git", "branch", "-q", "main", "FETCH_HEAD"], cwd=clone, check=True, env=environment())
                        done = run("check", "--against", f"git:{base}", "--fetch", cwd=clone)
                        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                        self.assertIn("avro/type-mismatch", done.stdout)
            done = run("check", "--against", "git:no-such", "--fetch", cwd=clone)
            self.assertEqual(done.returncode, 4)
            self.assertIn("git fetch origin no-such", done.stderr)

    def test_hostile_names_reach_git_as_they_are(self):
        with Folder({"a b;touch x.avsc": '"int"', "$(touch y).avsc": '"int"', "\n.avsc": '"int"'}, git=True) as folder:
            status, report = folder.report("check")
            self.assertEqual(status, 0)
            self.assertEqual(len(report["subjects"]), 3)
            self.assertEqual(folder.run("check", "--against", "git:--output=x").returncode, 2)
            self.assertEqual(folder.run("check", "--against", "git:HEAD;touch x").returncode, 4)
            self.assertFalse(os.path.exists(folder.file("x")) or os.path.exists(folder.file("y")))


class References(unittest.TestCase):
    LINE = {"type": "record", "name": "Line", "namespace": "shop", "fields": [{"name": "n", "type": "int"}]}
    ORDER = {"type": "record", "name": "Order", "namespace": "shop", "fields": [{"name": "lines", "type": {"type": "array", "items": "Line"}}]}

    def test_avro_names_are_found_in_the_tree(self):
        with Folder({"types/line.avsc": self.LINE, "order.avsc": self.ORDER}, git=True) as folder:
            self.assertEqual(folder.run("validate").returncode, 0)
            self.assertEqual(folder.report("check")[0], 0)
            self.assertEqual(folder.run("check", "order.avsc").returncode, 0)
            line = {**self.LINE, "fields": [{"name": "n", "type": "string"}]}
            folder.write({"types/line.avsc": line})
            _, report = folder.report("check")
            self.assertEqual({f["subject"] for f in report["findings"]}, {"line", "order"})

    def test_imports(self):
        files = {
            "proto/common/money.proto": 'syntax = "proto3";\npackage common;\nmessage Money { int64 units = 1; }\n',
            "proto/order.proto": 'syntax = "proto3";\nimport "common/money.proto";\nimport "google/protobuf/timestamp.proto";\nmessage O { common.Money m = 1; google.protobuf.Timestamp t = 2; }\n',
        }
        with Folder(files, git=True) as folder:
            self.assertEqual(folder.run("validate").returncode, 0)
            self.assertEqual(folder.run("validate", "proto/order.proto", "--include", "proto").returncode, 0)
            self.assertEqual(folder.report("check")[0], 0)

    def test_json_schema_by_path_and_by_id(self):
        files = {
            "a.schema.json": {"$id": "https://x.example/a.schema.json", "properties": {"m": {"$ref": "money.schema.json"}}},
            "money.schema.json": {"$id": "https://x.example/money.schema.json", "type": "number"},
            "b.schema.json": {"properties": {"m": {"$ref": "https://x.example/money.schema.json#"}}},
        }
        with Folder(files) as folder:
            done = folder.run("validate")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_missing_name_lists_the_nearest(self):
        order = json.loads(json.dumps(self.ORDER).replace('"Line"', '"Lime"'))
        with Folder({"line.avsc": self.LINE, "order.avsc": order}) as folder:
            status, report = folder.report("validate")
        self.assertEqual(status, 1)
        finding = report["findings"][0]
        self.assertEqual(finding["rule"], "schema/unresolved-reference")
        self.assertIn('did you mean "shop.Line"?', finding["message"])
        self.assertEqual(finding["location"]["length"], len('"Lime"'))

    def test_a_cycle_is_printed(self):
        a = {"type": "record", "name": "A", "fields": [{"name": "b", "type": ["null", "B"]}]}
        b = {"type": "record", "name": "B", "fields": [{"name": "a", "type": ["null", "A"]}]}
        with Folder({"a.avsc": a, "b.avsc": b}) as folder:
            status, report = folder.report("validate")
        self.assertEqual(status, 1)
        self.assertEqual({f["rule"] for f in report["findings"]}, {"schema/reference-cycle"})
        self.assertIn("b.avsc -> a.avsc", report["findings"][0]["message"])


class Bases(unittest.TestCase):
    def test_two_files(self):
        with Folder({"old.avsc": record(ID), "new.avsc": record(ID, REGION)}) as folder:
            done = folder.run("check", "new.avsc", "--against", "old.avsc", "-f", "concise")
            self.assertEqual(done.returncode, 1)
            self.assertEqual(folder.run("check", "new.avsc", "--against", "old.avsc", "-l", "forward").returncode, 0)
            both = folder.report("check", "new.avsc", "--against", "old.avsc", "--against", "new.avsc")[1]
            self.assertEqual([a["compatible"] for a in both["subjects"][0]["against"]], [False, True])

    def test_stdin(self):
        with Folder({"orders-value.avsc": record(ID)}) as folder:
            text = json.dumps(record(ID, REGION))
            flags = ["check", "-", "--stdin-name", "orders-value.avsc", "--against", "."]
            done = folder.run(*flags, "-f", "concise", input=text)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertTrue(done.stdout.startswith("orders-value.avsc:1:"), done.stdout)

    def test_a_folder_of_versions(self):
        files = {"v/orders/1.avsc": record(ID, {**REGION, "type": "int"}), "v/orders/2.avsc": record(ID),
                 "v/orders/10.avsc": record(ID), "orders.avsc": record(ID, {**REGION, "default": ""})}
        with Folder(files) as folder:
            self.assertEqual(folder.run("check", "orders.avsc", "--against", "v").returncode, 0)
            status, report = folder.report("check", "orders.avsc", "--against", "v", "-l", "BACKWARD_TRANSITIVE")
            self.assertEqual(status, 1)
            self.assertEqual(report["findings"][0]["related"][0]["version"], 1)

    @staticmethod
    def bundle(*schemas, end=True, **more):
        lines = [{"kind": "bundle", "version": 1}]
        lines += [{"kind": "schema", "subject": s, "version": v, "id": i, "schemaType": "AVRO", "schema": json.dumps(t)} for s, v, i, t in schemas]
        if end:
            lines.append({"kind": "end", "schemas": len(schemas), **more})
        return "\n".join(json.dumps(line) for line in lines) + "\n"

    def test_a_bundle(self):
        text = self.bundle(("orders", 1, 7, record(ID, REGION)), ("orders", 2, 9, record(ID)), ("orders@x", 1, 10, "int"))
        with Folder({"all.ndjson": text, "orders.avsc": record(ID, REGION)}) as folder:
            status, report = folder.report("check", "orders.avsc", "--against", "bundle:all.ndjson")
            self.assertEqual(status, 1)
            related = report["findings"][0]["related"][0]
            self.assertEqual((related["ref"], related["version"], related["id"]), ("bundle:all.ndjson#orders@2", 2, 9))
            self.assertEqual(folder.run("check", "orders.avsc", "--against", "bundle:all.ndjson#orders@1").returncode, 0)
            self.assertEqual(folder.run("validate", "bundle:all.ndjson").returncode, 0)

    def test_the_servers_own_export(self):
        with Server(BINARY) as server, Folder({"orders.avsc": record(ID, REGION), "old.avsc": '"int"'}) as folder:
            connection = server.connect()
            call(connection, "PUT", "/config", {"compatibility": "NONE"})
            for text in (record(ID, REGION), record(ID), "int"):
                call(connection, "POST", "/subjects/orders/versions", {"schema": json.dumps(text)})
            call(connection, "DELETE", "/subjects/orders/versions/3")
            call(connection, "POST", "/subjects/old/versions", {"schema": '"string"'})
            call(connection, "DELETE", "/subjects/old")
            connection.request("GET", "/schemata/v1/export")
            text = connection.getresponse().read()
            connection.close()
            folder.write({"all.ndjson": text})
            status, report = folder.report("check", "orders.avsc", "--against", "bundle:all.ndjson")
            self.assertEqual((status, report["findings"][0]["related"][0]["version"]), (1, 2))
            status, report = folder.report("check", "old.avsc", "--against", "bundle:all.ndjson", "--new", "error")
            self.assertEqual([f["rule"] for f in report["findings"]], ["schema/subject-new"])
            folder.write({"all.ndjson": text.rstrip().rsplit(b"\n", 1)[0]})
            self.assertEqual(folder.run("check", "orders.avsc", "--against", "bundle:all.ndjson").returncode, 4)

    def test_a_broken_bundle_is_no_verdict(self):
        whole = self.bundle(("orders", 1, 7, record(ID)))
        for name, text in (
            ("cut", self.bundle(("orders", 1, 7, record(ID)), end=False)), ("half a line", whole[:-20]),
            ("no header", whole.split("\n", 1)[1]), ("wrong count", whole.replace('"schemas": 1', '"schemas": 2')),
        ):
            with self.subTest(name), Folder({"b.ndjson": text, "orders.avsc": record(ID)}) as folder:
                done = folder.run("check", "orders.avsc", "--against", "bundle:b.ndjson")
                self.assertEqual(done.returncode, 4, done.stdout)
                self.assertIn("broken bundle", done.stderr)


class Project(unittest.TestCase):
    def test_sources_levels_and_bases(self):
        project = """version: 1
check: {level: FORWARD, against: ["git:HEAD"], deleted: error}
sources:
  - files: ["schemas/**/*.avsc"]
    subject: "{dir}-{stem}"
subjects:
  shop-orders: {level: FULL}
"""
        files = {"schemas/shop/orders.avsc": record(ID), "schemas/bank/orders.avsc": record(ID), "schemata.yaml": project, "other.avsc": '"int"'}
        with Folder(files, git=True) as folder:
            for name in ("shop", "bank"):
                folder.write({f"schemas/{name}/orders.avsc": record(ID, REGION)})
            status, report = folder.report("check")
            self.assertEqual(status, 1)
            levels = {s["subject"]: (s["level"], s["levelFrom"]) for s in report["subjects"]}
            self.assertEqual(levels, {
                "shop-orders": ("FULL", "set on subject shop-orders in schemata.yaml"), "bank-orders": ("FORWARD", "schemata.yaml")})
            self.assertEqual([f["subject"] for f in report["findings"]], ["shop-orders"])
            below = run("check", "-f", "json", cwd=folder.file("schemas/shop"))
            self.assertEqual(json.loads(below.stdout)["summary"]["schemas"], 2, below.stderr)

    MISTAKES = [
        ("chekc: {}", '1:1: unknown key "chekc"; did you mean "check"?'),
        ("version: 2", "1:10: this program reads version 1"),
        ("check:\n  level: BACKWARDS", "2:10: no compatibility level: BACKWARDS"),
        ("check:\n  fail-on: never", "2:12: must be one of error|warning|info"),
        ("sources: yes", "1:10: a list is wanted here"),
        ("check: [", "no YAML"),
        ("lint:\n  rules:\n    a/b: loud", "3:10: must be one of error|warning|info|off"),
    ]

    def test_mistakes_have_places(self):
        for text, message in self.MISTAKES:
            with self.subTest(text), Folder({"schemata.yaml": text, "a.avsc": '"int"'}) as folder:
                done = folder.run("validate")
                self.assertEqual(done.returncode, 2)
                self.assertIn("schemata.yaml:", done.stderr)
                self.assertIn(message, done.stderr)

    def test_accept_and_baseline(self):
        with changed_repository() as folder:
            _, report = folder.report("check")
            fingerprint = next(f for f in report["findings"] if f["subject"] == "orders-value")["fingerprint"]
            accept = f'accept:\n  - {{fingerprint: {fingerprint}, reason: never written}}\n  - {{fingerprint: "0123456789abcdef"}}\n'
            folder.write({"schemata.yaml": accept})
            status, report = folder.report("check")
            accepted = [f.get("accepted") for f in report["findings"] if f["subject"] == "orders-value"]
            self.assertEqual((status, accepted), (1, ["never written"]))
            self.assertIn("schema/accept-unused", {f["rule"] for f in report["findings"]})
            folder.write({"schemata.yaml": accept.replace("reason", "until: 2001-01-01, reason")})
            _, report = folder.report("check")
            self.assertNotIn("accepted", next(f for f in report["findings"] if f["subject"] == "orders-value"))
            os.unlink(folder.file("schemata.yaml"))
            self.assertEqual(folder.run("check", "--update-baseline").returncode, 0)
            self.assertEqual(folder.run("check").returncode, 0)
            sarif = json.loads(folder.run("check", "-f", "sarif").stdout)["runs"][0]["results"]
            self.assertTrue(all(r["suppressions"] for r in sarif))
            folder.write({"schemas/same.avsc": '"int"'})
            self.assertEqual(folder.run("check").returncode, 1, "only what was there is accepted")

    def test_a_comment_in_protobuf(self):
        text = NEW_PROTO.replace("  int64", "  // schemata:allow proto/field-scalar-kind-changed nobody uses it\n  int64")
        with Folder({"old/x.proto": OLD_PROTO, "new/x.proto": text}) as folder:
            status, report = folder.report("check", "new", "--against", "old")
            self.assertEqual((status, report["findings"][0]["accepted"]), (0, "nobody uses it"))

    def test_severities_and_exit_zero(self):
        with Folder({"a.avsc": '"int"'}, git=True) as folder:
            os.unlink(folder.file("a.avsc"))
            folder.write({"b.avsc": '"int"'})
            self.assertEqual(folder.run("check").returncode, 0)
            self.assertEqual(folder.run("check", "--fail-on", "warning").returncode, 1)
            self.assertEqual(folder.run("check", "--fail-on", "warning", "--exit-zero").returncode, 0)


class ExitCodes(unittest.TestCase):
    """1 is about the schema, 2 and above about the run."""

    ROWS = [
        (0, ["validate", "good.avsc"]),
        (1, ["validate", "bad.avsc"]),
        (1, ["check", "bad.avsc", "--against", "good.avsc"]),
        (0, ["check", "bad.avsc", "--against", "good.avsc", "--exit-zero"]),
        (2, ["check", "good.avsc"]),
        (2, ["check", "good.avsc", "--against", "sr:orders"]),
        (2, ["check", "good.avsc", "--against", "good.avsc", "-l", "SIDEWAYS"]),
        (2, ["check", "--formatt", "json"]),
        (2, ["check", "-f", "yaml"]),
        (2, ["check", "--deleted", "maybe"]),
        (2, ["check", "good.avsc", "--against", "good.avsc", "-o", "nothing"]),
        (2, ["check", "good.avsc", "--against", "good.avsc", "--history", "-1"]),
        (2, ["validate", "what.json"]),
        (2, ["explain", "avro/no-such-rule"]),
        (2, ["chek"]),
        (4, ["validate", "nowhere.avsc"]),
        (4, ["validate", "'*.nothing'"]),
        (4, ["validate", "empty"]),
        (4, ["check", "good.avsc", "--against", "nowhere"]),
        (4, ["check", "good.avsc", "--against", "bundle:nowhere"]),
        (4, ["check", "good.avsc", "--against", "bad.avsc"]),
        (4, ["check", "good.avsc", "--against", "git:HEAD"]),
        (4, ["check", "good.avsc", "--against", "good.avsc", "-o", "json=no/such/folder"]),
        (4, ["validate", "--config", "nowhere.yaml"]),
    ]

    def test_rows(self):
        files = {"good.avsc": '"int"', "bad.avsc": '{"type": "record"}', "what.json": "{}", "empty/readme": "x"}
        with Folder(files) as folder:
            for status, args in self.ROWS:
                with self.subTest(args=args):
                    done = folder.run(*args)
                    self.assertEqual(done.returncode, status, done.stdout + done.stderr)
                    if status > 1:
                        self.assertTrue(done.stderr.startswith("schemata: "), done.stderr)

    def test_a_reader_that_has_gone(self):
        process = subprocess.Popen([BINARY, "help", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        process.stdout.close()
        _, err = process.communicate(timeout=30)
        self.assertEqual((process.returncode, err), (141, b""))

    def test_a_full_disk(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([BINARY, "help", "--json"], stdout=full, stderr=subprocess.PIPE, env=environment(), timeout=30)
        self.assertEqual(done.returncode, 4)


class Instances(unittest.TestCase):
    def test_json_schema(self):
        schema = {"properties": {"age": {"minimum": 0, "type": "integer"}}}
        with Folder({"u.schema.json": schema, "good.json": {"age": 3}, "bad.json": '{\n  "age": -1\n}', "broken.json": "{"}) as folder:
            self.assertEqual(folder.run("validate", "u.schema.json", "--instance", "good.json").returncode, 0)
            status, report = folder.report("validate", "u.schema.json", "--instance", "bad.json")
            finding = report["findings"][0]
            self.assertEqual((status, finding["location"]["line"], finding["location"]["column"]), (1, 2, 10))
            self.assertEqual((finding["path"], finding["rule"]), ("/age", "json/instance-invalid"))
            self.assertEqual(folder.run("validate", "u.schema.json", "--instance", "broken.json").returncode, 1)
            self.assertEqual(folder.run("validate", "u.schema.json", "--instance", "nowhere.json").returncode, 4)

    def test_avro(self):
        with Folder({"o.avsc": record(ID), "good.json": {"id": 1}, "bad.json": {"id": "x"}}) as folder:
            self.assertEqual(folder.run("validate", "o.avsc", "--instance", "good.json").returncode, 0)
            self.assertEqual(folder.run("validate", "o.avsc", "--instance", "bad.json").returncode, 1)


class Explain(unittest.TestCase):
    def test_every_rule_has_a_page(self):
        names = [line.split()[0] for line in run("explain", "--list").stdout.splitlines()]
        self.assertGreater(len(names), 180)
        self.assertEqual(len(set(names)), len(names))
        for name in names:
            with self.subTest(name):
                page = run("explain", name).stdout
                self.assertTrue(page.startswith(name + "\n\n"))
                example = page[page.index("\nExample") :].split("\n\n")[0].splitlines()[2:]
                self.assertTrue(all(line.strip() for line in example) and example, page)
                self.assertTrue("Ways out" in page or "Nothing: readers" in page, page)
                if not name.startswith("schema/") and len(example) == 2:
                    self.assertNotEqual(example[0], example[1])

    def test_the_registry_word_works_too(self):
        self.assertIn("READER_FIELD_MISSING_DEFAULT_VALUE", run("explain", "READER_FIELD_MISSING_DEFAULT_VALUE").stdout)

    def test_a_typing_mistake(self):
        self.assertIn('did you mean "avro/type-mismatch"?', run("explain", "avro/type-mismach").stderr)
