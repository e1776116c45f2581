/* Parsing Canonical Form: the part of a schema that decides how its data is read (compat-avro
 * section 7), and fingerprints over it. */
#include "base/map.h"
#include "core/avro/avro.h"
#include "core/avro/model.h"

struct form {
    struct sma_buf *out;
    struct sma_map seen; /* full names written out */
    uint32_t depth_left;
    bool is_too_deep;
    bool is_out_of_memory;
};

static void put_node(struct form *f, const struct sma_avro_node *node);

/* Strings stand as they are: the form knows no escapes, and names need none. */
static void put_raw(struct form *f, const char *before, struct sma_str s)
{
    sma_buf_putz(f->out, before);
    sma_buf_puts(f->out, s);
    sma_buf_putc(f->out, '"');
}

static void put_fields(struct form *f, const struct sma_avro_node *node)
{
    sma_buf_putz(f->out, ",\"fields\":[");
    for (uint32_t i = 0; i < node->record.count && !f->is_too_deep; i++) {
        put_raw(f, i ? ",{\"name\":\"" : "{\"name\":\"", node->record.fields[i].name);
        sma_buf_putz(f->out, ",\"type\":");
        put_node(f, node->record.fields[i].type);
        sma_buf_putc(f->out, '}');
    }
    sma_buf_putc(f->out, ']');
}

static void put_symbols(struct form *f, const struct sma_avro_node *node)
{
    sma_buf_putz(f->out, ",\"symbols\":[");
    for (uint32_t i = 0; i < node->enumeration.count; i++)
        put_raw(f, i ? ",\"" : "\"", node->enumeration.symbols[i]);
    sma_buf_putc(f->out, ']');
}

static void put_definition(struct form *f, const struct sma_avro_node *node)
{
    put_raw(f, "{\"name\":\"", node->name.full);
    put_raw(f, ",\"type\":\"", sma_avro_kind_word(node->kind));
    if (node->kind == SMA_AVRO_RECORD) {
        put_fields(f, node);
    } else if (node->kind == SMA_AVRO_ENUM) {
        put_symbols(f, node);
    } else {
        sma_buf_putz(f->out, ",\"size\":");
        sma_buf_put_u64(f->out, node->fixed.size);
    }
    sma_buf_putc(f->out, '}');
}

static void put_named(struct form *f, const struct sma_avro_node *node)
{
    int is_new = sma_map_add(&f->seen, node->name.full, (void *)node);
    if (is_new < 0)
        f->is_out_of_memory = true;
    else if (is_new)
        put_definition(f, node);
    else
        put_raw(f, "\"", node->name.full);
}

static void put_union(struct form *f, const struct sma_avro_node *node)
{
    sma_buf_putc(f->out, '[');
    for (uint32_t i = 0; i < node->variants.count; i++) {
        if (i)
            sma_buf_putc(f->out, ',');
        put_node(f, node->variants.members[i]);
    }
    sma_buf_putc(f->out, ']');
}

static void put_content(struct form *f, const struct sma_avro_node *node)
{
    if (sma_avro_is_named(node)) {
        put_named(f, node);
    } else if (sma_avro_is_primitive(node)) {
        put_raw(f, "\"", sma_avro_kind_word(node->kind));
    } else if (node->kind == SMA_AVRO_UNION) {
        put_union(f, node);
    } else {
        sma_buf_putz(f->out, node->kind == SMA_AVRO_ARRAY ? "{\"type\":\"array\",\"items\":"
                                                          : "{\"type\":\"map\",\"values\":");
        put_node(f, node->items);
        sma_buf_putc(f->out, '}');
    }
}

static void put_node(struct form *f, const struct sma_avro_node *node)
{
    if (!f->depth_left)
        f->is_too_deep = true;
    if (f->is_too_deep || f->is_out_of_memory || sma_buf_failed(f->out))
        return;
    f->depth_left--;
    put_content(f, node);
    f->depth_left++;
}

enum sma_status sma_avro_put_canonical_form(struct sma_buf *out, const struct sma_schema *schema,
                                            struct sma_error *err)
{
    struct form f = {.out = out, .depth_left = SMA_AVRO_DEPTH_MAX};
    enum sma_status st = SMA_OK;
    sma_map_init(&f.seen);
    put_node(&f, sma_avro_schema_of(schema)->root);
    if (f.is_too_deep)
        st = sma_fail(err, SMA_ELIMIT,
                      "the canonical form exceeds the limit of %d levels of nesting",
                      SMA_AVRO_DEPTH_MAX);
    else if (f.is_out_of_memory || sma_buf_failed(out))
        st = sma_fail_nomem(err);
    sma_map_fini(&f.seen);
    return st;
}

/* ---- fingerprints ---- */

enum sma_status sma_avro_fingerprint_rabin(uint64_t *out, const struct sma_schema *schema,
                                           struct sma_error *err)
{
    struct sma_buf form;
    sma_buf_init(&form, 0);
    enum sma_status st = sma_avro_put_canonical_form(&form, schema, err);
    if (!st)
        *out = sma_crc64_avro(sma_buf_str(&form));
    sma_buf_fini(&form);
    return st;
}

enum sma_status sma_avro_fingerprint_md5(uint8_t out[SMA_MD5_LEN], const struct sma_schema *schema,
                                         struct sma_error *err)
{
    struct sma_buf form;
    sma_buf_init(&form, 0);
    enum sma_status st = sma_avro_put_canonical_form(&form, schema, err);
    if (!st)
        st = sma_md5(out, sma_buf_str(&form), err);
    sma_buf_fini(&form);
    return st;
}

enum sma_status sma_avro_fingerprint_sha256(uint8_t out[SMA_SHA256_LEN],
                                            const struct sma_schema *schema, struct sma_error *err)
{
    struct sma_buf form;
    sma_buf_init(&form, 0);
    enum sma_status st = sma_avro_put_canonical_form(&form, schema, err);
    if (!st)
        st = sma_sha256(out, sma_buf_str(&form), err);
    sma_buf_fini(&form);
    return st;
}
