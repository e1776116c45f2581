/* Where in the candidate a finding is shown. */
#include "cli/session.h"
#include "core/avro/avro.h"
#include "core/json/json.h"
#include "core/jsonschema/jsonschema.h"
#include "core/protobuf/protobuf.h"
#include "core/protobuf/schema.h"

/* The next "/part" of a path, "~1" and "~0" undone by comparing only: names with them are rare. */
static bool next_part(struct sma_str *part, struct sma_str *rest)
{
    if (sma_str_starts(*rest, SMA_STR("#")))
        *rest = sma_str_from(*rest, 1);
    if (!sma_str_starts(*rest, SMA_STR("/")))
        return false;
    *rest = sma_str_from(*rest, 1);
    ptrdiff_t slash = sma_str_chr(*rest, '/');
    *part = slash < 0 ? *rest : sma_str_head(*rest, (size_t)slash);
    *rest = sma_str_from(*rest, part->len);
    return true;
}

/* The deepest element that the path still leads to. */
static struct sma_span json_nearest(const struct sma_json *v, struct sma_str path)
{
    struct sma_str part;
    struct sma_span span = {v->start, v->start + 1};
    while (next_part(&part, &path)) {
        size_t index = 0;
        for (size_t i = 0; i < part.len && part.len < 8; i++)
            index = index * 10 + (size_t)(part.ptr[i] - '0');
        if (v->type == SMA_JSON_ARRAY && part.len && part.ptr[0] >= '0' && part.ptr[0] <= '9' &&
            index < v->count) {
            v = &v->items[index];
            span = (struct sma_span){v->start, v->end};
            continue;
        }
        const struct sma_json_member *member = sma_json_find(v, part);
        if (!member)
            return span;
        span = (struct sma_span){member->name_start, member->name_end};
        v = &member->value;
    }
    return span;
}

static const struct sma_json *tree_of(const struct sma_schema *schema, struct sma_arena *arena)
{
    static const struct sma_json_options options = {
        .comments = true, .allow_trailing = true, .max_depth = 512};
    const struct sma_json *root;
    return sma_json_parse(&root, arena, schema->text, &options, NULL, NULL) ? NULL : root;
}

static struct sma_span locate_json(const struct sma_schema *schema, struct sma_str path)
{
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    const struct sma_json *root = tree_of(schema, &arena);
    struct sma_span span = root ? json_nearest(root, path) : (struct sma_span){0, 0};
    sma_arena_fini(&arena);
    return span;
}

/* "#/Outer/Inner/3": the innermost message that the candidate still has, else its first line. */
static struct sma_span locate_proto(const struct sma_schema *schema, struct sma_str path)
{
    struct sma_str part;
    const struct sma_proto_messages *list = &sma_proto_of(schema)->file->messages;
    struct sma_span span = {0, schema->text.len ? 1 : 0};
    while (next_part(&part, &path)) {
        const struct sma_proto_message *found = NULL;
        for (size_t i = 0; !found && i < list->count; i++)
            if (sma_str_eq(list->items[i].name, part))
                found = &list->items[i];
        if (!found)
            break;
        span = found->span;
        list = &found->messages;
    }
    return span;
}

/* An Avro definition is shown at its name. */
static struct sma_span narrow_avro(struct sma_str text, struct sma_span span)
{
    static const struct sma_json_options options = {
        .comments = true, .allow_trailing = true, .max_depth = 512};
    struct sma_arena arena;
    const struct sma_json *v;
    sma_arena_init(&arena, 0);
    struct sma_str part = sma_str_from(text, span.start);
    if (part.len && part.ptr[0] == '{' && !sma_json_parse(&v, &arena, part, &options, NULL, NULL)) {
        const struct sma_json *name = sma_json_getz(v, "name");
        if (name)
            span = (struct sma_span){span.start + name->start, span.start + name->end};
    }
    sma_arena_fini(&arena);
    return span;
}

/* Not beyond the line it starts on, nor a statement's closing mark. */
static struct sma_span first_line(struct sma_str text, struct sma_span span)
{
    uint32_t end = span.start;
    while (end < span.end && end < text.len && text.ptr[end] != '\n' && text.ptr[end] != '\r')
        end++;
    while (end > span.start + 1 && (text.ptr[end - 1] == ' ' || text.ptr[end - 1] == '{'))
        end--;
    return (struct sma_span){span.start, end};
}

struct sma_span sma_locate(const struct sma_schema *schema, const struct sma_finding *finding,
                           struct sma_span span)
{
    bool is_proto = schema->format == &sma_format_protobuf;
    if (span.end <= span.start || span.end > schema->text.len)
        span = is_proto ? locate_proto(schema, finding->path) : locate_json(schema, finding->path);
    if (schema->format == &sma_format_avro && span.end > span.start)
        span = narrow_avro(schema->text, span);
    return first_line(schema->text, span);
}
