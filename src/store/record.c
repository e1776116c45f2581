/* Writing records. The order of members is the original's; keys must not change by one byte. */
#include "store/record.h"

#include "core/json/writer.h"

/* ---- keys ---------------------------------------------------------------------------------- */

static struct sma_json_writer open_key(struct sma_buf *out, const char *keytype)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "keytype", sma_str_z(keytype));
    return w;
}

static void close_key(struct sma_json_writer *w, int magic)
{
    sma_jw_member_i64(w, "magic", magic);
    sma_jw_object_close(w);
}

void sma_record_schema_key(struct sma_buf *out, struct sma_str subject, int32_t version)
{
    struct sma_json_writer w = open_key(out, "SCHEMA");
    sma_jw_member_string(&w, "subject", subject);
    sma_jw_member_i64(&w, "version", version);
    close_key(&w, 1);
}

/* The global scope has no member at all: the older form with null is read, never written. */
static void put_scope_key(struct sma_buf *out, const char *keytype, struct sma_str scope)
{
    struct sma_json_writer w = open_key(out, keytype);
    if (scope.len)
        sma_jw_member_string(&w, "subject", scope);
    close_key(&w, 0);
}

void sma_record_config_key(struct sma_buf *out, struct sma_str scope)
{
    put_scope_key(out, "CONFIG", scope);
}

void sma_record_mode_key(struct sma_buf *out, struct sma_str scope)
{
    put_scope_key(out, "MODE", scope);
}

void sma_record_clear_subject_key(struct sma_buf *out, struct sma_str scope)
{
    put_scope_key(out, "CLEAR_SUBJECT", scope);
}

void sma_record_delete_subject_key(struct sma_buf *out, struct sma_str subject)
{
    struct sma_json_writer w = open_key(out, "DELETE_SUBJECT");
    sma_jw_member_string(&w, "subject", subject);
    close_key(&w, 0);
}

void sma_record_noop_key(struct sma_buf *out)
{
    struct sma_json_writer w = open_key(out, "NOOP");
    close_key(&w, 0);
}

void sma_record_context_key(struct sma_buf *out, struct sma_str context)
{
    struct sma_json_writer w = open_key(out, "CONTEXT");
    sma_jw_member_string(&w, "tenant", SMA_STR("default"));
    sma_jw_member_string(&w, "context", context);
    close_key(&w, 0);
}

void sma_record_assoc_key(struct sma_buf *out, const struct sma_assoc_key *key)
{
    struct sma_json_writer w = open_key(out, "ASSOC");
    sma_jw_member_string(&w, "tenant", SMA_STR("default"));
    sma_jw_member_string(&w, "resourceName", key->resource_name);
    sma_jw_member_string(&w, "resourceNamespace", key->resource_namespace);
    sma_jw_member_string(&w, "resourceType", key->resource_type);
    sma_jw_member_string(&w, "associationType", key->association_type);
    sma_jw_member_string(&w, "subject", key->subject);
    close_key(&w, 0);
}

/* ---- values -------------------------------------------------------------------------------- */

static struct sma_json_writer open_value(struct sma_buf *out)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    return w;
}

/* Null and empty strings are left out of every value. */
static void put_text(struct sma_json_writer *w, const char *name, struct sma_str text)
{
    if (text.len)
        sma_jw_member_string(w, name, text);
}

/* An object that is there is written even when it is empty. */
static void put_object(struct sma_json_writer *w, const char *name, struct sma_str json)
{
    if (json.len)
        sma_jw_member_raw(w, name, json);
}

static void put_tristate(struct sma_json_writer *w, const char *name, enum sma_tristate value)
{
    if (value != SMA_UNSET)
        sma_jw_member_bool(w, name, value == SMA_TRUE);
}

static void put_md5(struct sma_json_writer *w, const uint8_t md5[SMA_HASH_LEN])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[24];
    for (int i = 0, o = 0; i < SMA_HASH_LEN; i += 3) {
        uint32_t bits = (uint32_t)md5[i] << 16;
        bits |= i + 1 < SMA_HASH_LEN ? (uint32_t)md5[i + 1] << 8 : 0;
        bits |= i + 2 < SMA_HASH_LEN ? md5[i + 2] : 0;
        for (int shift = 18; shift >= 0; shift -= 6)
            text[o++] = digits[bits >> shift & 63];
    }
    text[22] = text[23] = '='; /* 16 bytes leave one over */
    sma_jw_member_string(w, "md5", sma_str_make(text, sizeof text));
}

static void put_references(struct sma_json_writer *w, const struct sma_content *content)
{
    if (!content->reference_count)
        return;
    sma_jw_name(w, "references");
    sma_jw_array_open(w);
    for (size_t i = 0; i < content->reference_count; i++) {
        const struct sma_reference *r = &content->references[i];
        sma_jw_object_open(w);
        sma_jw_member_string(w, "name", r->name);
        sma_jw_member_string(w, "subject", r->subject);
        sma_jw_member_i64(w, "version", r->version);
        sma_jw_object_close(w);
    }
    sma_jw_array_close(w);
}

void sma_record_schema_value(struct sma_buf *out, const struct sma_version *row)
{
    bool is_sealed = row->content.sealed.ptr != NULL;
    struct sma_json_writer w = open_value(out);
    put_text(&w, "subject", row->subject);
    sma_jw_member_i64(&w, "version", row->version);
    sma_jw_member_i64(&w, "id", row->id);
    if (is_sealed)
        put_md5(&w, row->content.hash);
    put_text(&w, "schemaType", row->type);
    put_references(&w, &row->content);
    put_object(&w, "metadata", is_sealed ? row->content.sealed : row->content.metadata);
    put_object(&w, "ruleSet", row->content.rule_set);
    sma_jw_member_string(&w, "schema", row->content.text);
    sma_jw_member_bool(&w, "deleted", row->is_deleted);
    sma_jw_object_close(&w);
}

void sma_record_config_value(struct sma_buf *out, struct sma_str scope,
                             const struct sma_record_config *config)
{
    struct sma_json_writer w = open_value(out);
    put_text(&w, "subject", scope);
    put_text(&w, "alias", config->alias);
    put_text(&w, "aliasForDeks", config->alias_for_deks);
    put_tristate(&w, "normalize", config->normalize);
    put_tristate(&w, "validateFields", config->validate_fields);
    put_tristate(&w, "validateNewSchemas", config->validate_new_schemas);
    put_tristate(&w, "validateRules", config->validate_rules);
    put_text(&w, "compatibilityLevel", config->compatibility_level);
    put_text(&w, "compatibilityPolicy", config->compatibility_policy);
    put_text(&w, "compatibilityGroup", config->compatibility_group);
    put_object(&w, "defaultMetadata", config->default_metadata);
    put_object(&w, "overrideMetadata", config->override_metadata);
    put_object(&w, "defaultRuleSet", config->default_rule_set);
    put_object(&w, "overrideRuleSet", config->override_rule_set);
    sma_jw_object_close(&w);
}

void sma_record_mode_value(struct sma_buf *out, struct sma_str scope, struct sma_str mode)
{
    struct sma_json_writer w = open_value(out);
    put_text(&w, "subject", scope);
    put_text(&w, "mode", mode);
    sma_jw_object_close(&w);
}

void sma_record_delete_subject_value(struct sma_buf *out, struct sma_str subject, int32_t watermark)
{
    struct sma_json_writer w = open_value(out);
    put_text(&w, "subject", subject);
    sma_jw_member_i64(&w, "version", watermark);
    sma_jw_object_close(&w);
}

void sma_record_clear_subject_value(struct sma_buf *out, struct sma_str scope)
{
    struct sma_json_writer w = open_value(out);
    put_text(&w, "subject", scope);
    sma_jw_object_close(&w);
}

void sma_record_context_value(struct sma_buf *out, struct sma_str context)
{
    struct sma_json_writer w = open_value(out);
    sma_jw_member_string(&w, "tenant", SMA_STR("default"));
    sma_jw_member_string(&w, "context", context);
    sma_jw_object_close(&w);
}

void sma_record_assoc_value(struct sma_buf *out, const struct sma_assoc *assoc)
{
    struct sma_json_writer w = open_value(out);
    put_text(&w, "guid", assoc->guid);
    sma_jw_member_string(&w, "tenant", SMA_STR("default"));
    put_text(&w, "resourceName", assoc->key.resource_name);
    put_text(&w, "resourceNamespace", assoc->key.resource_namespace);
    put_text(&w, "resourceId", assoc->resource_id);
    put_text(&w, "resourceType", assoc->key.resource_type);
    put_text(&w, "associationType", assoc->key.association_type);
    put_text(&w, "subject", assoc->key.subject);
    put_text(&w, "lifecycle", assoc->lifecycle);
    sma_jw_member_bool(&w, "frozen", assoc->is_frozen);
    sma_jw_member_i64(&w, "createTs", assoc->create_ts_ms);
    sma_jw_object_close(&w);
}
