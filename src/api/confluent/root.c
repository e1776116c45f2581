/* / and /v1/metadata (confluent-rest 4.8). */
#include "api/confluent/resources.h"

#include "registry/value.h"

enum sma_status sma_root_get(struct sma_call *call, struct sma_error *err)
{
    (void)err;
    sma_jw_object_open(&call->out);
    sma_jw_object_close(&call->out);
    return SMA_OK;
}

enum sma_status sma_root_post(struct sma_call *call, struct sma_error *err)
{
    const struct sma_json *body;
    enum sma_status st = sma_body_object(&body, call, "post.request", err);
    return st ? st : sma_root_get(call, err);
}

enum sma_status sma_metadata_id(struct sma_call *call, struct sma_error *err)
{
    struct sma_json_writer *w = &call->out;
    (void)err;
    sma_jw_object_open(w);
    sma_jw_name(w, "scope");
    sma_jw_object_open(w);
    sma_jw_name(w, "path");
    sma_jw_array_open(w);
    sma_jw_array_close(w);
    sma_jw_name(w, "clusters");
    sma_jw_object_open(w);
    /* No Kafka cluster stands behind the embedded store. */
    sma_jw_member_string(w, "kafka-cluster", SMA_STR(""));
    sma_jw_member_string(w, "schema-registry-cluster", call->confluent->options.cluster_id);
    sma_jw_object_close(w);
    sma_jw_object_close(w);
    sma_jw_object_close(w);
    return SMA_OK;
}

enum sma_status sma_metadata_server_version(struct sma_call *call, struct sma_error *err)
{
    (void)err;
    sma_jw_object_open(&call->out);
    sma_jw_member_string(&call->out, "version", SMA_STR(SMA_VERSION));
    sma_jw_member_string(&call->out, "commitId", SMA_STR(SMA_VERSION));
    sma_jw_object_close(&call->out);
    return SMA_OK;
}

enum sma_status sma_metadata_deployment(struct sma_call *call, struct sma_error *err)
{
    struct sma_str list = call->confluent->options.deployment_attributes;
    bool is_open = false;
    (void)err;
    sma_jw_object_open(&call->out);
    while (list.len) {
        ptrdiff_t comma = sma_str_chr(list, ',');
        struct sma_str item = sma_str_trim(comma < 0 ? list : sma_str_head(list, (size_t)comma));
        list = comma < 0 ? SMA_STR("") : sma_str_from(list, (size_t)comma + 1);
        if (!item.len)
            continue;
        if (!is_open) { /* an empty list is left out */
            sma_jw_name(&call->out, "attributes");
            sma_jw_array_open(&call->out);
        }
        is_open = true;
        sma_jw_string(&call->out, item);
    }
    if (is_open)
        sma_jw_array_close(&call->out);
    sma_jw_object_close(&call->out);
    return SMA_OK;
}
