#include "core/avro/read.h"

#include "core/avro/avro.h"
#include "core/avro/names.h"
#include "core/avro/parser.h"
#include "core/avro/print.h"
#include "core/avro/value.h"

/* ---- one text ---- */

static void forget_lists(struct sma_avro_parser *p)
{
    sma_arena_reset(&p->scratch);
    p->pending = NULL;
    p->bounds = NULL;
    p->unions = NULL;
    p->pending_count = p->pending_capacity = 0;
    p->bound_count = p->bound_capacity = 0;
    p->union_count = p->union_capacity = 0;
    p->has_null_property = false;
}

/* Only white space may follow the value; even a comment is too much. */
static enum sma_status refuse_rest(struct sma_avro_parser *p, size_t end)
{
    struct sma_str rest = sma_avro_java_trim(sma_str_from(p->text, end));
    if (!rest.len)
        return SMA_OK;
    return sma_fail_at(p->err, SMA_EINVAL, p->is_reference ? SMA_NO_OFFSET : end,
                       "dangling content after end of schema: %.*s", SMA_STR_ARG(rest));
}

/* `text` lives as long as the schema. */
static enum sma_status read_text(struct sma_avro_parser *p, const struct sma_avro_node **root,
                                 struct sma_str text)
{
    static const struct sma_json_options options = {.comments = true, .allow_trailing = true};
    const struct sma_json *json;
    size_t end;
    forget_lists(p);
    p->text = text;
    enum sma_status st = sma_json_parse(&json, &p->scratch, text, &options, &end, p->err);
    if (!st)
        st = sma_avro_parse_type(p, root, json, sma_str_make(NULL, 0));
    if (!st && p->is_out_of_memory)
        st = sma_fail_nomem(p->err);
    if (!st)
        st = sma_avro_resolve(p, root);
    return st ? st : refuse_rest(p, end);
}

/* ---- references, then the schema itself ---- */

static enum sma_status read_reference(struct sma_avro_parser *p, struct sma_str *known,
                                      struct sma_str text)
{
    const struct sma_avro_node *root = NULL;
    struct sma_str copy = sma_arena_copy(p->arena, text);
    if (!copy.ptr)
        return sma_fail_nomem(p->err);
    enum sma_status st = read_text(p, &root, copy);
    if (!st && sma_avro_is_named(root))
        known[p->schema->known_count++] = root->name.full;
    return st;
}

static enum sma_status read_references(struct sma_avro_parser *p, const struct sma_source *source)
{
    struct sma_str *known = sma_arena_calloc(p->arena, source->resolved_count, sizeof *known);
    enum sma_status st = known ? SMA_OK : sma_fail_nomem(p->err);
    p->schema->known_names = known;
    p->is_reference = true;
    for (size_t i = 0; !st && i < source->resolved_count; i++)
        st = read_reference(p, known, source->resolved[i].text);
    p->is_reference = false;
    /* An offset into a reference's text would be taken for one into the schema's own. */
    if (st && p->err)
        p->err->offset = SMA_NO_OFFSET;
    return st;
}

static enum sma_status read_all(struct sma_avro_schema *schema, const struct sma_source *source,
                                const struct sma_parse_options *options, struct sma_error *err)
{
    struct sma_avro_parser p = {
        .schema = schema,
        .arena = &schema->base.arena,
        .is_strict = options->mode == SMA_PARSE_STRICT,
        .work = {SMA_AVRO_DEFAULT_STEPS_MAX},
        .err = err,
    };
    sma_arena_init(&p.scratch, 0);
    sma_map_init(&p.types);
    enum sma_status st = read_references(&p, source);
    if (!st)
        st = read_text(&p, &schema->root, schema->base.text);
    sma_map_fini(&p.types);
    sma_arena_fini(&p.scratch);
    return st;
}

/* ---- after the text ---- */

static enum sma_status check_name(struct sma_str name, struct sma_span span, struct sma_error *err)
{
    const char *problem = sma_avro_name_problem(name, SMA_AVRO_NAME_UNICODE);
    if (!problem)
        return SMA_OK;
    return sma_fail_at(err, SMA_EINVAL, span.start, "%s%.*s", problem, SMA_STR_ARG(name));
}

static enum sma_status check_node_names(const struct sma_avro_node *node, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (!sma_avro_is_named(node) || node->from_reference)
        return SMA_OK;
    st = check_name(node->name.name, node->name_span, err);
    if (node->kind == SMA_AVRO_RECORD)
        for (uint32_t i = 0; !st && i < node->record.count; i++)
            st = check_name(node->record.fields[i].name, node->record.fields[i].name_span, err);
    if (node->kind == SMA_AVRO_ENUM)
        for (uint32_t i = 0; !st && i < node->enumeration.count; i++)
            st = check_name(node->enumeration.symbols[i], node->content_span, err);
    return st;
}

/* The rule for names that lax reading applies, to the schema's own text only. */
static enum sma_status check_names(const struct sma_avro_schema *schema, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    for (uint32_t i = 0; !st && i < schema->node_count; i++)
        st = check_node_names(schema->nodes[i], err);
    return st;
}

static enum sma_status print_canonical(struct sma_avro_schema *schema, struct sma_error *err)
{
    const struct sma_avro_print_options options = {
        .known_names = schema->known_names,
        .known_count = schema->known_count,
        .max_levels = SMA_JSON_DEPTH_MAX, /* it has to be readable again */
    };
    struct sma_buf text;
    sma_buf_init(&text, SMA_RESOLVED_BYTES_MAX);
    enum sma_status st = sma_avro_put_schema(&text, schema->root, &options, err);
    if (!st) {
        schema->base.canonical = sma_arena_copy(&schema->base.arena, sma_buf_str(&text));
        if (!schema->base.canonical.ptr)
            st = sma_fail_nomem(err);
    }
    sma_buf_fini(&text);
    return st;
}

enum sma_status sma_avro_read(struct sma_schema **out, const struct sma_source *source,
                              const struct sma_parse_options *options, struct sma_error *err)
{
    struct sma_schema *schema =
        sma_schema_new(&sma_format_avro, sizeof(struct sma_avro_schema), source);
    if (!schema)
        return sma_fail_nomem(err);
    struct sma_avro_schema *avro = (struct sma_avro_schema *)schema;
    enum sma_status st = read_all(avro, source, options, err);
    if (!st)
        st = sma_avro_number(avro, err);
    if (!st)
        st = sma_avro_make_keys(avro, err);
    if (!st && options->mode == SMA_PARSE_LAX)
        st = check_names(avro, err);
    if (!st)
        st = print_canonical(avro, err);
    if (st) {
        sma_schema_unref(schema);
        return st;
    }
    *out = schema;
    return SMA_OK;
}
