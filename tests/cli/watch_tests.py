"""check --watch: runs again when a file changes, ends with 130."""

import json
import os
import select
import signal
import subprocess
import time
import unittest

from tool import BINARY, Folder, environment

OLD = json.dumps({"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}]})
BAD = OLD.replace('"int"', '"string"')
DEADLINE = 20


class Watch(unittest.TestCase):
    def report(self, process):
        """The next report, and the line on stderr that ends its run."""
        report = json.loads(process.stdout.readline())
        self.runs += 1
        end = time.monotonic() + DEADLINE
        while self.said.count("Ctrl-C ends\n") < self.runs:
            self.assertLess(time.monotonic(), end, self.said)
            if select.select([process.stderr], [], [], 0.2)[0]:
                part = os.read(process.stderr.fileno(), 4096)
                self.assertTrue(part, f"ended early: {self.said!r}")
                self.said += part.decode()
        return report

    def test_until_interrupted(self):
        self.runs, self.said = 0, ""
        with Folder({"old/a.avsc": OLD, "new/deep/a.avsc": OLD}) as folder:
            process = subprocess.Popen(
                [BINARY, "check", "new", "--against", "old", "--watch", "-f", "json", "-o", "json=new/report.json"],
                cwd=folder.path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            try:
                self.assertEqual(self.report(process)["result"], "compatible")
                self.assertIn("watching 3 folders; Ctrl-C ends\n", self.said)
                folder.write({"new/deep/a.avsc": BAD})
                self.assertEqual(self.report(process)["result"], "incompatible")
                # A new folder is watched too, and a file put in another's place is seen.
                folder.write({"new/more/b.avsc": '"int"'})
                while "b" not in [s["subject"] for s in self.report(process)["subjects"]]:
                    pass
                self.assertIn("watching 4 folders", self.said)
                folder.write({"new/other.tmp": OLD})
                os.rename(folder.file("new/other.tmp"), folder.file("new/deep/a.avsc"))
                self.assertEqual(self.report(process)["result"], "compatible")
                # The report in the watched folder is the command's own: it starts nothing.
                self.assertFalse(select.select([process.stderr], [], [], 0.3)[0])
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(DEADLINE), 130)
            finally:
                process.kill()
                process.communicate()

    def test_nothing_to_watch(self):
        with Folder({"a.avsc": OLD}) as folder:
            done = folder.run("check", "nowhere/a.avsc", "--against", "a.avsc", "--watch")
            self.assertEqual(done.returncode, 4)
            self.assertIn("cannot watch nowhere", done.stderr)
