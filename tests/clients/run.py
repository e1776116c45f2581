#!/usr/bin/env python3
"""The client matrix: published Kafka and registry clients against this registry and a real broker.

    run.py                 everything, through an Apache Kafka broker
    run.py --quick         the same without a broker: frames travel through files
    run.py --install-only  only fill .cache

Ends with the line "N passed, N failed" and exit status 0 only when nothing failed.
REGISTRY_URL=http://… in the environment takes a running registry instead of starting --binary.
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE / "kafka"))

import broker  # noqa: E402
from driver import install, registry, scenario, wire  # noqa: E402
from driver.worker import COMMANDS, Worker, WorkerError  # noqa: E402

FORMATS = ("avro", "json", "protobuf")


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--quick", action="store_true", help="no broker: frames travel through files")
    p.add_argument("--install-only", action="store_true", help="only fill .cache")
    p.add_argument("--binary", default=str(HERE / "../../build/schemata"), help="the registry")
    p.add_argument("--formats", default=",".join(FORMATS), help="of " + ",".join(FORMATS))
    p.add_argument("--clients", default=",".join(COMMANDS), help="of " + ",".join(COMMANDS))
    p.add_argument("--wire", metavar="DIR", help="record what each client sends and gets")
    p.add_argument("--keep", action="store_true", help="keep the logs and frames of the run")
    args = p.parse_args()
    for option, known in (("formats", FORMATS), ("clients", COMMANDS)):
        chosen = [name for name in getattr(args, option).split(",") if name]
        if not chosen or any(name not in known for name in chosen):
            p.error(f"--{option}: one or more of {','.join(known)}")
        setattr(args, option, chosen)
    return args


def prepare(args):
    """Installs; returns the clients that can run and a line for each that cannot.

    A tool that is not on the machine skips its clients in the quick run and fails the full one."""
    install.descriptors()
    if not args.quick:
        install.kafka()
    usable, skipped = [], []
    for name in args.clients:
        try:
            COMMANDS[name][1]()
            usable.append(name)
        except install.Missing as err:
            if not args.quick:
                raise
            skipped.append(f"{name}: {err}, skipped")
    return usable, skipped


def start_registry(args, folder):
    if os.environ.get("REGISTRY_URL"):
        return registry.Running(os.environ["REGISTRY_URL"])
    return registry.Process(pathlib.Path(args.binary).resolve(), folder)


def start_workers(args, names, url, bootstrap, folder, workers):
    frames = folder / "frames"
    frames.mkdir()
    for name in names:
        seen_url = url
        if args.wire:
            pathlib.Path(args.wire).mkdir(parents=True, exist_ok=True)
            seen_url = wire.Proxy(url, pathlib.Path(args.wire) / f"{name}.txt").url
        workers.append(Worker(name, seen_url, frames, bootstrap, folder))
    for worker in workers:
        print(f"  {worker.name}: {worker.hello().package}", flush=True)


def run(args, names, folder, board):
    """Starts what the matrix needs, runs it, and stops all of it again, newest first."""
    server, kafka, workers = start_registry(args, folder), None, []
    try:
        bootstrap = None
        if not args.quick:
            kafka, bootstrap = broker.start(install.JARS, folder / "kafka")
            print(f"  kafka: {bootstrap}", flush=True)
        print(f"  registry: {server.url}", flush=True)
        start_workers(args, names, server.url, bootstrap, folder, workers)
        matrix = scenario.Matrix(workers, server.url, folder.name, board)
        for fmt in args.formats:
            begin = time.monotonic()
            matrix.run(fmt)
            print(f"\n{scenario.table(board, fmt, names)}"
                  f"\n({time.monotonic() - begin:.1f} s)\n", flush=True)
        matrix.admin()
    finally:
        for worker in workers:
            worker.close()
        if kafka is not None:
            broker.stop(kafka)
        board.check("registry", "schemata", None, "stop", server.stop())


def main():
    args = arguments()
    begin = time.monotonic()
    try:
        names, skipped = prepare(args)
    except (install.Missing, install.InstallError) as err:
        print(f"clients: {err}\n0 passed, 1 failed")
        return 1
    for line in skipped:
        print(line)
    if args.install_only:
        return 0
    board = scenario.Board()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="matrix-"))
    try:
        if names:
            run(args, names, folder, board)
    except (registry.RegistryError, broker.BrokerError, WorkerError) as err:
        board.failed.append(str(err))
        print(f"FAILED {err}", flush=True)
    finally:
        if args.keep or board.failed:
            print(f"logs: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{time.monotonic() - begin:.0f} s")
    for line in board.failed:
        print("FAILED " + line)
    tail = f", {len(skipped)} skipped" if skipped else ""
    print(f"{board.passed} passed, {len(board.failed)} failed{tail}")
    return 1 if board.failed else 0


if __name__ == "__main__":
    sys.exit(main())
