/* The functions behind the routes, by resource file. */
#ifndef SMA_API_CONFLUENT_RESOURCES_H
#define SMA_API_CONFLUENT_RESOURCES_H

#include "api/confluent/call.h"

/* subjects.c */
sma_call_fn sma_subjects_list, sma_subjects_lookup, sma_subjects_by_metadata, sma_subjects_delete;
/* versions.c */
sma_call_fn sma_versions_list, sma_versions_get, sma_versions_get_text, sma_versions_referenced_by,
    sma_versions_delete;
/* register.c */
sma_call_fn sma_versions_register, sma_versions_modify_tags;
/* schemas.c */
sma_call_fn sma_schemas_list, sma_schemas_types, sma_schemas_by_id, sma_schemas_text_by_id,
    sma_schemas_subjects, sma_schemas_versions, sma_schemas_by_guid, sma_schemas_guid_ids;
/* compatibility.c */
sma_call_fn sma_compatibility_with_all, sma_compatibility_with_one;
/* config.c */
sma_call_fn sma_config_get_route, sma_config_put_route, sma_config_delete_route;
/* mode.c */
sma_call_fn sma_mode_get_route, sma_mode_put_route, sma_mode_delete_route;
/* contexts.c */
sma_call_fn sma_contexts_list, sma_contexts_delete;
/* associations.c */
sma_call_fn sma_associations_by_name, sma_associations_by_id, sma_associations_by_subject;
/* association_changes.c */
sma_call_fn sma_associations_create, sma_associations_upsert, sma_associations_delete;
/* association_batches.c */
sma_call_fn sma_associations_batch_get, sma_associations_batch_mutate;
/* root.c */
sma_call_fn sma_root_get, sma_root_post, sma_metadata_id, sma_metadata_server_version,
    sma_metadata_deployment;

#endif
