"""What is made from the table of commands: help, help --json, man pages, completions."""

import json
import os
import shutil
import subprocess
import unittest

from tool import BINARY, Folder, environment, run


def table():
    return json.loads(run("help", "--json").stdout)


class Table(unittest.TestCase):
    def test_every_command_has_help_and_an_example_that_names_it(self):
        for command in table()["commands"]:
            with self.subTest(command["name"]):
                short, full = run(command["name"], "-h"), run(command["name"], "--help")
                self.assertEqual((short.returncode, full.returncode, full.stderr), (0, 0, ""))
                self.assertTrue(command["examples"])
                for example in command["examples"]:
                    self.assertIn(f"schemata {command['name']}", example)
                    self.assertIn(example, short.stdout)
                for flag in command["flags"]:
                    self.assertIn(flag["name"], full.stdout)
                self.assertLessEqual(len(short.stdout), len(full.stdout))

    def test_flags_are_described_once_and_well(self):
        for command in table()["commands"]:
            names = [flag["name"] for flag in command["flags"]]
            letters = [flag["short"] for flag in command["flags"] if "short" in flag]
            self.assertEqual(len(set(names)), len(names), command["name"])
            self.assertEqual(len(set(letters)), len(letters), command["name"])
            for flag in command["flags"]:
                self.assertTrue(flag["name"].startswith("--") and flag["help"], flag)

    def test_man_pages(self):
        for command in [None] + [c["name"] for c in table()["commands"]]:
            page = run(*(["man", command] if command else ["man"]))
            self.assertEqual(page.returncode, 0)
            self.assertTrue(page.stdout.startswith(".TH SCHEMATA"), command)
            self.assertIn(".SH SYNOPSIS", page.stdout)
            if shutil.which("groff"):
                done = subprocess.run(
                    ["groff", "-man", "-Tutf8", "-ww", "-k"], input=page.stdout, capture_output=True, text=True, timeout=30
                )
                self.assertEqual(done.stderr, "", command)

    def test_completions_are_valid_scripts_and_complete(self):
        script = run("completion", "bash").stdout
        ask = "COMP_WORDS=(schemata {0}); COMP_CWORD={1}; _schemata; echo ${{COMPREPLY[*]}}"
        rows = [("che", 1, "check"), ("check --agai", 2, "--against"), ("check --deleted er", 3, "error"), ("check -f sar", 3, "sarif")]
        for words, at, answer in rows:
            done = subprocess.run(
                ["bash", "--norc", "-c", script + ask.format(words, at)], capture_output=True, text=True, timeout=30
            )
            self.assertEqual((done.stdout.strip(), done.stderr), (answer, ""), words)
        for shell in ("zsh", "fish"):
            script = run("completion", shell).stdout
            self.assertIn("--against" if shell == "zsh" else "-l against", script)
            if shutil.which(shell):
                done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, timeout=30)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
        script = run("completion", "powershell").stdout
        for words in ("'check' = @{ Help = 'is this change safe?'; Flags = @(", "Choices = @('error', 'warn', 'ignore')", "Short = '-l'"):
            self.assertIn(words, script)
        if shutil.which("pwsh"):
            ask = "(TabExpansion2 'schemata check --agai' 21).CompletionMatches.CompletionText"
            done = subprocess.run(["pwsh", "-NoProfile", "-Command", script + ask], capture_output=True, text=True, timeout=60)
            self.assertEqual((done.stdout.strip(), done.stderr), ("--against", ""))
        self.assertEqual(run("completion", "tcsh").returncode, 2)

    def test_subjects_complete_live(self):
        from tests.support.server import Server, call

        with Server(BINARY) as server, Folder() as folder:
            for subject in ("orders-value", "orders-key", "money", "a%20b", "%24(touch%20x)", "%60touch%20y%60"):
                call(server.connect(), "POST", f"/subjects/{subject}/versions", {"schema": '"int"'})
            ask = ["complete", "--timeout", "10s"]  # as long as a busy machine needs
            env = {"SCHEMA_REGISTRY_URL": f"http://127.0.0.1:{server.port}", "XDG_CACHE_HOME": folder.file("cache")}
            self.assertEqual(folder.run(*ask, "", env=env).stdout, "money\norders-key\norders-value\n")
            self.assertEqual(folder.run(*ask, "sr:or", env=env).stdout, "sr:orders-key\nsr:orders-value\n")
            self.assertEqual(folder.run(*ask, "money@", env=env).stdout, "money@1\nmoney@latest\nmoney@all\n")
            call(server.connect(), "DELETE", "/subjects/money")
            self.assertIn("money\n", folder.run(*ask, env=env).stdout, "remembered for a while")
            fresh = {**env, "XDG_CACHE_HOME": folder.file("other")}
            self.assertEqual(folder.run(*ask, env=fresh).stdout, "orders-key\norders-value\n")
            nobody = folder.run("complete", env={**env, "SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"})
            self.assertEqual((nobody.returncode, nobody.stdout, nobody.stderr), (0, "", ""))
            self.assertEqual(folder.run("complete").returncode, 0)
            script = run("completion", "bash").stdout
            folder.write({"patient": f'#!/bin/sh\ncommand=$1\nshift\nexec {BINARY} "$command" --timeout 10s "$@"\n'})
            os.chmod(folder.file("patient"), 0o755)
            for words, at, answer in (("versions or", 2, "orders-key orders-value"), ("check --against sr : orders-k", 5, "orders-key"),
                                      ("get sr:orders-v", 2, "sr:orders-value"), ("delete ''", 2, "orders-key orders-value")):
                line = f"COMP_WORDS=({folder.file('patient')} {words}); COMP_CWORD={at}; _schemata; echo ${{COMPREPLY[*]}}"
                done = subprocess.run(["bash", "--norc", "-c", script + line], capture_output=True, text=True, timeout=30,
                                      env=environment(fresh), cwd=folder.path)
                self.assertEqual((done.stdout.strip(), done.stderr), (answer, ""), words)
            self.assertEqual(sorted(os.listdir(folder.path)), ["cache", "other", "patient"], "no name of a subject was run")

    def test_flags_stand_anywhere(self):
        for args in (["-q", "version"], ["--color", "never", "version"], ["--color=never", "version"]):
            self.assertEqual(run(*args).returncode, 0, args)
        self.assertIn('unknown flag "--agianst"; did you mean "--against"?', run("check", "--agianst", "x").stderr)
        self.assertEqual(json.loads(run("version", "-f", "json").stdout)["version"], table()["version"])
