/* A rewriter of fields for tests: texts get angle brackets, bytes are turned round. */
#ifndef SMA_TESTS_FIELDS_H
#define SMA_TESTS_FIELDS_H

#include "core/schema/fields.h"
#include "tests/support/test.h"

struct test_rewriter {
    const char *tag;      /* NULL: every field */
    struct sma_buf names; /* of the values rewritten, each with a blank behind it */
};

static inline bool test_wants(void *ctx, struct sma_str name, const struct sma_tag_set *tags)
{
    const struct test_rewriter *t = ctx;
    (void)name;
    return !t->tag || sma_map_get(&tags->names, sma_str_z(t->tag));
}

static inline enum sma_status test_rewrite(void *ctx, struct sma_str name, enum sma_leaf_kind kind,
                                           struct sma_str value, struct sma_buf *out,
                                           struct sma_error *err)
{
    struct test_rewriter *t = ctx;
    if (kind == SMA_LEAF_OTHER)
        return sma_fail(err, SMA_EINVAL, "%.*s cannot be rewritten", SMA_STR_ARG(name));
    sma_buf_printf(&t->names, "%.*s ", SMA_STR_ARG(name));
    if (kind == SMA_LEAF_STRING)
        sma_buf_printf(out, "<%.*s>", SMA_STR_ARG(value));
    for (size_t i = kind == SMA_LEAF_BYTES ? value.len : 0; i > 0; i--)
        sma_buf_putc(out, value.ptr[i - 1]);
    return SMA_OK;
}

static inline struct sma_field_rewriter test_rewriter_of(struct test_rewriter *t)
{
    return (struct sma_field_rewriter){.wants = test_wants, .rewrite = test_rewrite, .ctx = t};
}

/* One row of a table: what becomes of a message, and which fields were rewritten. */
struct test_fields_row {
    const char *name, *schema, *json;
    const char *tag;    /* NULL: every field */
    const char *result; /* JSON; with "! " in front: the error */
    const char *names;
    bool fills_empty;
};

#endif
