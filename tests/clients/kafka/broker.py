#!/usr/bin/env python3
"""One Apache Kafka broker (KRaft, a single node that is broker and controller) on 127.0.0.1.

As a program, for trying things out by hand:

    broker.py start JARS DIR    starts it, waits until it answers, prints host:port
    broker.py stop DIR          stops exactly that process

JARS is the folder that `run.py --install-only` fills (.cache/kafka/jars). DIR takes the data, the log
`broker.log` and `broker.pid`. The client matrix uses the same functions.
"""

import base64
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

START_S = 60
STOP_S = 20
TRIES = 3

# A small heap and the cheap compiler: the broker lives for seconds and moves a few hundred records.
JAVA = ["java", "-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]

PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
num.partitions=1
auto.create.topics.enable=true
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=2097152
"""


class BrokerError(Exception):
    pass


def free_ports(count):
    """Ports that were free a moment ago; start() tries again when one was taken since."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def java(jars, *args):
    return [*JAVA, "-cp", f"{jars}/*", *args]


def format_storage(jars, folder, properties):
    cluster = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=").replace("-", "x")
    done = subprocess.run(
        java(jars, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=START_S, check=False)
    if done.returncode != 0:
        raise BrokerError("formatting the storage failed:\n" + done.stdout.decode())


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
        return True
    except OSError:
        return False


def try_start(jars, folder):
    """Returns (process, port), or (None, 0) when the broker ended before it answered."""
    data = folder / "data"
    subprocess.run(["rm", "-rf", str(data)], check=True)
    port, controller = free_ports(2)
    properties = folder / "broker.properties"
    properties.write_text(PROPERTIES.format(broker=port, controller=controller, data=data))
    format_storage(jars, folder, properties)
    with open(folder / "broker.log", "ab") as log:
        process = subprocess.Popen(
            java(jars, "kafka.Kafka", str(properties)), stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True)
    deadline = time.monotonic() + START_S
    while not answers(port):
        if process.poll() is not None:
            return None, 0
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise BrokerError(f"no answer after {START_S} s, see {folder}/broker.log")
        time.sleep(0.05)
    return process, port


def start(jars, folder):
    """Starts a broker with its data in `folder`. Returns (process, "127.0.0.1:port")."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(TRIES):
        process, port = try_start(jars, folder)
        if process is not None:
            (folder / "broker.pid").write_text(f"{process.pid}\n")
            return process, f"127.0.0.1:{port}"
    raise BrokerError(f"the broker ended {TRIES} times while starting, see {folder}/broker.log")


def stop(process):
    """Ends a process that start() returned."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def is_our_broker(pid, folder):
    """True when `pid` is still the broker of this folder and not a later process with its number."""
    try:
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return str(folder / "broker.properties").encode() in command


def stop_by_pid(folder):
    folder = pathlib.Path(folder)
    pid = int((folder / "broker.pid").read_text())
    if not is_our_broker(pid, folder):
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while is_our_broker(pid, folder):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.1)


def main(args):
    if len(args) == 3 and args[0] == "start":
        print(start(args[1], args[2])[1])
        return 0
    if len(args) == 2 and args[0] == "stop":
        stop_by_pid(args[1])
        return 0
    print(__doc__.strip(), file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokerError as err:
        print(f"broker: {err}", file=sys.stderr)
        sys.exit(1)
