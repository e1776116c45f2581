"""diff --registries and config-file --show."""

import json
import unittest

from read_tests import MONEY, compare, fill
from remote_tests import register, url_of
from stub import foreign
from tool import BINARY, Folder, run
from tests.support.server import Server, call


class Registries(unittest.TestCase):
    def compare_two(self, a, b, *more):
        done = run("diff", "--registries", a, b, *more)
        return done.returncode, done.stdout, done.stderr

    def test_every_kind_of_difference(self):
        with Server(BINARY) as one, Server(BINARY) as two, foreign(two) as other:
            fill(one)
            register(two, "first", '"long"')  # ids are shifted by one from here on
            fill(two)
            connection = two.connect()
            call(connection, "DELETE", "/subjects/person")
            call(connection, "PUT", "/mode/pay-value", {"mode": "READWRITE"})
            call(connection, "PUT", "/config", {"compatibility": "NONE"})
            register(two, "addr", '{"type":"string"}', schemaType="JSON")
            register(one, "same", '"double"')
            register(two, "same", '"float"')
            call(connection, "DELETE", "/subjects/orders-value/versions/1")
            status, out, err = self.compare_two(url_of(one), other.url)
            self.assertEqual(status, 0, err)
            compare(self, "registries.txt", out)
            self.assertEqual(err, f"13 differences in 8 subjects; a is {url_of(one)}, b is {other.url}\n")
            status, out, _ = self.compare_two(url_of(one), other.url, "--exit-code", "-f", "json", "--subject", "addr")
            self.assertEqual(status, 1)
            self.assertIn({"subject": "addr", "version": 2, "difference": "extra", "a": None, "b": None}, json.loads(out))

    def test_equal_ones(self):
        with Server(BINARY) as one, Server(BINARY) as two:
            fill(one)
            fill(two)
            status, out, err = self.compare_two(url_of(one), url_of(two), "--exit-code")
            self.assertEqual((status, out), (0, ""), err)

    def test_one_does_not_answer(self):
        with Server(BINARY) as one:
            status, _, err = self.compare_two(url_of(one), "http://127.0.0.1:1", "--timeout", "500ms")
            self.assertEqual(status, 3)
            self.assertIn("http://127.0.0.1:1", err)
            self.assertEqual(self.compare_two(url_of(one), "nonsense")[0], 2)
            self.assertEqual(run("diff", "--registries", url_of(one)).returncode, 2)


class ConfigFile(unittest.TestCase):
    def test_every_value_with_its_origin(self):
        files = {
            "schemata.yaml": "version: 1\nregistry:\n  url: http://user:secret@project:8081/path\ncheck:\n  level: FULL\n  against: ['git:main', 'sr:']\n",
            "c/schemata/config.yaml": "profile: dev\nprofiles:\n  dev: { url: 'http://dev', client-config: dev.properties }\n  prod: { url: 'http://prod' }\n",
            "c/schemata/dev.properties": "basic.auth.user.info=me:pass\nmax.retries=7\n",
        }
        with Folder(files) as folder:
            env = {"XDG_CONFIG_HOME": folder.file("c"), "SCHEMATA_FORMAT": "human"}
            done = folder.run("config-file", "--show", "--timeout", "2s", env=env)
            self.assertEqual(done.returncode, 0, done.stderr)
            compare(self, "config-file.txt", done.stdout.replace(folder.path, "HERE"))
            self.assertNotIn("secret", done.stdout)
            self.assertNotIn("pass", done.stdout)
            rows = json.loads(folder.run("config-file", "--show", "-f", "json", "--profile", "prod", env={**env, "SCHEMATA_FORMAT": ""}).stdout)
            found = {row["setting"]: (row["value"], row["from"]) for row in rows}
            self.assertEqual(found["schema.registry.url"][0], "http://prod")
            self.assertEqual(found["profile"], ("prod", "--profile"))
            everything = folder.run("config-file", "--show", "--all", env=env).stdout
            self.assertIn("built in", everything)

    def test_a_colour_of_the_profile(self):
        with Folder({"a.avsc": '{"type":"nothing"}', "c/schemata/config.yaml": "color: always\nprofiles:\n  x: { color: never }\n"}) as folder:
            env = {"XDG_CONFIG_HOME": folder.file("c")}
            self.assertIn("\x1b[", folder.run("validate", env=env).stdout)
            self.assertNotIn("\x1b[", folder.run("validate", "--color", "never", env=env).stdout)
            self.assertNotIn("\x1b[", folder.run("validate", env={**env, "SCHEMATA_PROFILE": "x"}).stdout)
            self.assertNotIn("\x1b[", folder.run("validate").stdout)
            folder.write({"c/schemata/config.yaml": "colour: always\n"})
            self.assertEqual(folder.run("validate", env=env).returncode, 2)
