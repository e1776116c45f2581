#!/usr/bin/env python3
"""What the HTTP toolkit costs, next to nginx `return 200` with the same bytes on the same core.

    python3 bench/http_floor.py PATH/TO/http_floor [rounds]

Servers run on core 0, the load generator (wrk) on core 1. All servers are started once; then one
second each in turn, the first round dropped. Figures are medians of the ratios within a round, with
the lowest and the highest. CPU is the server's user and system time per request."""
import os, re, signal, socket, statistics, subprocess, sys, tempfile, time

TICK = os.sysconf("SC_CLK_TCK")
HEADERS = {"User-Agent": "bench", "Accept": "application/vnd.schemaregistry.v1+json",
           "X-Client": "one", "Cache-Control": "no-cache", "Accept-Language": "en"}
BODY = '{"schema":"' + "x" * (575 - 13) + '"}'


def nginx(directory):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    conf = f"""worker_processes 1; daemon off; pid {directory}/pid; error_log {directory}/error;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {directory}/b;
proxy_temp_path {directory}/p; fastcgi_temp_path {directory}/f; uwsgi_temp_path {directory}/u;
scgi_temp_path {directory}/s; default_type application/vnd.schemaregistry.v1+json;
server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{BODY}'; }} }} }}"""
    path = os.path.join(directory, "nginx.conf")
    with open(path, "w") as f:
        f.write(conf)
    master = subprocess.Popen(["taskset", "-c", "0", "nginx", "-c", path, "-e", f"{directory}/error"])
    time.sleep(0.5)
    children = subprocess.run(["pgrep", "-P", str(master.pid)], capture_output=True, text=True)
    return master, int(children.stdout.split()[0]), port


def floor(program):
    server = subprocess.Popen(["taskset", "-c", "0", program, "1"], stdout=subprocess.PIPE, text=True)
    return server, server.pid, int(server.stdout.readline())


def cpu(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def idle(port, count):
    sockets = []
    for _ in range(count):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(b"GET /schemas/ids/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        s.recv(4096)
        sockets.append(s)
    return sockets


def load(port, connections, seconds=1):
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    for name, value in HEADERS.items():
        command += ["-H", f"{name}: {value}"]
    out = subprocess.run(command + [f"http://127.0.0.1:{port}/schemas/ids/17"],
                         capture_output=True, text=True).stdout
    assert "Non-2xx" not in out, out
    return int(re.search(r"(\d+) requests in", out)[1]), float(re.search(r"Requests/sec: +([\d.]+)", out)[1])


def measure(server, connections):
    _, pid, port = server
    before = cpu(pid)
    requests, rate = load(port, connections)
    return rate, (cpu(pid) - before) / requests * 1e6


def line(name, ratios, goal):
    middle = statistics.median(ratios)
    print(f"{name:<46} {middle:6.2f}  ({min(ratios):.2f}..{max(ratios):.2f})  goal {goal}")


def compare(a, b, connections, rounds):
    rows = [(measure(a, connections), measure(b, connections)) for _ in range(rounds + 1)][1:]
    return [x[0] / y[0] for x, y in rows], [x[1] / y[1] for x, y in rows], rows


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 8
    with tempfile.TemporaryDirectory() as directory:
        anchor, ours = nginx(directory), floor(program)
        try:
            rate, time_per, rows = compare(ours, anchor, 32, rounds)
            print(f"nginx {statistics.median(r[1][0] for r in rows):.0f} req/s, "
                  f"{statistics.median(r[1][1] for r in rows):.1f} us CPU per request")
            line("32 connections, CPU per request", time_per, "<= 1.10")
            line("32 connections, requests per second", rate, ">= 0.90")
            for connections in (128, 256):
                rows = [(measure(ours, connections)[0], measure(ours, 32)[0]) for _ in range(rounds)]
                line(f"{connections} connections, req/s against 32", [a / b for a, b in rows], ">= 0.80")
            kept = idle(anchor[2], 900) + idle(ours[2], 900)
            rate, time_per, _ = compare(ours, anchor, 8, max(3, rounds // 2))
            line("900 idle + 8 active, CPU per request", time_per, "<= 1.15")
            for s in kept:
                s.close()
        finally:
            for process in (anchor[0], ours[0]):
                process.send_signal(signal.SIGTERM)
                process.wait()


if __name__ == "__main__":
    main()
