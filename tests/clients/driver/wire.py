"""A recording proxy between one client and the registry, for `run.py --wire DIR`.

Each exchange is appended to DIR/<client>.txt as it was on the wire, bodies cut after a few thousand
characters. It changes nothing but the Host header's port and the hop-by-hop framing.
"""

import http.client
import http.server
import threading
import urllib.parse

SHOWN = 4000
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def exchange(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        link = http.client.HTTPConnection(*self.server.upstream, timeout=60)
        try:
            link.putrequest(self.command, self.path, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP:
                    link.putheader(name, value)
            if body or self.command in ("POST", "PUT"):
                link.putheader("Content-Length", str(len(body)))
            link.endheaders(body)
            answer = link.getresponse()
            data = answer.read()
        finally:
            link.close()
        self.server.record(self, body, answer, data)
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = exchange


class Proxy(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, upstream_url, file):
        super().__init__(("127.0.0.1", 0), Handler)
        parts = urllib.parse.urlsplit(upstream_url)
        self.upstream = (parts.hostname, parts.port)
        self.file = file
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def record(self, request, body, answer, data):
        lines = [f"{request.command} {request.path} {request.request_version}"]
        lines += [f"{k}: {v}" for k, v in request.headers.items()]
        lines += ["", body.decode(errors="replace")[:SHOWN]] if body else [""]
        lines += [f"→ {answer.status}"] + [f"{k}: {v}" for k, v in answer.getheaders()]
        lines += ["", data.decode(errors="replace")[:SHOWN], "-" * 80, ""]
        with self.lock, open(self.file, "a", encoding="utf-8") as out:
            out.write("\n".join(lines))
