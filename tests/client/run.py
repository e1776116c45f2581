#!/usr/bin/env python3
"""The C library as its users have it: installed, linked, and set against registries that behave and that do not.

run.py BINARY [PART…]

Installs into a temporary root, builds small programs against it with pkg-config and CMake, as C and as C++, shared
and static, and drives them."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, ROOT)
from tests.client import kafka, package, serde, wire  # noqa: E402


class Kit:
    """The installed library, and what the parts need to say."""

    def __init__(self, binary, scratch):
        self.binary, self.scratch = os.path.abspath(binary), scratch
        self.build = os.path.dirname(self.binary)
        self.root = os.path.join(scratch, "root")
        self.prefix = "/opt/schemata"
        self.lib = self.root + self.prefix + "/lib"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("SCHEMA", "MAKE", "MFLAGS"))},
            "PKG_CONFIG_PATH": self.lib + "/pkgconfig",
            "PKG_CONFIG_SYSROOT_DIR": self.root,
            "LD_LIBRARY_PATH": self.lib,
        }
        self.checks = 0
        self.problems = []

    def check(self, what, holds, detail=""):
        self.checks += 1
        if not holds:
            self.problems.append(f"{what}: {detail}")

    def run(self, command, seconds=120, **more):
        more.setdefault("env", self.environment)
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds, **more)

    def must(self, command, **more):
        done = self.run(command, **more)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def make(self, *goals):
        plain = {k: v for k, v in self.environment.items() if k != "LD_LIBRARY_PATH" and "PKG_" not in k}
        return self.must(["make", "-C", ROOT, "--no-print-directory", f"BUILD={self.build}", f"DESTDIR={self.root}",
                          f"PREFIX={self.prefix}", *goals], seconds=900, env=plain)

    def flags(self, *arguments):
        return self.must(["pkg-config", *arguments, "schemata"]).split()

    def compile(self, source, name, *extra, compiler="cc"):
        """A program from `source` against the installed tree; its path."""
        out = os.path.join(self.scratch, name)
        self.must([compiler, "-Wall", "-Wextra", "-Werror", "-o", out, source, *extra, *self.flags("--cflags", "--libs"),
                   "-pthread"])
        return out


PARTS = {"package": package.run, "serde": serde.run, "wire": wire.run, "kafka": kafka.run}


def main():
    binary, *wanted = sys.argv[1:]
    if re.search(r"/(asan|tsan|cov|fuzz)/", binary):
        print("the library is installed from the release build only: nothing to do in this mode")
        return 0
    scratch = tempfile.mkdtemp(prefix="schemata-client-")
    try:
        kit = Kit(binary, scratch)
        kit.make("install")
        for name, part in PARTS.items():
            if not wanted or name in wanted:
                part(kit)
    finally:
        shutil.rmtree(scratch)
    for problem in kit.problems:
        print(problem)
    print(f"{kit.checks} checks, {len(kit.problems)} problems")
    return 1 if kit.problems or not kit.checks else 0


if __name__ == "__main__":
    sys.exit(main())
