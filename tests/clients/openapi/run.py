#!/usr/bin/env python3
"""Requests made from openapi/schemata.yaml: run.py BINARY [OPTION of schemathesis…]

PyPI schemathesis reads the document, makes good and bad requests of every operation, alone and one after the
other, and holds each answer against the document with all its checks. Examples are bounded and
deterministic: two runs ask the same; the server is the one that the crawl's fill makes, so that there is something to find."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT), str(HERE.parent)]

from driver import install  # noqa: E402
from tests.crawl.fill import fill  # noqa: E402
from tests.support.server import Server  # noqa: E402

EXAMPLES = "60"  # per operation and kind of request
# These give a schema's text as it is under a JSON media type, as the original does: a .proto file is no JSON.
TEXTS = ("/schemas/ids/{id}/schema", "/subjects/{subject}/versions/{version}/schema")
END_SECONDS = 600
VENV = install.CACHE / "openapi"


def prepare():
    wanted = HERE / "requirements.txt"

    def work():
        shutil.rmtree(VENV, ignore_errors=True)
        install.execute([sys.executable, "-m", "venv", str(VENV)], HERE)
        install.execute([str(VENV / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check",
                         "--only-binary", ":all:", "-r", str(wanted)], HERE)

    VENV.parent.mkdir(parents=True, exist_ok=True)
    install.step("openapi", [wanted, sys.version], VENV / "bin" / "schemathesis", work)


def command(port, more):
    return [
        str(VENV / "bin" / "schemathesis"), "--config-file", str(HERE / "schemathesis.toml"),
        "run", str(ROOT / "openapi" / "schemata.yaml"), "--url", f"http://127.0.0.1:{port}",
        "--checks", "all", "--seed", "1", "--generation-deterministic", "--max-examples", EXAMPLES,
        "--workers", "1", "--request-timeout", "40", "--continue-on-failure",
        "--no-color", "--warnings", "off", *(f"--exclude-path={path}" for path in TEXTS), *more,
    ]


def summary(text):
    """The counts, and every failure's title and request."""
    for line in re.findall(r"^(?:_+ .* _+|- ST\d+ .*|    curl .*|\s+\d+ generated.*|=+ .* in [\d.]+s =+)$", text, re.M):
        print(line[:400])


def main():
    prepare()
    with Server(os.path.abspath(sys.argv[1])) as server, tempfile.TemporaryDirectory() as folder:
        fill(server)
        done = subprocess.run(command(server.port, sys.argv[2:]), cwd=folder, capture_output=True, text=True,
                              timeout=END_SECONDS, check=False,
                              env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)})
        if os.environ.get("KEEP_LOG"):
            pathlib.Path(os.environ["KEEP_LOG"]).write_text(done.stdout + done.stderr, encoding="utf-8")
        summary(done.stdout)
        status = done.returncode or server.stop()
        if status:
            print(done.stdout[-2000:] + done.stderr[-2000:] + server.output()[-1000:])
    return status != 0


if __name__ == "__main__":
    sys.exit(main())
