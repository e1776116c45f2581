"""The registry under test: a process of its own with nothing on disk, or a running one by URL."""

import json
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

START_S = 10
STOP_S = 10
CALL_S = 10


class RegistryError(Exception):
    pass


def call(url, method, path, body=None):
    """One REST call. Returns (status, decoded JSON)."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data=data, method=method, headers={
        "Content-Type": "application/vnd.schemaregistry.v1+json"})
    try:
        with urllib.request.urlopen(request, timeout=CALL_S) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as err:
        with err:
            return err.code, json.loads(err.read() or b"null")
    except OSError as err:
        raise RegistryError(f"{method} {path}: {err}") from None


def quoted(subject):
    return urllib.parse.quote(subject, safe="")


class Process:
    """`schemata serve --ephemeral` on a port of its own choice."""

    def __init__(self, binary, folder):
        self.port_file = folder / "registry.port"
        self.log = folder / "registry.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(binary), "serve", "--listen", "127.0.0.1:0", "--ephemeral",
                 "--port-file", str(self.port_file)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            self.url = f"http://127.0.0.1:{self._port()}"
        except RegistryError:
            self.process.kill()
            self.process.wait()
            raise

    def _port(self):
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RegistryError(f"it ended with {self.process.returncode}: "
                                    + self.log.read_text(errors="replace")[-2000:])
            if self.port_file.exists() and self.port_file.read_text().strip():
                return int(self.port_file.read_text().split()[0])
            time.sleep(0.02)
        raise RegistryError(f"no port file after {START_S} s, see {self.log}")

    def stop(self):
        """Returns what is wrong with the way it ended, or None."""
        if self.process.poll() is not None:
            return f"it had ended with {self.process.returncode} before it was stopped:\n" + \
                self.log.read_text(errors="replace")[-4000:]
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return f"SIGTERM did not end it within {STOP_S} s"
        return None if status == 0 else f"SIGTERM ended it with {status}"


class Running:
    """A registry that somebody else runs."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def stop(self):
        return None
