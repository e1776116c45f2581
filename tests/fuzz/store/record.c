/* Records: the first line is the key, the rest the value. What is read must survive being written
 * and read again. */
#include <stdint.h>
#include <stdlib.h>

#include "store/identity.h"
#include "store/record.h"

static void same(bool is_same)
{
    if (!is_same)
        abort();
}

static void key_again(const struct sma_record_key *key, struct sma_arena *arena)
{
    struct sma_record_key again;
    struct sma_buf out;
    sma_buf_init(&out, 0);
    switch (key->type) {
    case SMA_KEY_SCHEMA:
        sma_record_schema_key(&out, key->subject, key->version);
        break;
    case SMA_KEY_CONFIG:
        sma_record_config_key(&out, key->subject);
        break;
    case SMA_KEY_MODE:
        sma_record_mode_key(&out, key->subject);
        break;
    case SMA_KEY_DELETE_SUBJECT:
        sma_record_delete_subject_key(&out, key->subject);
        break;
    case SMA_KEY_CLEAR_SUBJECT:
        sma_record_clear_subject_key(&out, key->subject);
        break;
    case SMA_KEY_NOOP:
        sma_record_noop_key(&out);
        break;
    case SMA_KEY_CONTEXT:
        sma_record_context_key(&out, key->context);
        break;
    case SMA_KEY_ASSOC:
        sma_record_assoc_key(&out, &key->assoc);
        break;
    case SMA_KEY_KEK:
        sma_record_kek_key(&out, key->dek.kek_name);
        break;
    case SMA_KEY_DEK:
        sma_record_dek_key(&out, &key->dek);
        break;
    }
    same(!sma_record_parse_key(&again, arena, sma_buf_str(&out), NULL));
    same(again.type == key->type && again.version == key->version);
    same(sma_str_eq(again.subject, key->subject) && sma_str_eq(again.context, key->context));
    same(sma_str_eq(again.assoc.resource_name, key->assoc.resource_name));
    same(sma_str_eq(again.dek.kek_name, key->dek.kek_name));
    sma_buf_fini(&out);
}

static void schema_again(const struct sma_record_key *key, const struct sma_record_schema *read,
                         struct sma_arena *arena)
{
    struct sma_version row = {.subject = key->subject,
                              .version = key->version,
                              .id = read->id,
                              .type = read->type,
                              .is_deleted = read->is_deleted,
                              .content = read->content};
    struct sma_record_schema again;
    struct sma_buf out;
    uint8_t hash[2][SMA_HASH_LEN], digest[2][SMA_DIGEST_LEN];
    sma_buf_init(&out, 0);
    if (read->has_md5) {
        row.content.sealed = read->content.metadata.ptr ? read->content.metadata : SMA_STR("");
        memcpy(row.content.hash, read->md5, sizeof read->md5);
    }
    sma_record_schema_value(&out, &row);
    same(!sma_record_parse_schema(&again, arena, key, sma_buf_str(&out), NULL));
    same(again.id == read->id && again.is_deleted == read->is_deleted);
    same(sma_str_eq(again.content.text, read->content.text));
    enum sma_status st = sma_content_identify(hash[0], digest[0], &read->content, NULL, NULL);
    same(st == sma_content_identify(hash[1], digest[1], &again.content, NULL, NULL));
    same(st || (!memcmp(hash[0], hash[1], SMA_HASH_LEN) &&
                !memcmp(digest[0], digest[1], SMA_DIGEST_LEN)));
    sma_buf_fini(&out);
}

static void read_value(const struct sma_record_key *key, struct sma_arena *arena,
                       struct sma_str value)
{
    struct sma_record_schema schema;
    struct sma_record_config config;
    struct sma_assoc assoc;
    struct sma_str mode;
    int32_t watermark;
    if (key->type == SMA_KEY_SCHEMA && !sma_record_parse_schema(&schema, arena, key, value, NULL))
        schema_again(key, &schema, arena);
    if (sma_record_parse_config(&config, arena, value, NULL) == SMA_EINTERNAL ||
        sma_record_parse_mode(&mode, arena, value, NULL) == SMA_EINTERNAL ||
        sma_record_parse_watermark(&watermark, arena, value, NULL) == SMA_EINTERNAL ||
        sma_record_parse_assoc(&assoc, arena, key, value, NULL) == SMA_EINTERNAL)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_str text = sma_str_make((const char *)data, size);
    ptrdiff_t line = sma_str_chr(text, '\n');
    struct sma_str key_text = line < 0 ? text : sma_str_head(text, (size_t)line);
    struct sma_record_key key;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    if (!sma_record_parse_key(&key, &arena, key_text, NULL)) {
        key_again(&key, &arena);
        if (line >= 0)
            read_value(&key, &arena, sma_str_from(text, (size_t)line + 1));
    }
    sma_arena_fini(&arena);
    return 0;
}
