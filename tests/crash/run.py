#!/usr/bin/env python3
"""Crash test: SIGKILL during a write storm, then look whether a success answer was ever undone.

run.py BINARY [ROUNDS]   (default 12 rounds; 200 for the full test)

Each round: start on the same folder, some writers register, delete and configure, each noting what
was acknowledged; after a random moment the process is killed. Then, on the folder at rest,
`schemata fsck` must say clean (history replays to the state, ids and versions and references in
order), and on the restarted server every acknowledged fact must hold:
  I1 a registered (subject, version, id, text) is there      I4 no id stands for two texts
  I5 versions of a subject have no gaps                       I3 registering again gives the same id
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import Server, call, record  # noqa: E402

WRITERS = 8


class Facts:
    """What the server acknowledged over all rounds."""

    def __init__(self):
        self.lock = threading.Lock()
        self.versions = {}  # (subject, version) -> (id, text)
        self.ids = {}  # id -> text
        self.deleted = set()  # (subject, version) acknowledged as soft-deleted
        self.levels = {}  # subject -> last acknowledged level
        self.unsure = set()  # subjects whose last setting or delete was cut off
        self.problems = []

    def registered(self, subject, answer, text):
        with self.lock:
            self.versions[(subject, answer["version"])] = (answer["id"], text)
            if self.ids.setdefault(answer["id"], text) != text:
                self.problems.append(f"I4: id {answer['id']} stands for two texts")

    def __len__(self):
        return len(self.versions)


def field_names(round_, writer, step):
    return f"f{round_}_{writer}_{step}"


def storm(server, facts, round_, writer, stop):
    """Registers ever new schemas until the connection breaks."""
    dice = random.Random(round_ * 1000 + writer)
    connection = server.connect()
    try:
        for step in range(100000):
            if stop.is_set():
                return
            one_step(connection, facts, dice, round_, writer, step)
    except (OSError, ValueError, __import__("http").client.HTTPException):
        return  # killed in the middle: that answer was never given
    finally:
        connection.close()


def one_step(connection, facts, dice, round_, writer, step):
    subject = f"s{writer}-{step % 7}"
    kind = dice.random()
    if kind < 0.85:
        text = record("R", "base", (field_names(round_, writer, step), 0))
        status, answer = call(
            connection, "POST", f"/subjects/{subject}/versions", {"schema": text}
        )
        if status != 200:
            with facts.lock:
                facts.problems.append(f"register {subject}: {status} {answer}")
            return
        facts.registered(subject, answer, answer["schema"])
    elif kind < 0.93:
        level = dice.choice(["BACKWARD", "BACKWARD_TRANSITIVE", "FULL"])
        with facts.lock:
            facts.unsure.add(subject)
        status, _ = call(connection, "PUT", f"/config/{subject}", {"compatibility": level})
        with facts.lock:
            if status == 200:
                facts.levels[subject] = level
                facts.unsure.discard(subject)
    else:
        with facts.lock:
            known = [v for s, v in facts.versions if s == subject and (s, v) not in facts.deleted]
        if len(known) > 3:
            version = min(known)
            status, _ = call(connection, "DELETE", f"/subjects/{subject}/versions/{version}")
            if status == 200:
                with facts.lock:
                    facts.deleted.add((subject, version))


def check(server, facts):
    """Every acknowledged fact against the restarted server."""
    connection = server.connect()
    for (subject, version), (id_, text) in facts.versions.items():
        status, answer = call(
            connection, "GET", f"/subjects/{subject}/versions/{version}?deleted=true"
        )
        if status != 200 or answer["id"] != id_ or answer["schema"] != text:
            facts.problems.append(f"I1: {subject} version {version} id {id_}: {status} {answer}")
        elif (subject, version) in facts.deleted and not answer["deleted"]:
            facts.problems.append(f"I1: deletion of {subject} version {version} was undone")
    for subject in sorted({s for s, _ in facts.versions}):
        _, numbers = call(connection, "GET", f"/subjects/{subject}/versions?deleted=true")
        if numbers != list(range(1, len(numbers) + 1)):
            facts.problems.append(f"I5: {subject} has versions {numbers}")
    for subject, level in facts.levels.items():
        _, answer = call(connection, "GET", f"/config/{subject}")
        if subject not in facts.unsure and answer.get("compatibilityLevel") != level:
            facts.problems.append(f"I1: level of {subject} is {answer}, not {level}")
    sample = random.Random(len(facts)).sample(
        sorted(set(facts.versions) - facts.deleted), min(20, len(facts.versions) - len(facts.deleted))
    )
    for subject, version in sample:
        id_, text = facts.versions[(subject, version)]
        status, answer = call(
            connection, "POST", f"/subjects/{subject}/versions", {"schema": text}
        )
        if status != 200 or answer["id"] != id_:
            facts.problems.append(f"I3: {subject} again: {status} {answer}, not id {id_}")
    connection.close()


def fsck(binary, data, facts):
    done = subprocess.run([binary, "fsck", "--data", data], capture_output=True, text=True)
    if done.returncode != 0:
        facts.problems.append(f"fsck: status {done.returncode}: {done.stdout}{done.stderr}")


def one_round(binary, data, facts, round_):
    server = Server(binary, data=data)
    server.start()
    stop = threading.Event()
    writers = [
        threading.Thread(target=storm, args=(server, facts, round_, i, stop)) for i in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    time.sleep(random.Random(round_).uniform(0.03, 0.35))
    server.kill()
    stop.set()
    for writer in writers:
        writer.join()
    server.log.close()
    server.scratch.cleanup()
    fsck(binary, data, facts)


def main():
    binary, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 12
    facts = Facts()
    with tempfile.TemporaryDirectory(prefix="schemata-crash-") as folder:
        data = os.path.join(folder, "data")
        for round_ in range(rounds):
            one_round(binary, data, facts, round_)
            if round_ % 10 == 9 or round_ == rounds - 1:
                with Server(binary, data=data) as server:
                    check(server, facts)
                print(f"round {round_ + 1}: {len(facts)} acknowledged versions", flush=True)
            if facts.problems:
                break
    for problem in facts.problems[:20]:
        print(problem)
    print(f"{rounds} rounds, {len(facts)} acknowledged, {len(facts.problems)} problems")
    if len(facts) < rounds:
        print("too few acknowledged writes to prove anything")
        return 1
    return 1 if facts.problems else 0


if __name__ == "__main__":
    sys.exit(main())
