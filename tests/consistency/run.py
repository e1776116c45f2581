#!/usr/bin/env python3
"""What concurrent clients may rely on: python3 tests/consistency/run.py BINARY

One client keeps changing a subject (registers, soft-deletes the newest, changes its level) while others
keep reading it over connections of their own, with caches on. Nobody may ever be shown something older
than what had been acknowledged before the question was asked, or than what the same client has been
shown before (invariants I1 and I8). Each answer carries a number that only grows: the version, the id, or
a counter in the metadata."""

import json
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import Server, call  # noqa: E402

ROUNDS = int(os.environ.get("CONSISTENCY_ROUNDS", "400"))
READERS = 6


class State:
    def __init__(self):
        self.acknowledged = {}  # what is read -> the number it shows at least
        self.is_over = threading.Event()
        self.problems = []

    def complain(self, text):
        self.problems.append(text)
        self.is_over.set()


def change(server, state):
    connection = server.connect()
    for i in range(1, ROUNDS + 1):
        schema = json.dumps({"type": "fixed", "name": "F", "size": i})
        status, answer = call(connection, "POST", "/subjects/s/versions", {"schema": schema})
        if status != 200:
            return state.complain(f"register {i}: {status} {answer}")
        state.acknowledged["latest"] = state.acknowledged["versions"] = answer["version"]
        state.acknowledged["max id"] = answer["id"]
        status, answer = call(
            connection, "PUT", "/config/s", {"defaultMetadata": {"properties": {"n": str(i)}}}
        )
        if status != 200:
            return state.complain(f"config {i}: {status} {answer}")
        state.acknowledged["config"] = i
        status, answer = call(connection, "DELETE", f"/subjects/t/versions/{i}")
        if status not in (200, 404):
            return state.complain(f"delete {i}: {status} {answer}")
        status, answer = call(connection, "POST", "/subjects/t/versions", {"schema": '"string"'})
        if status != 200:
            return state.complain(f"register t {i}: {status} {answer}")
        state.acknowledged["shared id"] = answer["version"]
    state.is_over.set()


QUESTIONS = {
    "latest": ("/subjects/s/versions/latest", lambda a: a["version"]),
    "versions": ("/subjects/s/versions", lambda a: a[-1]),
    "max id": ("/schemas/ids/1?subject=s&fetchMaxId=true", lambda a: a["maxId"]),
    "config": ("/config/s", lambda a: int(a["defaultMetadata"]["properties"]["n"])),
    "shared id": ("/subjects/t/versions/latest", lambda a: a["version"]),
}


def read(server, state):
    connection = server.connect()
    shown = dict.fromkeys(QUESTIONS, 0)
    asked = 0
    while not state.is_over.is_set():
        for name, (path, number) in QUESTIONS.items():
            at_least = state.acknowledged.get(name, 0)
            status, answer = call(connection, "GET", path)
            asked += 1
            if status == 404 and not at_least:
                continue
            if status == 404 and name == "shared id":
                continue  # between its deletion and its return
            if status != 200:
                return state.complain(f"{name}: {status} {answer}")
            got = number(answer)
            if got < at_least:
                return state.complain(f"{name}: {got} after {at_least} was acknowledged")
            if got < shown[name]:
                return state.complain(f"{name}: {got} after {shown[name]} was shown")
            shown[name] = got
    state.problems += [] if asked else ["a reader read nothing"]


def main(binary):
    state = State()
    with Server(binary, "--set", "schema.compatibility.level=none") as server:
        threads = [threading.Thread(target=change, args=(server, state))]
        threads += [threading.Thread(target=read, args=(server, state)) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        _, metrics = call(server.connect(), "GET", "/metrics")
        hits = [line for line in metrics.splitlines() if 'hits_total{cache="answers"}' in line]
        if not hits or int(hits[0].split()[-1]) == 0:
            state.problems.append("no answer came from the cache: nothing was tested")
        if server.stop() != 0:
            state.problems.append("the server did not stop cleanly:\n" + server.output())
    for problem in state.problems:
        print("FAILED", problem)
    if not state.problems:
        print(f"{ROUNDS} rounds of changes, {READERS} readers: nobody went back in time ({hits[0]})")
    return 1 if state.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
