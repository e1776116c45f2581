"""Field encryption (CSFLE): what one client encrypts, every other one decrypts, with keks and deks in
the registry under test.

For each form and producer, on a topic of its own: the schema with tagged fields and an ENCRYPT rule is
registered over REST; the producer writes through its serializer, which creates kek and dek; no tagged
text may be in the frames; every client reads the records back; the registry shows what was created.

  gcm256, gcm128, siv   a dek made by the client, wrapped under a local secret
  vault                 the same, wrapped by a stand-in for Vault's transit engine
  rotated               deks that expire: the producer's clock is two days ahead for the second batch,
                        so that every value of it gets a dek version of its own
  shared                the registry makes and unwraps the dek; the clients know no secret
"""

import base64
import json
import pathlib
import sys

from . import install, records, registry

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from tests.dek.vault import Vault  # noqa: E402

SECRET = "matrix secret"
KEKS = "/dek-registry/v1/keks"
TAGGED = {"avro": ("id", "note", "payload"), "json": ("id", "note")}
FORMS = {"gcm256": "AES256_GCM", "gcm128": "AES128_GCM", "siv": "AES256_SIV", "vault": "AES256_GCM",
         "rotated": "AES256_GCM", "shared": "AES256_GCM"}


def run(matrix, fmt, able):
    if fmt not in TAGGED or not able:
        return
    with Vault(token="matrix-token") as vault:
        vault.keys["orders"] = 1
        for form in FORMS:
            for producer in able:
                Stage(matrix, fmt, form, producer, able, vault).run()


class Stage:
    def __init__(self, matrix, fmt, form, producer, consumers, vault):
        self.matrix, self.fmt, self.form = matrix, fmt, form
        self.producer, self.consumers = producer, consumers
        self.topic = f"{matrix.prefix}-{fmt}-{form}-{producer.name}"
        self.kek = "kek-" + "".join(c if c.isalnum() else "-" for c in self.topic)
        self.kms = ("hcvault", vault.key_id("orders")) if form == "vault" else ("local-kms", self.kek)
        # The address is what libschemata wants besides: it sends the token nowhere else.
        self.conf = {"vault": {"token.id": vault.token, "vault.address": vault.url},
                     "shared": {}}.get(form, {"secret": SECRET})

    def run(self):
        rows = records.written(self.fmt, "v1")
        self.prepare()
        if not self.write(rows, 0):
            return
        count = len(rows)
        if self.form == "rotated":
            if not self.write(rows, 2):
                return
            count *= 2
        self.matrix.read(self.fmt, self.producer, self.consumers, self.topic, count, [None],
                         lambda c: [(self.form, rows * (count // len(rows)))],
                         encrypted={"conf": self.conf, "days": 0})
        self.check("stored", self.stored())

    def check(self, stage, problem):
        return self.matrix.board.check(self.fmt, self.producer.name, None,
                                       f"{self.form} {stage}", problem)

    # ---- before ----------------------------------------------------------------------------------
    def prepare(self):
        if self.form == "shared":
            registry.call(self.matrix.url, "POST", KEKS, {
                "name": self.kek, "kmsType": self.kms[0], "kmsKeyId": self.kms[1], "shared": True,
                "kmsProps": {"secret": SECRET}})
        params = {"encrypt.kek.name": self.kek, "encrypt.kms.type": self.kms[0],
                  "encrypt.kms.key.id": self.kms[1], "encrypt.dek.algorithm": FORMS[self.form]}
        if self.form == "rotated":
            params["encrypt.dek.expiry.days"] = "1"
        rule = {"name": "encrypt", "kind": "TRANSFORM", "mode": "WRITEREAD", "type": "ENCRYPT",
                "tags": ["PII"], "params": params, "onFailure": "ERROR,ERROR"}
        path = f"/subjects/{registry.quoted(self.topic + '-value')}/versions"
        registry.call(self.matrix.url, "POST", path, {
            "schema": self.schema(), "schemaType": self.fmt.upper(),
            "ruleSet": {"domainRules": [rule]}})

    def schema(self):
        suffix = {"avro": "avsc", "json": "json"}[self.fmt]
        schema = json.loads((install.HERE / f"schemas/{self.fmt}/v1.{suffix}").read_text("utf-8"))
        fields = schema["properties"] if self.fmt == "json" else \
            {field["name"]: field for field in schema["fields"]}
        for name in TAGGED[self.fmt]:
            fields[name]["confluent:tags"] = ["PII"]
        return json.dumps(schema)

    # ---- parts -----------------------------------------------------------------------------------
    def write(self, rows, days):
        answer = self.matrix.produce(
            self.producer, self.form, topic=self.topic, format=self.fmt, schema="v1", records=rows,
            encrypted={"conf": self.conf, "days": days})
        return answer and self.check("hidden", self.leak(rows, answer["frames"]))

    def leak(self, rows, frames):
        """A tagged value of three bytes or more that stands in its frame as it is."""
        for row, frame in zip(rows, frames):
            for name in TAGGED[self.fmt]:
                value = row.get(name) or ""
                plain = base64.b64decode(value) if name == "payload" else value.encode()
                if len(plain) >= 3 and plain in base64.b64decode(frame):
                    return f"{name} of {row['id']} can be read in the frame"
        return None

    def stored(self):
        """The kek and the deks as the registry shows them."""
        algorithm, shared = FORMS[self.form], self.form == "shared"
        status, kek = registry.call(self.matrix.url, "GET", f"{KEKS}/{self.kek}")
        if status != 200 or (kek["kmsType"], kek["kmsKeyId"], kek["shared"]) != (*self.kms, shared):
            return f"kek: {status} {kek}"
        path = f"{KEKS}/{self.kek}/deks/{registry.quoted(self.topic + '-value')}/versions"
        versions = registry.call(self.matrix.url, "GET", f"{path}?algorithm={algorithm}")
        is_rotated = self.form == "rotated"
        if versions[0] != 200 or versions[1] != list(range(1, len(versions[1]) + 1)) or \
                is_rotated != (len(versions[1]) > 1):
            return f"versions: {versions}"
        status, dek = registry.call(self.matrix.url, "GET", f"{path}/1?algorithm={algorithm}")
        wrapped = base64.b64decode(dek.get("encryptedKeyMaterial", ""))
        if status != 200 or ("keyMaterial" in dek) != shared or not wrapped or \
                wrapped.startswith(b"vault:v1:") != (self.form == "vault"):
            return f"dek: {status} {dek}"
        return None
