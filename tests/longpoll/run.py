#!/usr/bin/env python3
"""The long poll of the change feed: python3 tests/longpoll/run.py BINARY

Who waits is answered by the next write that brings something, by the end of the wait, or by the end of the
server, each time with a whole answer; a write that leaves no record leaves them waiting; and there are only
so many places."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import Server, call  # noqa: E402

PLACES = 256  # SMA_OWN_WAITERS_MAX
WAIT_MS = 30000  # the longest wait: whoever is answered earlier was woken
SOON = 10  # seconds; far below WAIT_MS, far above what a loaded machine needs


def in_flight(connection):
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    return int(re.search(r"^\S*requests_in_flight\S* (\d+)$", text, re.M).group(1))


class Test:
    def __init__(self, server):
        self.server = server
        self.control = server.connect()
        self.written = 0

    def position(self):
        return call(self.control, "GET", "/schemata/v1/changes?limit=1")[1]["position"]

    def write(self):
        self.written += 1
        body = {"schema": json.dumps({"type": "fixed", "name": "F", "size": self.written})}
        status, answer = call(self.control, "POST", f"/subjects/s{self.written}/versions", body)
        assert status == 200, answer

    def poll(self, after, wait_ms=WAIT_MS):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=WAIT_MS / 1000 + 10)
        connection.request("GET", f"/schemata/v1/changes?after={after}&wait_ms={wait_ms}")
        return connection

    def settle(self, waiting):
        """Until the server has that many requests beside the question for them."""
        deadline = time.monotonic() + SOON
        while (seen := in_flight(self.control) - 1) != waiting:
            assert time.monotonic() < deadline, f"{seen} requests wait, expected {waiting}"
            time.sleep(0.01)


def answer_of(connection):
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, json.loads(body), response


def expect_soon(begin, what):
    seconds = time.monotonic() - begin
    assert seconds < SOON, f"{what}: {seconds:.1f} s"


def woken_by_a_write(test):
    after = test.position()
    waiting = [test.poll(after) for _ in range(20)]
    test.settle(len(waiting))
    begin = time.monotonic()
    test.write()
    for connection in waiting:
        status, answer, _ = answer_of(connection)
        assert status == 200, answer
        keys = [json.loads(change["key"]) if isinstance(change["key"], str) else change["key"]
                for change in answer["changes"]]
        assert [key["subject"] for key in keys] == [f"s{test.written}"], answer
        assert answer["next"] == answer["position"] == after + 1 and not answer["hasMore"], answer
    expect_soon(begin, "woken by a write")


def left_waiting_by_a_write_that_brings_nothing(test):
    after = test.position()
    waiting = [test.poll(after) for _ in range(5)]
    test.settle(len(waiting))
    for _ in range(3):  # goes through the writer, is refused there, leaves no record
        status, answer = call(test.control, "DELETE", "/subjects/none")
        assert status == 404, answer
        test.settle(len(waiting))
    begin = time.monotonic()
    test.write()
    for connection in waiting:
        status, answer, _ = answer_of(connection)
        assert status == 200 and len(answer["changes"]) == 1, answer
        assert answer["next"] == after + 1, answer
    expect_soon(begin, "woken by the write that left one")


def ended_by_time(test):
    begin = time.monotonic()
    status, answer, _ = answer_of(test.poll(test.position(), 300))
    seconds = time.monotonic() - begin
    assert status == 200 and answer["changes"] == [], answer
    assert 0.3 <= seconds < SOON, seconds


def answered_at_once(test):
    begin = time.monotonic()
    status, answer, _ = answer_of(test.poll(test.position() - 1))
    assert status == 200 and len(answer["changes"]) == 1, answer
    expect_soon(begin, "answered at once")


def places_are_limited(test):
    after = test.position()
    waiting = [test.poll(after) for _ in range(PLACES)]
    test.settle(PLACES)
    status, answer, response = answer_of(test.poll(after))
    assert status == 503 and response.headers["Retry-After"] == "1", (status, answer)
    assert f"{PLACES} requests wait already" in answer["message"], answer
    begin = time.monotonic()
    test.write()
    for connection in waiting:
        status, answer, _ = answer_of(connection)
        assert status == 200 and len(answer["changes"]) == 1, answer
    expect_soon(begin, "all woken")
    waiting = [test.poll(after + 1) for _ in range(PLACES)]  # all places are free again
    test.settle(PLACES)
    test.write()
    for connection in waiting:
        assert answer_of(connection)[0] == 200


def answered_when_the_server_ends(test):
    waiting = [test.poll(test.position()) for _ in range(20)]
    test.settle(len(waiting))
    begin = time.monotonic()
    test.server.process.send_signal(signal.SIGTERM)
    for connection in waiting:
        status, answer, _ = answer_of(connection)
        assert status == 200 and answer["changes"] == [], answer
    expect_soon(begin, "answered at the end")
    test.control.close()
    status = test.server.process.wait(SOON)
    assert status == 0, f"the server ended with {status}: {test.server.output()}"


CASES = [
    woken_by_a_write,
    left_waiting_by_a_write_that_brings_nothing,
    ended_by_time,
    answered_at_once,
    places_are_limited,
    answered_when_the_server_ends,  # last
]


def main():
    failed = 0
    with Server(sys.argv[1]) as server:
        test = Test(server)
        test.write()
        for case in CASES:
            try:
                case(test)
            except (AssertionError, OSError, http.client.HTTPException, KeyError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"FAILED {case.__name__}: {type(error).__name__}: {error}")
    print(f"{len(CASES) - failed} of {len(CASES)} cases agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
