/* What all steps of reading a schema need: kept strings, new nodes, error messages. */
#include "core/avro/parser.h"

#include "core/avro/avro.h"
#include "core/avro/names.h"
#include "core/avro/print.h"
#include "core/avro/value.h"

/* An unescaped string is a view into the text, which lives as long as the schema. */
static bool is_in_text(const struct sma_avro_parser *p, struct sma_str s)
{
    uintptr_t at = (uintptr_t)s.ptr, from = (uintptr_t)p->text.ptr;
    return at >= from && at - from <= p->text.len;
}

struct sma_str sma_avro_keep(struct sma_avro_parser *p, struct sma_str s)
{
    if (!s.len || is_in_text(p, s))
        return s.len ? s : sma_str_make("", 0);
    struct sma_str copy = sma_arena_copy(p->arena, s);
    if (copy.ptr)
        return copy;
    p->is_out_of_memory = true;
    return sma_str_make("", 0);
}

const struct sma_json *sma_avro_keep_json(struct sma_avro_parser *p, const struct sma_json *v)
{
    return sma_json_copy(p->arena, v, p->text);
}

struct sma_span sma_avro_span(const struct sma_avro_parser *p, const struct sma_json *v)
{
    return p->is_reference ? (struct sma_span){0, 0} : (struct sma_span){v->start, v->end};
}

struct sma_avro_node *sma_avro_node_new(struct sma_avro_parser *p, enum sma_avro_kind kind,
                                        const struct sma_json *json)
{
    struct sma_avro_node *node = sma_arena_calloc(p->arena, 1, sizeof *node);
    if (!node)
        return NULL;
    node->kind = kind;
    node->index = SMA_AVRO_UNNUMBERED;
    node->from_reference = p->is_reference;
    node->span = sma_avro_span(p, json);
    return node;
}

static enum sma_status fail(struct sma_avro_parser *p, size_t offset, const char *what,
                            struct sma_str text)
{
    return sma_fail_at(p->err, SMA_EINVAL, p->is_reference ? SMA_NO_OFFSET : offset, "%s%.*s", what,
                       SMA_STR_ARG(text));
}

enum sma_status sma_avro_fail_text(struct sma_avro_parser *p, const struct sma_json *at,
                                   const char *what, struct sma_str text)
{
    return fail(p, at->start, what, text);
}

enum sma_status sma_avro_fail_json(struct sma_avro_parser *p, const char *what,
                                   const struct sma_json *v)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    sma_avro_put_json(&text, v);
    enum sma_status st = fail(p, v->start, what, sma_buf_str(&text));
    sma_buf_fini(&text);
    return st;
}

enum sma_status sma_avro_fail_node(struct sma_avro_parser *p, uint32_t offset, const char *what,
                                   const struct sma_avro_node *node)
{
    const struct sma_avro_print_options options = {.max_levels = SMA_AVRO_DEPTH_MAX};
    struct sma_buf text;
    sma_buf_init(&text, 0);
    /* A schema too deep to print leaves its beginning, which is all a message has room for. */
    enum sma_status st = sma_avro_put_schema(&text, node, &options, NULL);
    st = st == SMA_ENOMEM ? sma_fail_nomem(p->err) : fail(p, offset, what, sma_buf_str(&text));
    sma_buf_fini(&text);
    return st;
}

enum sma_status sma_avro_check_name(struct sma_avro_parser *p, const struct sma_json *at,
                                    struct sma_str name)
{
    if (!p->is_strict)
        return SMA_OK;
    const char *problem = sma_avro_name_problem(name, SMA_AVRO_NAME_ASCII);
    return problem ? sma_avro_fail_text(p, at, problem, name) : SMA_OK;
}
