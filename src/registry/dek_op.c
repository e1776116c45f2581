#include "registry/dek_op.h"

#include "base/utf8.h"
#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/text.h"
#include "store/record.h"

#define NAME_UNITS_MAX 256u

/* ---- the operation ------------------------------------------------------------------------------
 */

struct sma_key_op *sma_key_op_new(struct sma_registry *registry, const struct sma_op_kind *kind,
                                  const void *request, sma_key_fn *fn, void *ctx)
{
    struct sma_key_op *op = sma_op_new(sizeof *op, kind, registry);
    if (!op) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_failure failure = {sma_fail_nomem(&err), &err, sma_str_z(err.message)};
        fn(ctx, NULL, &failure);
        return NULL;
    }
    op->request = request;
    op->fn = fn;
    op->ctx = ctx;
    sma_arena_init(&op->kept, 0);
    return op;
}

void sma_key_op_finish(struct sma_op *base, enum sma_status st, const struct sma_error *err)
{
    struct sma_key_op *op = (struct sma_key_op *)base;
    struct sma_failure failure = {st, err, sma_str_z(err->message)};
    op->fn(op->ctx, st ? NULL : &op->result, st ? &failure : NULL);
    sma_arena_fini(&op->kept);
    sma_op_free(base);
}

void sma_key_op_refuse(struct sma_key_op *op, enum sma_status st, const struct sma_error *err)
{
    sma_key_op_finish(&op->op, st, err);
}

enum sma_status sma_key_op_prepare(struct sma_op *base, struct sma_loader *loader,
                                   struct sma_error *err)
{
    (void)base;
    (void)loader;
    (void)err;
    return SMA_OK;
}

/* ---- rows ---------------------------------------------------------------------------------------
 */

static enum sma_status append(struct sma_txn *txn, struct sma_buf *key, struct sma_buf *value,
                              struct sma_error *err)
{
    enum sma_status st = sma_op_append(txn, key, value, err);
    sma_buf_fini(key);
    sma_buf_fini(value);
    return st;
}

enum sma_status sma_key_put_kek(struct sma_key_op *op, struct sma_txn *txn,
                                const struct sma_kek *kek, struct sma_error *err)
{
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_kek_key(&key, kek->name);
    sma_record_kek_value(&value, kek);
    enum sma_status st = append(txn, &key, &value, err);
    if (!st)
        st = sma_view_kek(sma_txn_view(txn), &op->op.arena, kek->name, &op->kek, err);
    if (!st)
        op->result.kek = &op->kek;
    return st;
}

enum sma_status sma_key_put_dek(struct sma_key_op *op, struct sma_txn *txn,
                                const struct sma_dek *dek, struct sma_error *err)
{
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_dek_key(&key, &dek->key);
    sma_record_dek_value(&value, dek);
    enum sma_status st = append(txn, &key, &value, err);
    if (!st)
        st = sma_view_dek(sma_txn_view(txn), &op->op.arena, &dek->key, SMA_WITH_DELETED, &op->dek,
                          err);
    if (!st)
        op->result.dek = &op->dek;
    return st;
}

enum sma_status sma_key_check_room(struct sma_key_op *op, struct sma_view *view,
                                   struct sma_error *err)
{
    int64_t max = op->op.registry->options.keys_max, count;
    enum sma_status st = sma_view_key_count(view, &count, err);
    if (!st && count >= max)
        st = sma_refuse(err, SMA_CODE_TOO_MANY_KEYS, "A maximum of %lld keys already exist",
                        (long long)max);
    return st;
}

/* ---- rules --------------------------------------------------------------------------------------
 */

enum sma_status sma_key_not_found(struct sma_str name, struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_KEY_NOT_FOUND, "Key '%.*s' not found", SMA_STR_ARG(name));
}

enum sma_status sma_key_invalid(const char *field, struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_INVALID_KEY,
                      "Invalid or missing value for field '%s' of key", field);
}

enum sma_status sma_key_moved(struct sma_error *err)
{
    return sma_fail(err, SMA_EBUSY, "the key was changed meanwhile, try again");
}

bool sma_kek_is_same_key(const struct sma_kek *a, const struct sma_kek *b)
{
    return sma_str_eq(a->kms_type, b->kms_type) && sma_str_eq(a->kms_key_id, b->kms_key_id) &&
           sma_str_eq(a->kms_props, b->kms_props);
}

static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

enum sma_status sma_kek_check_name(struct sma_str name, struct sma_error *err)
{
    bool is_valid = name.len > 0 && name.len <= NAME_UNITS_MAX;
    for (size_t i = 0; is_valid && i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        is_valid = is_letter(c) || c == '_' || (i && ((c >= '0' && c <= '9') || c == '-'));
    }
    return is_valid ? SMA_OK : sma_key_invalid("name", err);
}

/* Java's ISO control characters: U+0000 to U+001F, U+007F to U+009F. */
enum sma_status sma_dek_check_subject(struct sma_str subject, struct sma_error *err)
{
    bool is_valid = subject.len > 0;
    while (is_valid && subject.len) {
        uint32_t c;
        size_t len = sma_utf8_decode(subject, &c);
        is_valid = len && c >= 0x20 && !(c >= 0x7f && c <= 0x9f);
        subject = sma_str_from(subject, len);
    }
    return is_valid ? SMA_OK : sma_key_invalid("subject", err);
}

struct sma_str sma_kek_normal_type(struct sma_str type)
{
    static const struct {
        struct sma_str start, type;
    } known[] = {
        {SMA_STR_INIT("aws"), SMA_STR_INIT("aws-kms")},
        {SMA_STR_INIT("azure"), SMA_STR_INIT("azure-kms")},
        {SMA_STR_INIT("gcp"), SMA_STR_INIT("gcp-kms")},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (sma_str_eq_nocase(sma_str_head(type, known[i].start.len), known[i].start))
            return known[i].type;
    return type;
}

struct sma_str sma_kek_props_text(struct sma_arena *arena, const struct sma_properties *props)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    struct sma_json_writer w = sma_json_writer_on(&text);
    sma_jw_object_open(&w);
    for (size_t i = 0; i < props->count; i++) {
        sma_jw_name_str(&w, props->items[i].name);
        sma_jw_string(&w, props->items[i].value);
    }
    sma_jw_object_close(&w);
    return sma_text_keep(arena, &text);
}
