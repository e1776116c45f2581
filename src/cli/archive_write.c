/* Writing archives. */
#include <stdio.h>

#include "cli/archive.h"
#include "core/hash/hash.h"
#include "core/json/writer.h"

static void put_raw(struct sma_json_writer *w, const char *name, const struct sma_json *value)
{
    if (!value)
        return;
    sma_jw_name(w, name);
    sma_json_put(w->buf, value);
    w->need_comma = true;
}

void sma_archive_put_content(struct sma_buf *out, const struct sma_archive_schema *schema,
                             const struct sma_reference *references)
{
    struct sma_json_writer w = {out, true};
    sma_jw_member_string(&w, "schemaType", schema->type.len ? schema->type : SMA_STR("AVRO"));
    sma_jw_member_string(&w, "schema", schema->text);
    if (schema->reference_count) {
        sma_jw_name(&w, "references");
        sma_jw_array_open(&w);
        for (size_t i = 0; i < schema->reference_count; i++) {
            sma_jw_object_open(&w);
            sma_jw_member_string(&w, "name", references[i].name);
            sma_jw_member_string(&w, "subject", references[i].subject);
            sma_jw_member_i64(&w, "version", references[i].version);
            sma_jw_object_close(&w);
        }
        sma_jw_array_close(&w);
    }
    put_raw(&w, "metadata", schema->metadata);
    put_raw(&w, "ruleSet", schema->rule_set);
}

static void put_schema(struct sma_buf *out, const struct sma_archive_schema *schema)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "kind", SMA_STR("schema"));
    sma_jw_member_string(&w, "subject", schema->subject);
    sma_jw_member_i64(&w, "version", schema->version);
    if (schema->id)
        sma_jw_member_i64(&w, "id", schema->id);
    if (schema->guid.len)
        sma_jw_member_string(&w, "guid", schema->guid);
    sma_archive_put_content(out, schema, schema->references);
    if (schema->is_deleted)
        sma_jw_member_bool(&w, "deleted", true);
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
}

static void put_setting(struct sma_buf *out, const struct sma_archive_setting *setting)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "kind", setting->config ? SMA_STR("config") : SMA_STR("mode"));
    if (setting->subject.len)
        sma_jw_member_string(&w, "subject", setting->subject);
    if (setting->config)
        put_raw(&w, "config", setting->config);
    else
        sma_jw_member_string(&w, "mode", setting->mode);
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
}

/* How many lines it took. */
static size_t put_settings(struct sma_buf *out, const struct sma_archive_setting *list,
                           size_t count)
{
    size_t lines = 0;
    for (size_t i = 0; i < count; i++)
        if (list[i].config || list[i].mode.len) {
            put_setting(out, &list[i]);
            lines++;
        }
    return lines;
}

static void put_header(struct sma_buf *out, const struct sma_archive *archive, const char *time)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "kind", SMA_STR("bundle"));
    sma_jw_member_i64(&w, "version", 1);
    if (archive->source.len)
        sma_jw_member_string(&w, "source", archive->source);
    sma_jw_member_string(&w, "time", sma_str_z(time));
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
    for (size_t i = 0; i < archive->context_count; i++) {
        w = sma_json_writer_on(out);
        sma_jw_object_open(&w);
        sma_jw_member_string(&w, "kind", SMA_STR("context"));
        sma_jw_member_string(&w, "context", archive->contexts[i]);
        sma_jw_object_close(&w);
        sma_buf_putc(out, '\n');
    }
}

enum sma_status sma_archive_write(struct sma_buf *out, const struct sma_archive *archive,
                                  const char *time, struct sma_error *err)
{
    struct sma_archive_schema **order;
    uint8_t digest[SMA_SHA256_LEN];
    char hex[2 * SMA_SHA256_LEN + 1];
    size_t count, start = out->len;
    enum sma_status st = sma_archive_order(archive, &order, &count, err);
    if (st)
        return st;
    put_header(out, archive, time);
    size_t configs = put_settings(out, archive->configs, archive->config_count);
    size_t modes = put_settings(out, archive->modes, archive->mode_count);
    for (size_t i = 0; i < count; i++)
        put_schema(out, order[i]);
    if (sma_buf_failed(out))
        return sma_fail(err, SMA_ELIMIT, "the export has more than %u bytes",
                        SMA_ARCHIVE_BYTES_MAX);
    st = sma_sha256(digest, sma_str_from(sma_buf_str(out), start), err);
    if (st)
        return st;
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "kind", SMA_STR("end"));
    sma_jw_member_i64(&w, "contexts", (int64_t)archive->context_count);
    sma_jw_member_i64(&w, "configs", (int64_t)configs);
    sma_jw_member_i64(&w, "modes", (int64_t)modes);
    sma_jw_member_i64(&w, "schemas", (int64_t)count);
    sma_jw_member_string(&w, "sha256", sma_str_z(hex));
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
    return sma_buf_failed(out) ? sma_fail_nomem(err) : SMA_OK;
}
