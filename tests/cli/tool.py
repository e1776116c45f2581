"""What the modules of tests/cli share: running the binary, folders, git repositories."""

import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, ROOT)
BINARY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/schemata")
VECTORS = os.path.join(ROOT, "tests", "vectors")
GOLDEN = os.path.join(ROOT, "tests", "golden", "cli")

# Nothing of the machine's own settings reaches a test.
UNSET = (
    "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITLAB_CI", "CI", "NO_COLOR", "FORCE_COLOR", "SCHEMATA_FORMAT",
    "SCHEMATA_CONFIG", "SCHEMATA_PROFILE", "LC_ALL", "LC_CTYPE", "SCHEMA_REGISTRY_URL", "SCHEMAREGISTRY_URL", "XDG_CONFIG_HOME",
    "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy",
)


def environment(more=None):
    env = {k: v for k, v in os.environ.items() if k not in UNSET}
    env.update(
        HOME="/nonexistent", LANG="C.UTF-8", GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1",
        GIT_AUTHOR_NAME="t", GIT_AUTHOR_EMAIL="t@example.org", GIT_AUTHOR_DATE="2024-01-01T00:00:00Z",
        GIT_COMMITTER_NAME="t", GIT_COMMITTER_EMAIL="t@example.org", GIT_COMMITTER_DATE="2024-01-01T00:00:00Z",
    )
    env.update(more or {})
    return env


def run(*args, cwd=None, env=None, input=None, text=True):
    return subprocess.run(
        [BINARY, *args], capture_output=True, text=text, timeout=120, cwd=cwd, env=environment(env), input=input,
        encoding="utf-8" if text else None,
    )


class Folder:
    """A temporary folder, optionally a git repository on branch main."""

    def __init__(self, files=None, git=False):
        self.scratch = tempfile.TemporaryDirectory(prefix="schemata-cli-")
        self.path = self.scratch.name
        self.write(files or {})
        if git:
            self.git("init", "-q", "-b", "main", ".")
            self.commit("first")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.scratch.cleanup()

    def file(self, name):
        return os.path.join(self.path, name)

    def write(self, files):
        for name, content in files.items():
            path = self.file(name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if not isinstance(content, (str, bytes)):
                content = json.dumps(content)
            with open(path, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode("utf-8"))

    def read(self, name):
        with open(self.file(name), "rb") as file:
            return file.read().decode("utf-8")

    def git(self, *args, env=None):
        done = subprocess.run(
            ["git", *args], cwd=self.path, env=environment(env), capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            raise AssertionError(f"git {args}: {done.stderr}")
        return done.stdout.strip()

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def run(self, *args, **more):
        return run(*args, cwd=self.path, **more)

    def report(self, *args, **more):
        """(exit status, report) of a command with -f json."""
        done = self.run(*args, "-f", "json", **more)
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            raise AssertionError(f"{args}: status {done.returncode}: {done.stderr}") from None
