/* The table of routes (confluent-rest 4). Names are the original's, for metrics. Held against
 * openapi/schemata.yaml by a test. */
#include "api/confluent/resources.h"

const struct sma_api_route sma_api_routes[] = {
    {"GET", "/", "root.get", sma_root_get, NULL, SMA_KEEP_NOT},
    {"POST", "/", "root.post", sma_root_post, NULL, SMA_KEEP_NOT},

    {"GET", "/subjects", "subjects.list", sma_subjects_list, NULL, SMA_KEEP_NOT},
    {"POST", "/subjects/{subject}", "subjects.get-schema", sma_subjects_lookup, NULL,
     SMA_KEEP_BY_BODY},
    {"DELETE", "/subjects/{subject}", "subjects.delete-subject", NULL, sma_subjects_delete,
     SMA_KEEP_NOT},
    {"GET", "/subjects/{subject}/metadata", "subjects.get-latest-with-metadata",
     sma_subjects_by_metadata, NULL, SMA_KEEP_BY_TARGET},

    {"GET", "/subjects/{subject}/versions", "subjects.versions.list", sma_versions_list, NULL,
     SMA_KEEP_BY_TARGET},
    {"POST", "/subjects/{subject}/versions", "subjects.versions.register", NULL,
     sma_versions_register, SMA_KEEP_BY_BODY},
    {"GET", "/subjects/{subject}/versions/{version}", "subjects.versions.get-schema",
     sma_versions_get, NULL, SMA_KEEP_BY_TARGET},
    {"DELETE", "/subjects/{subject}/versions/{version}",
     "subjects.versions.deleteSchemaVersion-schema", NULL, sma_versions_delete, SMA_KEEP_NOT},
    {"GET", "/subjects/{subject}/versions/{version}/schema", "subjects.versions.get-schema.only",
     sma_versions_get_text, NULL, SMA_KEEP_BY_TARGET},
    {"GET", "/subjects/{subject}/versions/{version}/referencedby",
     "subjects.versions.list-schema-refs", sma_versions_referenced_by, NULL, SMA_KEEP_NOT},
    {"POST", "/subjects/{subject}/versions/{version}/tags", "subjects.versions.modify.tags", NULL,
     sma_versions_modify_tags, SMA_KEEP_NOT},

    {"GET", "/schemas", "schemas.get-schemas", sma_schemas_list, NULL, SMA_KEEP_NOT},
    {"GET", "/schemas/types", "schemas.get-types", sma_schemas_types, NULL, SMA_KEEP_NOT},
    {"GET", "/schemas/ids/{id}", "schemas.ids.get-schema", sma_schemas_by_id, NULL,
     SMA_KEEP_LASTING},
    {"GET", "/schemas/ids/{id}/schema", "schemas.ids.get-schema.only", sma_schemas_text_by_id, NULL,
     SMA_KEEP_LASTING},
    {"GET", "/schemas/ids/{id}/subjects", "schemas.get-subjects", sma_schemas_subjects, NULL,
     SMA_KEEP_NOT},
    {"GET", "/schemas/ids/{id}/versions", "schemas.get-versions", sma_schemas_versions, NULL,
     SMA_KEEP_NOT},
    {"GET", "/schemas/guids/{guid}", "schemas.guids.get-schema", sma_schemas_by_guid, NULL,
     SMA_KEEP_LASTING},
    {"GET", "/schemas/guids/{guid}/ids", "schemas.guids.get-ids", sma_schemas_guid_ids, NULL,
     SMA_KEEP_NOT},

    {"POST", "/compatibility/subjects/{subject}/versions", "compatibility.subjects.versions.verify",
     sma_compatibility_with_all, NULL, SMA_KEEP_NOT},
    {"POST", "/compatibility/subjects/{subject}/versions/{version}",
     "compatibility.subjects.versions.verify", sma_compatibility_with_one, NULL, SMA_KEEP_NOT},

    {"GET", "/config", "config.get-global", sma_config_get_route, NULL, SMA_KEEP_BY_TARGET},
    {"PUT", "/config", "config.update-global", NULL, sma_config_put_route, SMA_KEEP_NOT},
    {"DELETE", "/config", "config.delete-global", NULL, sma_config_delete_route, SMA_KEEP_NOT},
    {"GET", "/config/{subject}", "config.get-subject", sma_config_get_route, NULL,
     SMA_KEEP_BY_TARGET},
    {"PUT", "/config/{subject}", "config.update-subject", NULL, sma_config_put_route, SMA_KEEP_NOT},
    {"DELETE", "/config/{subject}", "config.delete-subject", NULL, sma_config_delete_route,
     SMA_KEEP_NOT},

    {"GET", "/mode", "mode.get-global", sma_mode_get_route, NULL, SMA_KEEP_BY_TARGET},
    {"PUT", "/mode", "mode.update-global", NULL, sma_mode_put_route, SMA_KEEP_NOT},
    {"DELETE", "/mode", "mode.delete-global", NULL, sma_mode_delete_route, SMA_KEEP_NOT},
    {"GET", "/mode/{subject}", "mode.get-subject", sma_mode_get_route, NULL, SMA_KEEP_BY_TARGET},
    {"PUT", "/mode/{subject}", "mode.update-subject", NULL, sma_mode_put_route, SMA_KEEP_NOT},
    {"DELETE", "/mode/{subject}", "mode.delete-subject", NULL, sma_mode_delete_route, SMA_KEEP_NOT},

    {"GET", "/contexts", "contexts.list", sma_contexts_list, NULL, SMA_KEEP_NOT},
    {"DELETE", "/contexts/{context}", "context.delete", NULL, sma_contexts_delete, SMA_KEEP_NOT},

    {"GET", "/v1/metadata/id", "metadata.id", sma_metadata_id, NULL, SMA_KEEP_NOT},
    {"GET", "/v1/metadata/version", "metadata.version", sma_metadata_server_version, NULL,
     SMA_KEEP_NOT},
    {"GET", "/v1/metadata/deployment", "metadata.deployment", sma_metadata_deployment, NULL,
     SMA_KEEP_NOT},

#define ASSOCIATION_ROUTES 8
    {"GET", "/associations/resources/{namespace}/{name}", "associations.by-resource-name",
     sma_associations_by_name, NULL, SMA_KEEP_BY_TARGET},
    {"GET", "/associations/resources/{resourceId}", "associations.by-resource-id",
     sma_associations_by_id, NULL, SMA_KEEP_NOT},
    {"GET", "/associations/subjects/{subject}", "associations.by-subject",
     sma_associations_by_subject, NULL, SMA_KEEP_BY_TARGET},
    {"POST", "/associations", "associations.create", NULL, sma_associations_create, SMA_KEEP_NOT},
    {"PUT", "/associations/resources/{resourceId}", "associations.create-or-update", NULL,
     sma_associations_upsert, SMA_KEEP_NOT},
    {"DELETE", "/associations/resources/{resourceId}", "associations.delete", NULL,
     sma_associations_delete, SMA_KEEP_NOT},
    {"POST", "/associations:batchGet", "associations.batch-get", sma_associations_batch_get, NULL,
     SMA_KEEP_NOT},
    {"POST", "/associations:batchMutate", "associations.batch-mutate", NULL,
     sma_associations_batch_mutate, SMA_KEEP_NOT},
};

const size_t sma_api_association_route_count = ASSOCIATION_ROUTES;
const size_t sma_api_route_count = sizeof sma_api_routes / sizeof sma_api_routes[0];
