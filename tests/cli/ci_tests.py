"""The CI scripts in repositories as CI systems make them, and a stranger's way from init to green."""

import hashlib
import json
import os
import re
import subprocess
import unittest

from tool import BINARY, ROOT, Folder, environment, run

CI = os.path.abspath(os.path.join(ROOT, "clients", "ci"))
ORDER = {"type": "record", "name": "Order", "namespace": "shop", "fields": [{"name": "id", "type": "long"}]}
REGION = {"name": "region", "type": "string"}


def script(name, *args, cwd, **env):
    return subprocess.run(
        ["sh", os.path.join(CI, name), *args], cwd=cwd, capture_output=True, text=True, timeout=120,
        env=environment({"SCHEMATA": BINARY, **env}),
    )


class Scripts(unittest.TestCase):
    def origin(self):
        folder = Folder({"orders.avsc": ORDER}, git=True)
        folder.git("checkout", "-q", "-b", "change")
        folder.write({"orders.avsc": {**ORDER, "fields": ORDER["fields"] + [REGION]}})
        folder.commit("change")
        folder.git("checkout", "-q", "main")
        folder.write({"other.txt": "x"})
        folder.commit("main moves on")
        return folder

    def test_a_shallow_clone_of_a_pull_request(self):
        for env in ({"GITHUB_BASE_REF": "main", "GITHUB_ACTIONS": "true"}, {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}):
            with self.subTest(env), self.origin() as origin, Folder() as folder:
                folder.git("clone", "-q", "--depth=1", "--branch", "change", "file://" + origin.path, "clone")
                clone = folder.file("clone")
                done = script("check.sh", "-o", "junit=../out.xml", cwd=clone, **env)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertIn("avro/reader-field-missing-default-value", done.stdout)
                self.assertEqual("::error file=orders.avsc" in done.stdout, "GITHUB_ACTIONS" in env)
                self.assertIn("failures=\"1\"", folder.read("out.xml"))

    def test_without_a_base(self):
        with self.origin() as folder:
            self.assertEqual(script("check.sh", cwd=folder.path).returncode, 0)
            self.assertEqual(script("check.sh", cwd=folder.path, SCHEMATA_BASE="--upload-pack=x").returncode, 2)

    def test_install_takes_only_the_right_file(self):
        with open(BINARY, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        with Folder() as folder:
            done = script("install.sh", "file://" + BINARY, "0" * 64, "bin", cwd=folder.path)
            self.assertEqual((done.returncode, os.listdir(folder.file("bin"))), (2, []))
            done = script("install.sh", "file://" + BINARY, digest, "bin", cwd=folder.path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stdout.startswith("schemata "))

    def test_hooks_name_commands_that_exist(self):
        with open(os.path.join(CI, ".pre-commit-hooks.yaml"), encoding="utf-8") as file:
            entries = [line.split(": ")[1].split() for line in file if line.strip().startswith("entry:")]
        self.assertEqual(len(entries), 3)
        with Folder({"orders.avsc": '"int"\n'}, git=True) as folder:
            for entry in entries:
                names = [] if entry[1] == "check" else ["orders.avsc"]
                self.assertEqual(folder.run(*entry[1:], *names).returncode, 0, entry)


class ProjectSchema(unittest.TestCase):
    """The published schema of schemata.yaml and the tables that read the file say the same."""

    FULL = {
        "version": 1, "registry": {"url": "http://x", "client-config": "c"},
        "check": {"level": "FULL", "against": ["git:main", "sr:"], "history": "all", "deleted": "warn", "new": "ignore", "fail-on": "error", "baseline": "b"},
        "sources": [{"files": ["**/*.avsc"], "include": ["."], "subject": "{stem}", "topic": "t", "type": "avro"}],
        "subjects": {"a": {"level": "NONE", "mode": "READONLY", "normalize": True, "metadata": {"owner": "me"}}},
        "lint": {"use": "strict", "rules": {"avro/missing-doc": "off"}},
        "accept": [{"fingerprint": "f", "rule": "r", "subject": "s", "path": "/", "reason": "why", "until": "2030-01-31"}],
    }

    def test_a_file_with_every_key_is_valid_and_read(self):
        schema = json.loads(run("help", "--project-schema").stdout)
        with Folder({"p.schema.json": schema, "full.json": self.FULL, "a.avsc": '"int"'}) as folder:
            done = folder.run("validate", "p.schema.json", "--instance", "full.json")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            folder.write({"schemata.json": self.FULL})
            done = folder.run("config-file", "--show", "--url", "http://y")
            self.assertNotIn("unknown key", done.stderr)

    def test_the_same_keys_and_words(self):
        with open(os.path.join(ROOT, "src", "cli", "project.c"), encoding="utf-8") as file:
            source = file.read()
        schema = json.loads(run("help", "--project-schema").stdout)
        parts = schema["properties"]
        places = {"registry": parts["registry"], "check": parts["check"], "source": parts["sources"]["items"], "lint": parts["lint"],
                  "subject": parts["subjects"]["additionalProperties"], "accept": parts["accept"]["items"], "top": schema}
        for name, place in places.items():
            table = re.search(rf"sma_yaml_key {name}_keys\[\] = {{(.*?)}};", source, re.S).group(1)
            self.assertEqual(sorted(re.findall(r'{"([a-z-]+)"', table)), sorted(place["properties"]), name)
            for key, words in re.findall(r'{"([a-z-]+)",[^{}]*?"([a-z|]+)"}', table):
                allowed = [w for w in place["properties"][key]["enum"] if isinstance(w, str)]
                self.assertEqual(sorted(words.split("|")), sorted(allowed), key)


class Stranger(unittest.TestCase):
    def test_every_line_of_the_template_counts_when_uncommented(self):
        with Folder({"a.avsc": '"int"'}) as folder:
            folder.run("init")
            text = folder.read("schemata.yaml")
            keys = [line for line in text.splitlines() if line.startswith("# ") and line.rstrip().endswith(":") and " " not in line[2:]]
            self.assertEqual(keys, ["# registry:", "# subjects:", "# accept:"])
            lines, inside = [], False
            for line in text.splitlines():
                inside = line in keys or (inside and line.startswith("#   "))
                lines.append(line[2:] if inside else line)
            folder.write({"schemata.yaml": "\n".join(lines) + "\n"})
            done = folder.run("validate", env={"SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            shown = folder.run("config-file", "--show", env={"SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"})
            self.assertEqual(shown.returncode, 2, "client.properties is not there")
            folder.write({"client.properties": "max.retries=1\n"})
            shown = folder.run("config-file", "--show", env={"SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"})
            self.assertIn("subjects.orders-value.level", shown.stdout, shown.stderr)

    def test_from_init_to_green(self):
        files = {f"schemas/t{i}-value.avsc": {**ORDER, "name": f"T{i}"} for i in range(10)}
        with Folder(files, git=True) as folder:
            self.assertEqual(folder.run("init").returncode, 0)
            self.assertEqual(folder.run("init").returncode, 7, "what is there is not overwritten")
            folder.commit("schemata.yaml")
            status, report = folder.report("check")
            self.assertEqual((status, report["summary"]["compatible"]), (0, 10))
            folder.git("checkout", "-q", "-b", "feature")
            broken = {**ORDER, "name": "T3", "fields": ORDER["fields"] + [REGION]}
            folder.write({"schemas/t3-value.avsc": broken})
            red = folder.run("check")
            self.assertEqual(red.returncode, 1)
            rule = red.stdout[red.stdout.index("[") + 1 : red.stdout.index("]")]
            page = folder.run("explain", rule)
            self.assertIn('Give the field a "default"', page.stdout)
            broken["fields"][1] = {**REGION, "default": ""}
            folder.write({"schemas/t3-value.avsc": json.dumps(broken)})
            self.assertEqual(folder.run("check").returncode, 0)
