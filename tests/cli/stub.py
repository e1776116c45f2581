"""Registries that misbehave, and one without our own API: small HTTP servers on 127.0.0.1."""

import http.client
import http.server
import json
import threading


class Stub:
    """answer(method, path, body) gives (status, headers, bytes), or None to close without a word; it may
    block. Use as a context manager."""

    def __init__(self, answer):
        self.answer = answer
        self.calls = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in one segment: else each answer waits for an acknowledgement.
            wbufsize = -1
            disable_nagle_algorithm = True

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                outer.calls.append((self.command, self.path, body))
                got = outer.answer(self.command, self.path, body)
                if got is None:
                    self.close_connection = True
                    return
                status, headers, data = got
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            request_queue_size = 128  # more than five at once do not wait for a second try

        self.server = Listener(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # clients hang up here on purpose
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def refusal(status, code, message):
    return status, {"Content-Type": "application/json"}, json.dumps({"error_code": code, "message": message}).encode()


def page(status=200):
    return status, {"Content-Type": "text/html"}, b"<html><body>Welcome</body></html>"


def foreign(server):
    """A registry with the standard API alone: our server behind a proxy that knows nothing of /schemata/v1."""

    def answer(method, path, body):
        if path.startswith("/schemata/"):
            return refusal(404, 404, "HTTP 404 Not Found")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        try:
            headers = {"Content-Type": "application/vnd.schemaregistry.v1+json"}
            connection.request(method, path, body or None, headers if body else {})
            got = connection.getresponse()
            return got.status, {"Content-Type": got.getheader("Content-Type") or "text/plain"}, got.read()
        finally:
            connection.close()

    return Stub(answer)
