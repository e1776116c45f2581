"""A client program as the driver sees it: one JSON request, one JSON answer, a deadline on both."""

import json
import os
import queue
import subprocess
import threading

from . import install

ANSWER_S = 120
END_S = 10

COMMANDS = {
    "python": ([str(install.CACHE / "python/bin/python"), str(install.HERE / "python/client.py")],
               install.python),
    "js": (["node", str(install.HERE / "node/confluent.js")], install.node),
    "kafkajs": (["node", str(install.HERE / "node/kafkajs.js")], install.node),
    "go": ([str(install.CACHE / "go/worker"), "confluent"], install.go),
    "franz": ([str(install.CACHE / "go/worker"), "franz"], install.go),
    "rust": ([str(install.CACHE / "rust/debug/worker")], install.rust),
    "c": ([str(install.CACHE / "c/worker")], install.c),
    "java": (["java", "-cp", install.JAVA_PATH, "Worker", "java"], install.java),
    "connect": (["java", "-cp", install.JAVA_PATH, "Worker", "connect"], install.java),
}


class WorkerError(Exception):
    """A client's error as the client reports it, or the end of its process."""

    def __init__(self, message, status=None, code=None):
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


class Worker:
    def __init__(self, name, registry_url, frames, bootstrap, log_folder):
        self.name = name
        self.log = log_folder / f"{name}.log"
        env = {**os.environ, "REGISTRY_URL": registry_url, "FRAMES": str(frames),
               "BOOTSTRAP": bootstrap or "", "SCHEMAS": str(install.HERE / "schemas"),
               "DESCRIPTORS": str(install.DESCRIPTORS),
               "NODE_PATH": str(install.CACHE / "node/node_modules")}
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(COMMANDS[name][0], env=env, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=log,
                                            text=True, encoding="utf-8")
        self.answers = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put(None)

    def hello(self):
        answer = self.ask(op="hello")
        self.formats = answer["formats"]
        self.inferred = answer["inferred"]
        self.header = answer["header"]
        self.references = answer["references"]
        self.pinned = answer["pinned"]
        self.admin = answer.get("admin", False)
        self.encrypted = answer.get("encrypted", [])
        self.package = answer["package"]
        return self

    def ask(self, **request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.answers.get(timeout=ANSWER_S)
        except queue.Empty:
            self.process.kill()
            raise WorkerError(f"no answer after {ANSWER_S} s, see {self.log}") from None
        except OSError as err:
            raise WorkerError(f"{err}, see {self.log}") from None
        if line is None:
            raise WorkerError(f"the client program ended, see {self.log}")
        answer = json.loads(line)
        if not answer.get("ok", True):
            error = answer["error"]
            raise WorkerError(error["message"], error.get("status"), error.get("code"))
        return answer

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(END_S)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
