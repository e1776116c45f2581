"""The administrative calls of `SchemaRegistryClient`, each once, and what each has to answer.

Every check is a row of name, what the client gave, and what it has to be; the driver compares. The
caller's subjects are its own, global settings are put back.
"""

from confluent_kafka.schema_registry import Schema
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.schema_registry_client import (
    AssociationCreateOrUpdateInfo, AssociationCreateOrUpdateRequest, ConfigCompatibilityLevel,
    Metadata, MetadataProperties, ServerConfig)

V1 = Schema('{"type":"record","name":"A","fields":[{"name":"a","type":"int"}]}', "AVRO")
V2 = Schema('{"type":"record","name":"A","fields":[{"name":"a","type":"int"},'
            '{"name":"b","type":"string","default":""}]}', "AVRO",
            metadata=Metadata(None, MetadataProperties({"release": "2"}), None))
BAD = Schema('{"type":"record","name":"A","fields":[{"name":"a","type":"string"}]}', "AVRO")
USER = '{"type":"record","name":"B","fields":[{"name":"a","type":"A"}]}'


def refused(call):
    """Status and error code of a call that has to fail."""
    try:
        return call()
    except SchemaRegistryError as err:
        return [err.http_status_code, err.error_code]


def row(name, got, wanted):
    return {"name": name, "got": got, "wanted": wanted}


def reading(client, subject, first, second):
    registered = client.get_version(subject, 1)
    yield row("get_schema", client.get_schema(first, subject).schema_str, V1.schema_str)
    yield row("get_schema_by_guid", client.get_schema_by_guid(registered.guid).schema_str,
              V1.schema_str)
    yield row("get_schema_types", sorted(client.get_schema_types()), ["AVRO", "JSON", "PROTOBUF"])
    # The subject of these two picks a context and leaves nothing out, here as with the original.
    yield row("get_subjects_by_schema_id",
              subject in client.get_subjects_by_schema_id(first, subject), True)
    yield row("get_schema_versions",
              [subject, 2] in [[v.subject, v.version]
                               for v in client.get_schema_versions(second, subject)], True)
    yield row("lookup_schema", client.lookup_schema(subject, V1).schema_id, first)
    yield row("get_subjects", subject in client.get_subjects(subject_prefix=subject), True)
    yield row("get_latest_version", client.get_latest_version(subject).schema_id, second)
    yield row("get_latest_with_metadata",
              client.get_latest_with_metadata(subject, {"release": "2"}).version, 2)
    yield row("get_versions", client.get_versions(subject), [1, 2])
    yield row("get_schema: none", refused(lambda: client.get_schema(2147483000)), [404, 40403])
    yield row("get_version: none", refused(lambda: client.get_version(subject, 9)), [404, 40402])
    yield row("get_contexts", "." in client.get_contexts(), True)


def checking(client, subject):
    yield row("test_compatibility", client.test_compatibility(subject, V2), True)
    yield row("test_compatibility: bad", client.test_compatibility(subject, BAD), False)
    yield row("test_compatibility_all_versions",
              client.test_compatibility_all_versions(subject, BAD), False)
    yield row("register: bad", refused(lambda: client.register_schema(subject, BAD)), [409, 40901])


def settings(client, subject):
    yield row("set_compatibility", client.set_compatibility(subject, "FULL")["compatibility"],
              "FULL")
    yield row("get_compatibility", client.get_compatibility(subject), "FULL")
    config = ServerConfig(compatibility=ConfigCompatibilityLevel.NONE, compatibility_group="release")
    client.set_config(subject, config)
    got = client.get_config(subject)
    yield row("set_config", [got.compatibility_level or got.compatibility, got.compatibility_group],
              ["NONE", "release"])
    client.delete_config(subject)
    yield row("delete_config", refused(lambda: client.get_compatibility(subject)), [404, 40408])
    level = client.get_compatibility()
    yield row("get_compatibility: global", level, "BACKWARD")
    yield row("get_mode: none", refused(lambda: client.get_mode(subject)), [404, 40409])
    yield row("update_mode", client.update_mode(subject, "READONLY"), "READONLY")
    yield row("get_mode", client.get_mode(subject), "READONLY")
    yield row("register: read only", refused(lambda: client.register_schema(subject, BAD)),
              [422, 42205])
    yield row("delete_mode", client.delete_mode(subject), "READONLY")
    yield row("update_global_mode", client.update_global_mode("READWRITE"), "READWRITE")
    yield row("get_global_mode", client.get_global_mode(), "READWRITE")


def associations(client, subject):
    client.register_schema(subject, V1)
    wanted = [["value", subject]]
    request = AssociationCreateOrUpdateRequest(
        resource_name=subject, resource_namespace="lkc", resource_id=f"id-{subject}",
        resource_type="topic",
        associations=[AssociationCreateOrUpdateInfo(subject=subject, association_type="value",
                                                    lifecycle="WEAK")])
    made = client.create_association(request)
    yield row("create_association", [[a.association_type, a.subject] for a in made.associations],
              wanted)
    found = client.get_associations_by_resource_name(subject, "lkc", "topic", ["value"])
    yield row("get_associations_by_resource_name",
              [[a.association_type, a.subject] for a in found], wanted)
    client.delete_associations(f"id-{subject}", "topic", ["value"])
    yield row("delete_associations",
              client.get_associations_by_resource_name(subject, "-", "topic", ["value"]), [])


def removal(client, subject, user):
    yield row("get_referenced_by", len(client.get_referenced_by(subject, 1)), 1)
    yield row("delete_version: referenced", refused(lambda: client.delete_version(subject, 1)),
              [422, 42206])
    yield row("delete_subject", client.delete_subject(user), [1])
    yield row("delete_subject: permanent", client.delete_subject(user, True), [1])
    yield row("delete_version", client.delete_version(subject, 1), 1)
    yield row("delete_version: permanent", client.delete_version(subject, 1, True), 1)
    yield row("delete_subject: the rest", client.delete_subject(subject), [2])
    yield row("get_subjects: deleted", [
        subject in client.get_subjects(), subject in client.get_subjects(deleted=True)],
        [False, True])
    client.delete_subject(subject, True)
    yield row("get_versions: none", refused(lambda: client.get_versions(subject)), [404, 40401])


def checks(client, subject):
    user = subject + "-user"
    first = client.register_schema(subject, V1)
    full = client.register_schema_full_response(subject, V2)
    yield row("register_schema: again", client.register_schema(subject, V1), first)
    yield row("register_schema_full_response", full.schema_id > first, True)
    reference = [{"name": "A", "subject": subject, "version": 1}]
    client.register_schema(user, Schema.from_dict(
        {"schema": USER, "schemaType": "AVRO", "references": reference}))
    yield from reading(client, subject, first, full.schema_id)
    yield from checking(client, subject)
    yield from settings(client, subject)
    yield from removal(client, subject, user)
    yield from associations(client, subject + "-topic")
