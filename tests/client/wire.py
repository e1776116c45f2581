"""The library over real sockets: servers that stall, lie, break off, send elsewhere, ask for certificates."""

import base64
import contextlib
import json
import os
import socket
import ssl
import subprocess
import time

from tests.client.stub import SCHEMA, Stub, answer, in_turn, raw
from tests.support.server import Server, call, record

BIG = 64 << 20
HTML = "<html><body>Please log in</body></html>"


class Drive:
    """Runs the driver with properties and a command; its lines as a dictionary."""

    def __init__(self, kit):
        self.kit = kit
        self.program = kit.compile(os.path.join(os.path.dirname(__file__), "drive.c"), "drive", "-std=gnu17")

    def __call__(self, properties, *command, env=None):
        values = {"retries.wait.ms": "10", "retries.max.wait.ms": "20", "max.retries": "1", **properties}
        flags = [f"{key}={value}" for key, value in values.items()]
        done = self.kit.run([self.program, *flags, "--", *map(str, command)], env={**self.kit.environment, **(env or {})})
        if done.returncode:
            raise SystemExit(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
        got = {"log": []}
        for line in done.stdout.splitlines():
            key, _, value = line.partition("=")
            if key == "log":
                got["log"].append(value)
            else:
                got[key] = value
        return got


def expect(kit, what, got, **want):
    """Compares those lines; a tuple is a range, a value with `~` in front is contained."""
    for key, value in want.items():
        have = got.get(key)
        if isinstance(value, tuple):
            holds = have is not None and value[0] <= float(have) <= value[1]
        elif str(value).startswith("~"):
            holds = str(value)[1:] in str(have)
        else:
            holds = have == str(value)
        kit.check(f"{what}: {key}", holds, f"{have!r}, want {value!r}; {got}")


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


# ---- one server ----------------------------------------------------------------------------------------------------


def bad_answers(kit, drive):
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    rows = [
        ("HTML with 200", answer(200, HTML, content_type="text/html"), dict(status="SERVER", requests=1, http=200, hint="~login")),
        ("half a body", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + SCHEMA.encode()[:20]),
         dict(status="UNREACHABLE", requests=2, retriable=1)),
        ("half a chunk", raw(chunked + b"40\r\n{\"schema\""), dict(status="UNREACHABLE", requests=2)),
        ("chunks that lie", raw(chunked + b"zz\r\nabc\r\n0\r\n\r\n"), dict(status="UNREACHABLE", requests=2)),
        ("half a header", raw(b"HTTP/1.1 200 OK\r\nConte"), dict(status="SERVER", hint="~login")),
        ("no HTTP at all", raw(b"SSH-2.0-OpenSSH_9.2\r\n"), dict(status="UNREACHABLE")),
        ("nothing", raw(b""), dict(status="UNREACHABLE", requests=2)),
        ("a header without end", raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 20)), dict(status="UNREACHABLE")),
        ("a length beyond numbers", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}"),
         dict(status="SERVER")),
        ("broken gzip", answer(200, b"\x1f\x8bnot gzip", ["Content-Encoding: gzip"]), dict(status="UNREACHABLE")),
        ("deep nesting", answer(200, "[" * 100000), dict(status="SERVER", requests=1)),
        ("a NUL in the schema", answer(200, '{"schema":"\\"int\\u0000\\""}'), dict(status="PARSE", requests=1)),
        ("a redirect elsewhere", answer(302, "", ["Location: http://127.0.0.2:1/schemas/ids/7"]),
         dict(status="SERVER", requests=1, message="~another origin")),
        ("a redirect to a file", answer(302, "", ["Location: file:///etc/passwd"]), dict(status="SERVER", requests=1)),
        ("a redirect to https", answer(307, "", ["Location: https://127.0.0.1/schemas/ids/7"]), dict(status="SERVER", requests=1)),
        ("a redirect in a circle", answer(302, "", ["Location: /schemas/ids/7"]), dict(status="SERVER", message="~without end")),
        ("a redirect to nowhere", answer(302, ""), dict(status="SERVER", message="~without end or aim")),
        ("a type of the future", answer(200, '{"schema":"x","schemaType":"THRIFT"}'), dict(status="UNSUPPORTED", message="~THRIFT")),
    ]
    for name, behaviour, want in rows:
        with Stub({"/schemas/ids/7": behaviour}) as stub:
            expect(kit, name, drive({"url": stub.url}, "get", 7), **want)


def big_answer(kit, drive):
    """64 MiB and more are refused without being kept, whether the length is announced or not."""

    def endless(connection, _request):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        block = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
        for _ in range(128):
            connection.sendall(block)
        return False

    def announced(connection, _request):
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {BIG + 1}\r\n\r\n".encode())
        for _ in range(65):
            connection.sendall(b" " * (1 << 20))
        return False

    for name, behaviour in (("endless", endless), ("announced", announced)):
        with Stub({"/": behaviour}) as stub:
            got = drive({"url": stub.url}, "get", 7)
            expect(kit, "64 MiB, " + name, got, status="SERVER", requests=1, message="~longer than 67108864 bytes", retriable=0)
    with Stub({"/": answer(200, '{"schema":"' + " " * 5000 + '"}')}) as stub:
        got = drive({"url": stub.url, "http.response.max.bytes": "4096"}, "get", 7)
        expect(kit, "a limit of one's own", got, status="SERVER", message="~longer than 4096 bytes")


def time_outs(kit, drive):
    with Stub({}) as stub:
        stub.routes = {"/": stub.stall}
        got = drive({"url": stub.url, "http.read.timeout.ms": "200"}, "get", 7)
        expect(kit, "read time-out", got, status="UNREACHABLE", requests=2, ms=(400, 3000), retriable=1)
        got = drive({"url": stub.url, "request.timeout.total.ms": "300"}, "get", 7)
        expect(kit, "total time-out", got, status="TIMEOUT", requests=1, ms=(290, 2500))

    def drip(connection, _request):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(100):
                connection.sendall(b" ")
                time.sleep(0.05)
        return False

    with Stub({"/": drip}) as stub:
        got = drive({"url": stub.url, "http.read.timeout.ms": "300", "max.retries": "0"}, "get", 7)
        expect(kit, "an answer in drops", got, status="UNREACHABLE", ms=(290, 2500))


def retry_after(kit, drive):
    slow = answer(503, "", ["Retry-After: 1"])
    with Stub({"/": in_turn(slow, answer())}) as stub:
        expect(kit, "Retry-After: 1", drive({"url": stub.url}, "get", 7), status="OK", requests=2, ms=(1000, 4000))
    later = answer(429, "", ["Retry-After: 86399"])
    with Stub({"/": later}) as stub:
        expect(kit, "Retry-After: a day", drive({"url": stub.url}, "get", 7), status="SERVER", http=429, requests=1, ms=(0, 3000))


def same_origin(kit, drive):
    moved = answer(301, "", ["Location: /new/schemas/ids/7"])
    with Stub({"/schemas": moved, "/new": answer()}) as stub:
        got = drive({"url": stub.url, "basic.auth.user.info": "u:p"}, "get", 7)
        expect(kit, "a redirect at home", got, status="OK", id=1)
        kit.check("credentials go along", "authorization" in stub.requests[1].headers, "")
    with Stub({"/": answer()}) as other:
        with Stub({"/": answer(302, "", [f"Location: {other.url}/schemas/ids/7"])}) as stub:
            expect(kit, "another port is another origin", drive({"url": stub.url}, "get", 7), status="SERVER")
            kit.check("nobody asked there", other.count() == 0, other.count())


def connections(kit, drive):
    with Stub({"/": answer()}) as stub:
        got = drive({"url": stub.url}, "repeat", 20, 1)
        expect(kit, "twenty requests", got, status="OK", ok=20, requests=20)
        kit.check("go over one connection", stub.connections == 1, stub.connections)
        head = stub.requests[0].headers
        kit.check("User-Agent", head.get("user-agent", "").startswith("schemata/"), head)
        kit.check("Accept", head.get("accept") == "application/vnd.schemaregistry.v1+json", head)
        kit.check("gzip is offered", "gzip" in head.get("accept-encoding", ""), head)

    def goodbye(connection, request):
        answer()(connection, request)
        return False

    with Stub({"/": goodbye}) as stub:
        expect(kit, "a server that hangs up each time", drive({"url": stub.url}, "repeat", 5, 1), status="OK", ok=5)


def single_flight(kit, drive):
    def slow(connection, request):
        time.sleep(0.3)
        return answer()(connection, request)

    with Stub({"/": slow}) as stub:
        got = drive({"url": stub.url}, "threads", 1000, 1)
        expect(kit, "1000 threads on one id", got, made=1000, failures=0, requests=1)
        kit.check("one request on the wire", stub.count() == 1, stub.count())


def stalled_url(kit, drive):
    """A URL that never answers does not delay hits of what is cached."""
    with Stub({}) as stub:
        stub.routes = {"/schemas/ids/1": answer(), "/": stub.stall}
        stub.routes["/schemas/ids/1?"] = answer()
        got = drive({"url": stub.url, "request.timeout.total.ms": "3000", "max.retries": "0"}, "stall", 900, "0.7")
        before, during = float(got["before_us"]), float(got["during_us"])
        kit.check("p99 of hits beside a stalled fetch", during <= before * 1.2 + 20, f"{before} µs before, {during} µs during")
        print(f"p99 of cached hits: {before:.2f} µs alone, {during:.2f} µs beside eight stalled fetches")


# ---- several servers -----------------------------------------------------------------------------------------------


def failover(kit, drive):
    dead = f"http://127.0.0.1:{closed_port()}"
    with Server(kit.binary) as server:
        good = f"http://127.0.0.1:{server.port}"
        call(server.connect(), "POST", "/subjects/s/versions", {"schema": record("R", "a")})
        got = drive({"url": f"{dead},{good}", "max.retries": "0"}, "get", 1)
        expect(kit, "a dead URL first", got, status="OK", requests=2, failovers=1)
        got = drive({"url": f"{dead},{good}", "max.retries": "0"}, "latest", "s")
        expect(kit, "latest of a real server", got, status="OK", version=1, id=1, subject="s")
        for status in (408, 429, 500, 502, 503, 504):
            with Stub({"/": answer(status, "")}) as stub:
                got = drive({"url": f"{stub.url},{good}", "max.retries": "0"}, "get", 1)
                expect(kit, f"{status} leads to the next URL", got, status="OK", requests=2, failovers=1)
        for status in (400, 404, 409, 422, 501):
            with Stub({"/": answer(status, '{"error_code":%d,"message":"no"}' % status)}) as stub:
                got = drive({"url": f"{stub.url},{good}"}, "get", 1)
                expect(kit, f"{status} is an answer", got, requests=1, failovers=0, http=status)
        with Stub({"/": answer(302, "", ["Location: http://127.0.0.2:1/"])}) as stub:
            got = drive({"url": f"{stub.url},{good}"}, "get", 1)
            expect(kit, "a portal in front of the first URL", got, status="OK", requests=2, failovers=1)
    got = drive({"url": f"{dead},{dead}"}, "get", 1)
    expect(kit, "nobody there", got, status="UNREACHABLE", requests=4, retries=1, hint="~is the registry running")


def real_server(kit, drive):
    files = {
        "avro": ("order.avsc", record("Order", "id")),
        "json": ("order.schema.json", json.dumps({"type": "object", "properties": {"id": {"type": "integer"}}})),
        "proto": ("order.proto", 'syntax = "proto3";\nmessage Order { int64 id = 1; }\n'),
    }
    with Server(kit.binary) as server:
        url = {"url": f"http://127.0.0.1:{server.port}"}
        for name, (file_name, text) in files.items():
            path = os.path.join(kit.scratch, file_name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            got = drive(url, "register", f"{name}/x y", path)
            expect(kit, f"register {name}", got, status="OK", version=1, subject=f"{name}/x y")
            again = drive(url, "get", got["id"])
            expect(kit, f"get {name}", again, status="OK", id=got["id"])
            status, answered = call(server.connect(), "GET", f"/schemas/ids/{got['id']}")
            kit.check(f"{name}: text as the server has it", status == 200 and answered["schema"].split() == again["schema"].split(), again)
        expect(kit, "no such id", drive(url, "get", 4711), status="NOT_FOUND", http=404, code=40403)
        expect(kit, "no such subject", drive(url, "latest", "gone"), status="NOT_FOUND", code=40401)
        got = drive(url, "rest", "GET", "/subjects")
        expect(kit, "anything else", got, status="OK", answered=200)
        kit.check("subjects with slash and space", sorted(json.loads(got["body"])) == sorted(f"{n}/x y" for n in files), got)
        expect(kit, "a refusal", drive(url, "rest", "GET", "/config/gone"), status="OK", answered=404)


def real_crowd(kit, drive):
    with Server(kit.binary) as server:
        call(server.connect(), "POST", "/subjects/s/versions", {"schema": record("R", "a")})
        got = drive({"url": f"http://127.0.0.1:{server.port}"}, "threads", 1000, 1)
        expect(kit, "1000 threads on one id of a real server", got, made=1000, failures=0, requests=1)


def outage(kit, drive):
    """Latest is asked for 200 times a second while versions come and the registry goes and comes back: each new version is
    seen within its time, the outage is not noticed, and the registry is asked about once a second."""
    port, folder, fields, out = closed_port(), os.path.join(kit.scratch, "outage"), ["a"], []

    def start():
        return Server(kit.binary, "--listen", f"127.0.0.1:{port}", data=folder).start()

    def register(server):
        call(server.connect(), "POST", "/subjects/s/versions", {"schema": record("R", "a", *((name, 0) for name in fields[1:]))})
        fields.append("f" + str(len(fields)))

    def wait_for(version):
        for line in watcher.stdout:
            out.append(line)
            if line.startswith("turn=") and line.split()[1] == str(version):
                return

    server = start()
    register(server)
    command = [drive.program, f"url=http://127.0.0.1:{port}", "latest.cache.ttl.sec=1", "latest.cache.stale.ok=true", "max.retries=0",
               "--", "watch", "s", "3"]
    watcher = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=kit.environment)
    try:
        wait_for(1)
        register(server)
        wait_for(2)
        server.stop()
        time.sleep(2)
        server = start()
        register(server)
        out.extend(watcher.stdout)
        watcher.wait(30)
    finally:
        watcher.kill()
        watcher.stdout.close()
        server.stop()
    text = "".join(out)
    seen = [int(line.split()[1]) for line in out if line.startswith("turn=")]
    kit.check("latest goes 1, 2, 3 and never away", seen == [1, 2, 3], text)
    values = dict(line.strip().split("=", 1) for line in out if "=" in line)
    seconds = float(values.get("ms", 0)) / 1000
    kit.check("asked about once a second", 3 <= int(values.get("requests", -1)) <= seconds + 4, text)
    kit.check("the outage is logged once", text.count("log=4 cache the registry cannot be reached") == 1, text)


def proxy(kit, drive):
    with Stub({"http://": answer()}) as stub:
        expect(kit, "a proxy", drive({"url": "http://registry.invalid", "proxy": stub.url}, "get", 7), status="OK")
        kit.check("is asked for the whole URL", stub.requests[0].target == "http://registry.invalid/schemas/ids/7", stub.requests[0].target)
        split = {"proxy.host": "127.0.0.1", "proxy.port": stub.port}
        expect(kit, "by host and port", drive({"url": "http://registry.invalid", **split}, "get", 7), status="OK")
        expect(kit, "from the environment", drive({"url": "http://registry.invalid"}, "get", 7, env={"http_proxy": stub.url}), status="OK")


def disk(kit, drive):
    """What was fetched once is there after a restart without the registry; a broken file is none."""
    folder = os.path.join(kit.scratch, "cache")
    with Server(kit.binary) as server:
        call(server.connect(), "POST", "/subjects/base/versions", {"schema": record("Base", "a")})
        body = {"schema": json.dumps({"type": "record", "name": "R", "fields": [{"name": "b", "type": "Base"}]}),
                "references": [{"name": "Base", "subject": "base", "version": 1}]}
        _, made = call(server.connect(), "POST", "/subjects/s/versions", body)
        properties = {"url": f"http://127.0.0.1:{server.port}", "cache.dir": folder, "max.retries": "0"}
        expect(kit, "with the registry", drive(properties, "get", made["id"]), status="OK", requests=2)
    expect(kit, "without it", drive(properties, "get", made["id"]), status="OK", requests=0, id=made["id"])
    files = [os.path.join(folder, name) for name in os.listdir(folder)]
    kit.check("one file each", len(files) == 2, files)
    kit.check("for its owner's eyes", all(os.stat(file).st_mode & 0o077 == 0 for file in files), "")
    for file in files:
        with open(file, "r+b") as broken:
            broken.seek(-3, os.SEEK_END)
            broken.write(b"x")
    expect(kit, "a changed file is not believed", drive(properties, "get", made["id"]), status="UNREACHABLE")
    expect(kit, "another registry is another", drive({**properties, "url": "http://127.0.0.1:9"}, "get", made["id"]),
           status="UNREACHABLE")
    expect(kit, "a folder that cannot be", drive({**properties, "cache.dir": "/proc/none/x"}, "get", 1), status="CONF",
           message="~cache.dir: /proc/none/x")


# ---- credentials ---------------------------------------------------------------------------------------------------


def guarded(check):
    def behave(connection, request):
        allowed = check(request.headers.get("authorization", ""))
        return (answer() if allowed else answer(401, '{"error_code":401,"message":"Unauthorized"}'))(connection, request)

    return behave


def credentials(kit, drive):
    basic = "Basic " + base64.b64encode(b"user:pa:ss").decode()
    with Stub({"/": guarded(lambda value: value == basic)}) as stub:
        host = stub.url.removeprefix("http://")
        expect(kit, "no credentials", drive({"url": stub.url}, "get", 7), status="AUTH", http=401, hint="~basic.auth.user.info")
        expect(kit, "user info", drive({"url": stub.url, "basic.auth.user.info": "user:pa:ss"}, "get", 7), status="OK")
        expect(kit, "in the URL", drive({"url": f"http://user:pa%3Ass@{host}"}, "get", 7), status="OK")
        got = drive({"url": f"http://user:wrong@{host}"}, "get", 7)
        expect(kit, "wrong in the URL", got, status="AUTH")
        kit.check("and never shown", "wrong" not in str(got), got)
        names = {"SCHEMA_REGISTRY_USERNAME": "user", "SCHEMA_REGISTRY_PASSWORD": "pa:ss", "SCHEMA_REGISTRY_URL": stub.url}
        expect(kit, "from the environment", drive({}, "get", 7, env=names), status="OK")
    with Stub({"/": guarded(lambda value: value == "Bearer t0ken")}) as stub:
        expect(kit, "bearer", drive({"url": stub.url, "bearer.auth.token": "t0ken"}, "get", 7), status="OK")


def oauth(kit, drive):
    tokens = []

    def grant(connection, request):
        want = "Basic " + base64.b64encode(b"id:secret").decode()
        good = request.body == b"grant_type=client_credentials&scope=a%20b" and request.headers.get("authorization") == want
        if not good:
            return answer(401, '{"error":"invalid_client"}')(connection, request)
        tokens.append(f"token-{len(tokens)}")
        return answer(200, json.dumps({"access_token": tokens[-1], "expires_in": 600}))(connection, request)

    with Stub({"/token": grant, "/": guarded(lambda value: tokens and value == "Bearer " + tokens[-1])}) as stub:
        properties = {"url": stub.url, "bearer.auth.issuer.endpoint.url": stub.url + "/token", "bearer.auth.client.id": "id",
                      "bearer.auth.client.secret": "secret", "bearer.auth.scope": "a b"}
        expect(kit, "OAuth", drive(properties, "repeat", 5, 1), status="OK", ok=5)
        kit.check("one token for five requests", stub.count("/token") == 1, stub.count("/token"))
        got = drive({**properties, "bearer.auth.client.secret": "wr0ng"}, "get", 1)
        expect(kit, "a wrong secret", got, status="AUTH", message="~answered 401")
        kit.check("is not shown", "wr0ng" not in str(got), got)


def certificate(folder, name, *arguments, subject="/CN=localhost"):
    key, out = os.path.join(folder, name + ".key"), os.path.join(folder, name + ".pem")
    subprocess.run(["openssl", "req", "-x509" if not arguments else "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", key, "-out", out if not arguments else out + ".csr", "-days", "2", "-subj", subject],
                   check=True, capture_output=True)
    if arguments:
        extension = os.path.join(folder, name + ".ext")
        with open(extension, "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n" if arguments[1] else "subjectAltName=DNS:elsewhere.test\n")
        ca = os.path.join(folder, arguments[0])
        subprocess.run(["openssl", "x509", "-req", "-in", out + ".csr", "-CA", ca + ".pem", "-CAkey", ca + ".key", "-CAcreateserial",
                        "-days", "2", "-extfile", extension, "-out", out], check=True, capture_output=True)
    return out, key


def tls(kit, drive):
    folder = os.path.join(kit.scratch, "tls")
    os.makedirs(folder)
    ca, _ = certificate(folder, "ca", subject="/CN=Test CA")
    server, server_key = certificate(folder, "server", "ca", True)
    elsewhere, elsewhere_key = certificate(folder, "elsewhere", "ca", False)
    mine, mine_key = certificate(folder, "mine", "ca", True, subject="/CN=client")

    def context(chain, key, asks=False):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(chain, key)
        if asks:
            made.verify_mode = ssl.CERT_REQUIRED
            made.load_verify_locations(ca)
        return made

    pem = {name: open(path, encoding="ascii").read() for name, path in (("ca", ca), ("mine", mine), ("key", mine_key))}
    with Stub({"/": answer()}, context(server, server_key)) as stub:
        url = {"url": stub.url, "max.retries": "0"}
        expect(kit, "a CA unknown", drive(url, "get", 7), status="UNREACHABLE", requests=1)
        expect(kit, "ssl.ca.location", drive({**url, "ssl.ca.location": ca}, "get", 7), status="OK")
        expect(kit, "ssl.ca.pem", drive({**url, "ssl.ca.pem": pem["ca"]}, "get", 7), status="OK")
        expect(kit, "a PEM trust store", drive({**url, "ssl.truststore.location": ca}, "get", 7), status="OK")
        expect(kit, "SSL_CERT_FILE", drive(url, "get", 7, env={"SSL_CERT_FILE": ca}), status="OK")
        expect(kit, "a CA that is not there", drive({**url, "ssl.ca.location": "/none"}, "get", 7), status="CONF",
               message="~ssl.ca.location: cannot open /none")
    with Stub({"/": answer()}, context(elsewhere, elsewhere_key)) as stub:
        url = {"url": stub.url, "max.retries": "0", "ssl.ca.location": ca}
        expect(kit, "another host's certificate", drive(url, "get", 7), status="UNREACHABLE")
        got = drive({**url, "ssl.endpoint.identification.algorithm": ""}, "get", 7)
        expect(kit, "unless nobody looks", got, status="OK")
        kit.check("which is logged", any("host" in line for line in got["log"]), got["log"])
    with Stub({"/": answer()}, context(server, server_key, asks=True)) as stub:
        url = {"url": stub.url, "max.retries": "0", "ssl.ca.location": ca}
        expect(kit, "mTLS without a certificate", drive(url, "get", 7), status="UNREACHABLE")
        files = {"ssl.certificate.location": mine, "ssl.key.location": mine_key}
        expect(kit, "mTLS with files", drive({**url, **files}, "get", 7), status="OK")
        expect(kit, "mTLS with text", drive({**url, "ssl.certificate.pem": pem["mine"], "ssl.key.pem": pem["key"]}, "get", 7),
               status="OK")
        both = os.path.join(folder, "both.pem")
        with open(both, "w", encoding="ascii") as file:
            file.write(pem["mine"] + pem["key"])
        expect(kit, "mTLS with a PEM key store", drive({**url, "ssl.keystore.location": both}, "get", 7), status="OK")
        p12 = os.path.join(folder, "store.p12")
        subprocess.run(["openssl", "pkcs12", "-export", "-inkey", mine_key, "-in", mine, "-certfile", ca, "-out", p12, "-passout",
                        "pass:pa55"], check=True, capture_output=True)
        stored = {"url": stub.url, "max.retries": "0", "ssl.keystore.location": p12, "ssl.keystore.password": "pa55"}
        expect(kit, "mTLS with a PKCS #12 key store", drive({**stored, "ssl.ca.location": ca}, "get", 7), status="OK")
        trust = os.path.join(folder, "trust.p12")
        subprocess.run(["openssl", "pkcs12", "-export", "-nokeys", "-in", ca, "-out", trust, "-passout", "pass:tru57"], check=True,
                       capture_output=True)
        both_stores = {**stored, "ssl.truststore.location": trust, "ssl.truststore.password": "tru57"}
        expect(kit, "and a PKCS #12 trust store", drive(both_stores, "get", 7), status="OK")
        got = drive({**both_stores, "ssl.truststore.password": "wr0ng"}, "get", 7)
        expect(kit, "a wrong password", got, status="CONF", message="~ssl.truststore.location")
        kit.check("is named and not shown", "password" in got["message"] and "wr0ng" not in str(got), got)
        with open(trust, "wb") as file:
            file.write(b"\x30\x82\x01\x00garbage")
        expect(kit, "a broken store", drive(both_stores, "get", 7), status="CONF", message="~no PKCS #12 store")
        jks = os.path.join(folder, "store.jks")
        with open(jks, "wb") as file:
            file.write(b"\xfe\xed\xfe\xed\0\0\0\2")
        expect(kit, "a Java key store", drive({**url, "ssl.keystore.location": jks}, "get", 7), status="CONF", hint="~keytool -importkeystore")
    with Stub({"/": answer()}) as stub:
        got = drive({"url": stub.url.replace("http", "https"), "max.retries": "0"}, "get", 7)
        expect(kit, "TLS to a server without", got, status="UNREACHABLE")


def run(kit):
    drive = Drive(kit)
    for part in (bad_answers, big_answer, time_outs, retry_after, same_origin, connections, single_flight, stalled_url, failover,
                 real_server, real_crowd, outage, proxy, disk, credentials, oauth, tls):
        part(kit, drive)
