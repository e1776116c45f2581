"""A stand-in for HashiCorp Vault's transit engine on 127.0.0.1: what the registry and the clients ask
of it, no cryptography. Standard library only."""

import base64
import http.server
import json
import ssl
import threading


class Vault:
    """Keys live under the mount `transit`. A wrapped key is vault:v<version>:<base64 of key name and
    plaintext>, so that unwrapping under another key fails as the real one does. Use as a context
    manager."""

    def __init__(self, token="root-token", role=None, tls=None):
        self.token, self.role = token, role  # role: (role_id, secret_id) that logs in for a token
        # tls: (certificate, key) as PEM files, for https://localhost
        self.keys = {}  # name -> version for wrapping
        self.requests = []  # (path, token, namespace)
        self.trouble = None  # a function (handler) -> bool that answers itself
        self.lock = threading.Lock()
        vault = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                vault.answer(self, body)

            do_PUT = do_POST  # the Go client's way of saying the same

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.url = f"https://localhost:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def key_id(self, name):
        return f"{self.url}/transit/keys/{name}"

    @staticmethod
    def send(handler, status, body, headers=()):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def answer(self, handler, body):
        token = handler.headers.get("X-Vault-Token")
        with self.lock:
            self.requests.append((handler.path, token, handler.headers.get("X-Vault-Namespace")))
        if self.trouble and self.trouble(handler):
            return
        try:
            status, answer = self.decide(handler.path, token, json.loads(body))
        except (ValueError, KeyError) as error:
            status, answer = 400, {"errors": [f"bad request: {error}"]}
        self.send(handler, status, answer)

    def decide(self, path, token, body):
        if path == "/v1/auth/approle/login":
            if (body["role_id"], body["secret_id"]) == self.role:
                return 200, {"auth": {"client_token": self.token}}
            return 400, {"errors": ["invalid role or secret ID"]}
        if token != self.token:
            return 403, {"errors": ["permission denied"]}
        _, version, mount, verb, name = path.split("/", 4)
        if (version, mount) != ("v1", "transit") or name not in self.keys:
            return 404, {"errors": []}
        if verb == "encrypt":
            base64.b64decode(body["plaintext"], validate=True)
            inner = base64.b64encode(f"{name} {body['plaintext']}".encode()).decode()
            return 200, {"data": {"ciphertext": f"vault:v{self.keys[name]}:{inner}"}}
        vault, version, inner = body["ciphertext"].split(":", 2)
        owner, plaintext = base64.b64decode(inner, validate=True).decode().split(" ", 1)
        if vault != "vault" or owner != name or int(version[1:]) > self.keys[name]:
            return 400, {"errors": ["invalid ciphertext: unable to decrypt"]}
        return 200, {"data": {"plaintext": plaintext}}


def until(event):
    """Trouble: a service that does not answer before the event, and then hangs up."""

    def trouble(handler):
        event.wait(60)
        handler.close_connection = True
        return True

    return trouble
