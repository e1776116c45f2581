"""schemata doctor: every step that can fail, with its remedy."""

import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import unittest

from stub import Stub, foreign, page, refusal
from tool import BINARY, Folder, run
from tests.support.server import Server, call, record


class Doctor(unittest.TestCase):
    def doctor(self, url, status, *more):
        done = run("doctor", "--url", url, "-f", "json", "--timeout", "2s", *more)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return {row["step"]: row for row in json.loads(done.stdout)}

    def assert_failed(self, rows, step, text):
        last = list(rows)[-1]
        self.assertEqual((last, rows[last]["outcome"]), (step, "fail"))
        self.assertIn(text, rows[step]["text"])
        self.assertTrue(rows[step]["remedy"])

    def test_all_is_well(self):
        with Server(BINARY) as server:
            call(server.connect(), "POST", "/subjects/s/versions", {"schema": record("R", "a")})
            url = f"http://127.0.0.1:{server.port}"
            rows = self.doctor(url, 0)
            self.assertEqual({row["outcome"] for row in rows.values()} - {"ok", "warn"}, set())
            self.assertEqual(list(rows), ["name lookup", "TCP", "TLS", "clock", "access", "registry", "features", "mode", "level", "latency"])
            self.assertIn("schemata ", rows["registry"]["text"])
            self.assertIn("1 subjects", rows["access"]["text"])
            self.assertEqual(rows["mode"]["text"], "READWRITE")
            human = run("doctor", "--url", url).stdout
            self.assertIn("ok    name lookup  127.0.0.1: 127.0.0.1\n", human)
            call(server.connect(), "PUT", "/mode", {"mode": "READONLY"})
            rows = self.doctor(url, 0)
            self.assertEqual((rows["mode"]["outcome"], rows["mode"]["text"]), ("warn", "READONLY"))
            with foreign(server) as stub:
                rows = self.doctor(stub.url, 0)
                self.assertNotIn("schemata", rows["registry"]["text"])
                self.assertIn("not: ", rows["features"]["text"])

    def test_what_can_fail(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.assert_failed(self.doctor(f"http://127.0.0.1:{taken.getsockname()[1]}", 3), "TCP", "Connection refused")
        self.assert_failed(self.doctor("http://nobody.invalid", 3), "name lookup", "nobody.invalid")
        with Stub(lambda *_: page(200)) as stub:
            self.assert_failed(self.doctor(stub.url, 3), "access", "no JSON")
            self.assert_failed(self.doctor(stub.url.replace("http:", "https:"), 3), "TLS", "no TLS")
        with Stub(lambda *_: refusal(401, 401, "Unauthorized")) as stub:
            rows = self.doctor(stub.url, 5)
            self.assert_failed(rows, "access", "Unauthorized")
            self.assertIn("--password-file", rows["access"]["remedy"])
        with Stub(lambda *_: (200, {"Date": "Thu, 01 Jan 2015 00:00:00 GMT", "Content-Type": "application/json"}, b"[]")) as stub:
            self.assertIn(self.doctor(stub.url, 0)["clock"]["outcome"], ("ok", "warn"))
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()

            def greet():
                connection, _ = silent.accept()
                connection.sendall(b"220 mail ready\r\n")
                connection.close()

            thread = threading.Thread(target=greet)
            thread.start()
            self.assert_failed(self.doctor(f"http://127.0.0.1:{silent.getsockname()[1]}", 3), "HTTP", "does not answer HTTP")
            thread.join()

    @unittest.skipUnless(shutil.which("openssl"), "no openssl to make a certificate with")
    def test_tls(self):
        with Folder() as folder:
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", "cert", "-days", "30",
                 "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                cwd=folder.path, check=True, capture_output=True, timeout=60,
            )

            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"[]")

                def log_message(self, *_):
                    pass

                def handle_one_request(self):
                    try:
                        super().handle_one_request()
                    except OSError:  # the doctor hangs up after the head
                        self.close_connection = True

            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(folder.file("cert"), folder.file("key"))
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            try:
                url = f"https://localhost:{server.server_address[1]}"
                tls = self.doctor(url, 3)["TLS"]
                self.assertEqual(tls["outcome"], "fail")
                self.assertIn("ssl.ca.location", tls["remedy"])
                folder.write({"client.properties": f"ssl.ca.location={folder.file('cert')}\n"})
                rows = self.doctor(url, 0, "--ca-file", folder.file("cert"), "--client-config", folder.file("client.properties"))
                self.assertEqual(rows["TLS"]["outcome"], "ok")
                self.assertRegex(rows["TLS"]["text"], r"^TLS1\.\d, 1 certificate, issued by CN=localhost, valid until 20\d\d-")
            finally:
                server.shutdown()
                server.server_close()
