"""A state with something of everything in it, made through the API. Every step names the status it must
have, so that a step that silently does nothing is a failure of the fill and not a gap of the crawl."""

import json

from tests.support.server import call

RULES = {
    "domainRules": [
        {"name": "check", "kind": "CONDITION", "mode": "WRITE", "type": "CEL", "expr": "message.id > 0"},
        {"name": "enc", "kind": "TRANSFORM", "mode": "WRITEREAD", "type": "ENCRYPT", "tags": ["PII"],
         "params": {"encrypt.kek.name": "kek-a"}, "onFailure": "ERROR,NONE"},
    ],
    "migrationRules": [{"name": "up", "kind": "TRANSFORM", "mode": "UPGRADE", "type": "JSONATA", "expr": "$"}],
}
METADATA = {"properties": {"owner": "team-a", "application.major.version": "1"}, "tags": {"orders.*": ["PII"]}}


def avro(name, *fields, **more):
    rows = [field if isinstance(field, dict) else {"name": field, "type": "int", "default": 0} for field in fields]
    return json.dumps({"type": "record", "name": name, **more, "fields": rows})


class Fill:
    def __init__(self, server):
        self.connection = server.connect()

    def send(self, method, path, body=None, status=200):
        got, answer = call(self.connection, method, path, body)
        if got != status:
            raise AssertionError(f"{method} {path} {str(body)[:200]}: {got} {answer}, expected {status}")
        return answer

    def register(self, subject, schema, kind=None, status=200, **more):
        body = {"schema": schema, **more}
        if kind:
            body["schemaType"] = kind
        return self.send("POST", f"/subjects/{subject}/versions", body, status)

    def delete(self, path):
        self.send("DELETE", path)
        self.send("DELETE", path + "?permanent=true")

    # ---- steps -------------------------------------------------------------------------------------

    def formats(self):
        self.register("orders", avro("Order", "id", doc="an order", namespace="com.acme"))
        self.register("orders", avro("Order", "id", "amount", namespace="com.acme"))
        self.register("orders", avro("Order", "id", "amount", {"name": "who", "type": ["null", "string"],
                                                                "default": None, "confluent:tags": ["PII"]},
                                     namespace="com.acme"))
        self.register("order-events", '{"type":"object","title":"Event","properties":{"id":{"type":"integer"},'
                      '"email":{"type":"string","description":"who"}}}', "JSON")
        self.register("order-events", '{"type":"object","title":"Event","properties":{"id":{"type":"number"},'
                      '"email":{"type":"string"}}}', "JSON")
        self.register("outbox.proto", 'syntax = "proto3"; package a.b; message Out { string id = 1; }', "PROTOBUF")
        self.register("outbox.proto", 'syntax = "proto3"; package a.b; message Out { string id = 1; int32 n = 2; '
                      "enum E { Z = 0; } E e = 3; }", "PROTOBUF")
        self.register("plain", '"string"')

    def references(self):
        one = lambda name, subject, version=1: [{"name": name, "subject": subject, "version": version}]
        self.register("line-item", avro("Line", {"name": "order", "type": "com.acme.Order"}, namespace="com.acme"),
                      references=one("com.acme.Order", "orders", 2))
        self.register("line-list", avro("List", {"name": "l", "type": {"type": "array", "items": "com.acme.Line"}},
                                        namespace="com.acme"), references=one("com.acme.Line", "line-item"))
        self.register("envelope", '{"properties":{"event":{"$ref":"event.json"}}}', "JSON",
                      references=one("event.json", "order-events"))
        self.register("wrap.proto", 'syntax = "proto3"; import "out.proto"; message W { a.b.Out out = 1; }',
                      "PROTOBUF", references=one("out.proto", "outbox.proto", 2))

    def contexts(self):
        self.register(":.a:orders", avro("Order", "id", namespace="com.acme"))
        self.register(":.a:orders", avro("Order", "id", "x", namespace="com.acme"))
        self.register(":.a:only-here", '"bytes"')
        self.register(":.a:refers", avro("R", {"name": "o", "type": "com.acme.Order"}),
                      references=[{"name": "com.acme.Order", "subject": "orders", "version": 1}])
        self.register(":.b:orders", avro("Order", "y"))
        self.register(":.gone:x", '"int"')
        self.delete("/subjects/:.gone:x")
        self.send("DELETE", "/contexts/.gone", status=204)
        self.register(":.empty:x", '"int"')
        self.delete("/subjects/:.empty:x")

    def deletions(self):
        for i in range(1, 5):
            self.register("shrinking", avro("S", *[f"f{n}" for n in range(i)]))
        self.send("DELETE", "/subjects/shrinking/versions/2")
        self.send("DELETE", "/subjects/shrinking/versions/1")
        self.send("DELETE", "/subjects/shrinking/versions/1?permanent=true")
        self.register("all-deleted", avro("D", "a"))
        self.register("all-deleted", avro("D", "a", "b"))
        self.send("DELETE", "/subjects/all-deleted")
        self.register("came-back", avro("B", "a"))
        self.send("DELETE", "/subjects/came-back")
        self.register("came-back", avro("B", "a", "b"))
        self.register("restored", avro("T", "a"))
        self.send("DELETE", "/subjects/restored")
        self.send("POST", "/schemata/v1/subjects/restored/restore")
        self.register("hard-deleted", avro("H", "a"))
        self.delete("/subjects/hard-deleted")

    def settings(self):
        self.send("PUT", "/config", {"compatibility": "FORWARD"})
        self.send("PUT", "/config/orders", {"compatibility": "FULL", "normalize": True, "validateFields": True})
        self.send("PUT", "/config/:.a:", {"compatibility": "NONE"})
        self.send("PUT", "/config/no-versions", {"compatibility": "BACKWARD_TRANSITIVE"})
        self.send("PUT", "/config/alias", {"alias": "orders"})
        self.send("PUT", "/config/grouped", {"compatibilityGroup": "application.major.version",
                                             "defaultMetadata": {"properties": {"owner": "default"}},
                                             "overrideRuleSet": {"domainRules": RULES["domainRules"][:1]}})
        self.send("PUT", "/config/removed", {"compatibility": "FULL"})
        self.send("DELETE", "/config/removed")
        self.send("PUT", "/mode/orders", {"mode": "READONLY"})
        self.send("PUT", "/mode/:.b:", {"mode": "READONLY_OVERRIDE"})
        self.send("PUT", "/mode/plain", {"mode": "READONLY"})
        self.send("DELETE", "/mode/plain")

    def contracts(self):
        self.register("contract", avro("C", "id"), metadata=METADATA, ruleSet=RULES)
        self.register("contract", avro("C", "id", "more"),
                      metadata={"properties": {"owner": "team-b"}}, ruleSet={"domainRules": RULES["domainRules"][:1]})
        self.register("grouped", avro("G", "id"), metadata=METADATA)
        self.send("POST", "/subjects/contract/versions/2/tags",
                  {"newVersion": 3, "tagsToAdd": [{"schemaEntity": {"entityPath": "C.id", "entityType": "sr_field"},
                                                   "tags": ["PII"]}]})

    def imports(self):
        self.send("PUT", "/mode/:.imported:", {"mode": "IMPORT"})
        self.register(":.imported:a", '"float"', id=500, version=7)
        self.register(":.imported:a", '"double"', id=400, version=3)
        self.register(":.imported:b", '"float"', id=500, version=1)
        self.send("DELETE", "/mode/:.imported:")

    def associations(self):
        body = {"resourceName": "orders-topic", "resourceNamespace": "lkc-1", "resourceId": "id-1",
                "resourceType": "topic", "associations": [
                    {"associationType": "value", "lifecycle": "STRONG", "schema": {"schema": avro("Topic", "id")}}]}
        self.send("POST", "/associations", body)
        body = {"resourceName": "weak-topic", "resourceNamespace": "lkc-1", "resourceId": "id-2",
                "associations": [{"subject": "envelope", "associationType": "value", "lifecycle": "WEAK"},
                                 {"subject": "order-events", "associationType": "key", "lifecycle": "WEAK"}]}
        self.send("POST", "/associations", body)
        gone = {**body, "resourceName": "gone-topic", "resourceId": "id-3"}
        self.send("POST", "/associations", gone)
        self.send("DELETE", "/associations/resources/id-3", status=204)

    def keys(self):
        base = "/dek-registry/v1/keks"
        kek = lambda name, **more: self.send("POST", base, {"name": name, "kmsType": "local-kms", "kmsKeyId": "key-1",
                                                            "shared": False, **more})
        kek("kek-a", doc="first", kmsProps={"a": "1", "b": "2"})
        kek("kek-b")
        kek("kek-c")
        dek = lambda name, **more: self.send("POST", f"{base}/{name}/deks", {"encryptedKeyMaterial": "bWF0ZXJpYWw=",
                                                                            **more})
        dek("kek-a", subject="orders", algorithm="AES256_GCM")
        dek("kek-a", subject="orders", algorithm="AES256_GCM", version=2)
        dek("kek-a", subject="orders", algorithm="AES256_SIV")
        dek("kek-a", subject=":.a:orders", algorithm="AES128_GCM")
        dek("kek-b", subject="plain", algorithm="AES256_GCM")
        self.send("PUT", f"{base}/kek-b", {"doc": "changed"})
        self.send("DELETE", f"{base}/kek-a/deks/orders/versions/2", status=204)
        self.send("DELETE", f"{base}/kek-c", status=204)


def fill(server):
    state = Fill(server)
    for step in (state.formats, state.references, state.contexts, state.deletions, state.contracts,
                 state.imports, state.settings, state.keys, state.associations):
        step()
