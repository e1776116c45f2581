/* Helpers of the two loaders, and the work list of reference targets: a target is loaded after the
 * schema that mentions it, so that depth on the stack is the depth of one document and never the
 * length of a chain of references. */
#include "core/jsonschema/loader.h"

#include <stdlib.h>

#include "core/jsonschema/canonical.h"
#include "core/jsonschema/pattern.h"

#define TRAIL_BYTES_MAX 1024u

/* ---- helpers ------------------------------------------------------------------------------- */

enum sma_status sma_js_charge(struct sma_js_loader *loader, size_t entries)
{
    if (loader->entries_left < entries)
        return sma_fail(loader->err, SMA_ELIMIT,
                        "the schema and what it refers to has more than %u entries in its model",
                        SMA_JS_MODEL_ENTRIES_MAX);
    loader->entries_left -= (uint32_t)entries;
    return SMA_OK;
}

void *sma_js_array_new(struct sma_js_loader *loader, size_t count, size_t size, enum sma_status *st)
{
    *st = sma_js_charge(loader, count);
    void *array = *st ? NULL : sma_arena_calloc(loader->arena, count, size);
    if (!*st && !array)
        *st = sma_fail_nomem(loader->err);
    return array;
}

/* The class's own struct. */
static void *details_new(struct sma_js_loader *loader, enum sma_js_class class, bool *is_needed)
{
    static const size_t sizes[SMA_JS_REFERENCE + 1] = {
        [SMA_JS_STRING] = sizeof(struct sma_js_string),
        [SMA_JS_NUMBER] = sizeof(struct sma_js_number),
        [SMA_JS_OBJECT] = sizeof(struct sma_js_object),
        [SMA_JS_ARRAY] = sizeof(struct sma_js_array),
        [SMA_JS_ENUM] = sizeof(struct sma_js_values),
        [SMA_JS_CONST] = sizeof(struct sma_js_values),
        [SMA_JS_COMBINED] = sizeof(struct sma_js_combined),
        [SMA_JS_CONDITIONAL] = sizeof(struct sma_js_conditional),
        [SMA_JS_REFERENCE] = sizeof(struct sma_js_reference),
    };
    *is_needed = sizes[class] > 0;
    return *is_needed ? sma_arena_calloc(loader->arena, 1, sizes[class]) : NULL;
}

enum sma_status sma_js_node_new(struct sma_js_node **out, struct sma_js_loader *loader,
                                enum sma_js_class class, const struct sma_js_at *at)
{
    enum sma_status st;
    bool is_needed;
    struct sma_js_node *node = sma_js_array_new(loader, 1, sizeof *node, &st);
    if (st)
        return st;
    node->class = class;
    node->source = at->json;
    node->is_main = at->resource->document->is_main;
    node->draft = at->resource->document->draft;
    node->string = details_new(loader, class, &is_needed);
    if (is_needed && !node->string)
        return sma_fail_nomem(loader->err);
    *out = node;
    return SMA_OK;
}

void sma_js_put_trail(struct sma_buf *buf, const struct sma_js_trail *trail)
{
    const struct sma_js_trail *chain[SMA_JS_DEPTH_MAX + 2];
    size_t count = 0;
    for (; trail && count < sizeof chain / sizeof *chain; trail = trail->parent)
        chain[count++] = trail;
    for (size_t i = count; i-- > 0;) {
        if (i + 1 < count)
            sma_buf_putc(buf, '/');
        if (chain[i]->name.ptr)
            sma_buf_puts(buf, sma_str_head(chain[i]->name, 200));
        else
            sma_buf_put_u64(buf, chain[i]->index);
        if (buf->len > TRAIL_BYTES_MAX) {
            sma_buf_putz(buf, "…");
            break;
        }
    }
}

enum sma_status sma_js_fail(struct sma_js_loader *loader, const struct sma_js_at *at,
                            const char *fmt, ...)
{
    struct sma_buf buf;
    va_list args;
    sma_buf_init(&buf, 2 * SMA_ERROR_MESSAGE_MAX);
    sma_js_put_trail(&buf, at->trail);
    sma_buf_putz(&buf, ": ");
    size_t offset = at->resource->document->is_main ? at->json->start : SMA_NO_OFFSET;
    va_start(args, fmt);
    enum sma_status st = sma_fail_v(loader->err, SMA_EINVAL, offset, fmt, args);
    va_end(args);
    sma_error_prefix(loader->err, "%.*s", SMA_STR_ARG(sma_buf_str(&buf)));
    sma_buf_fini(&buf);
    return st;
}

static const char *java_name(const struct sma_json *json)
{
    int32_t as_int;
    int64_t as_long;
    switch (json->type) {
    case SMA_JSON_NULL:
        return "null";
    case SMA_JSON_BOOL:
        return "Boolean";
    case SMA_JSON_STRING:
        return "String";
    case SMA_JSON_ARRAY:
        return "JsonArray";
    case SMA_JSON_OBJECT:
        return "JsonObject";
    case SMA_JSON_NUMBER:
        break;
    }
    if (!json->is_integer)
        return "BigDecimal";
    return sma_json_i32(json, &as_int)    ? "Integer"
           : sma_json_i64(json, &as_long) ? "Long"
                                          : "BigInteger";
}

enum sma_status sma_js_wrong_type(struct sma_js_loader *loader, const struct sma_js_at *at,
                                  const char *expected)
{
    bool is_choice = strstr(expected, " or ") != NULL;
    return sma_js_fail(loader, at, "expected type%s %s, found: %s", is_choice ? " is one of" : ":",
                       expected, java_name(at->json));
}

struct sma_js_at sma_js_below(const struct sma_js_at *at, struct sma_js_trail *trail,
                              struct sma_str name, const struct sma_json *json)
{
    *trail = (struct sma_js_trail){at->trail, name, 0};
    return (struct sma_js_at){json, at->resource, trail};
}

struct sma_js_at sma_js_below_index(const struct sma_js_at *at, struct sma_js_trail *trail,
                                    uint32_t index)
{
    *trail = (struct sma_js_trail){at->trail, {NULL, 0}, index};
    return (struct sma_js_at){&at->json->items[index], at->resource, trail};
}

enum sma_status sma_js_text_of(const struct sma_json **out, struct sma_js_loader *loader,
                               const struct sma_js_at *at, const char *keyword)
{
    const struct sma_json *value = sma_json_get(at->json, sma_str_z(keyword));
    struct sma_js_trail trail;
    if (value && value->type != SMA_JSON_STRING) {
        struct sma_js_at below = sma_js_below(at, &trail, sma_str_z(keyword), value);
        return sma_js_wrong_type(loader, &below, "String");
    }
    *out = value;
    return SMA_OK;
}

enum sma_status sma_js_check_pattern(struct sma_js_loader *loader, const struct sma_js_at *at,
                                     struct sma_str pattern)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_regex *regex = NULL;
    enum sma_status st = sma_js_charge(loader, 1 + pattern.len / 64);
    if (st)
        return st;
    st = sma_js_pattern_compile(&regex, pattern, &problem);
    sma_regex_free(regex);
    if (st == SMA_EUNSUPPORTED) /* right, but more than this engine can do; asked only in compat */
        return SMA_OK;
    if (st == SMA_EINVAL)
        return sma_js_fail(loader, at, "%s", problem.message);
    return st ? sma_fail(loader->err, st, "%s", problem.message) : SMA_OK;
}

enum sma_status sma_js_load_names(struct sma_js_names *out, struct sma_js_loader *loader,
                                  const struct sma_js_at *at)
{
    enum sma_status st;
    struct sma_js_trail trail;
    if (at->json->type != SMA_JSON_ARRAY)
        return sma_js_wrong_type(loader, at, "JsonArray");
    struct sma_str *names = sma_js_array_new(loader, at->json->count, sizeof *names, &st);
    for (uint32_t i = 0; !st && i < at->json->count; i++) {
        struct sma_js_at item = sma_js_below_index(at, &trail, i);
        if (item.json->type != SMA_JSON_STRING)
            st = sma_js_wrong_type(loader, &item, "String");
        else
            names[i] = item.json->text;
    }
    if (!st)
        *out = (struct sma_js_names){names, at->json->count};
    return st;
}

static int compare_names(const void *left, const void *right)
{
    const struct sma_str *a = left, *b = right;
    return sma_str_cmp(*a, *b);
}

void sma_js_names_sort(struct sma_js_names *names)
{
    uint32_t kept = 0;
    if (names->count)
        qsort(names->items, names->count, sizeof *names->items, compare_names);
    for (uint32_t i = 0; i < names->count; i++)
        if (!kept || !sma_str_eq(names->items[kept - 1], names->items[i]))
            names->items[kept++] = names->items[i];
    names->count = kept;
}

enum sma_status sma_js_value_text(struct sma_str *out, struct sma_js_loader *loader,
                                  const struct sma_js_at *at)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    enum sma_status st = sma_js_put_canonical(&text, at->json, SMA_JS_ORDER_BY_NAME, loader->err);
    if (!st)
        st = sma_js_charge(loader, 1 + text.len / 64);
    if (!st && !(*out = sma_arena_copy(loader->arena, sma_buf_str(&text))).ptr)
        st = sma_fail_nomem(loader->err);
    sma_buf_fini(&text);
    return st;
}

enum sma_status sma_js_load_schema(struct sma_js_node **out, struct sma_js_loader *loader,
                                   const struct sma_js_at *at)
{
    if (at->json->type == SMA_JSON_BOOL)
        return sma_js_node_new(out, loader, at->json->boolean ? SMA_JS_TRUE : SMA_JS_FALSE, at);
    if (at->json->type != SMA_JSON_OBJECT)
        return sma_js_wrong_type(loader, at, "Boolean or JsonObject");
    struct sma_js_at inner = *at;
    const struct sma_js_resource *own = sma_js_refs_resource_at(&loader->refs, at->json);
    if (own)
        inner.resource = own;
    return loader->is_modern ? sma_js_load_modern(out, loader, &inner)
                             : sma_js_load_classic(out, loader, &inner);
}

/* ---- entry --------------------------------------------------------------------------------- */

static enum sma_status load_targets(struct sma_js_loader *loader)
{
    enum sma_status st = SMA_OK;
    for (struct sma_js_target *target = loader->queue; !st && target; target = target->next) {
        struct sma_js_trail trail = {NULL, target->text, 0};
        struct sma_js_at at = {target->place.json, target->place.resource, &trail};
        st = sma_js_load_schema(&target->node, loader, &at);
    }
    for (struct sma_js_waiting *waiting = loader->waiting; !st && waiting; waiting = waiting->next)
        waiting->reference->target = waiting->target->node;
    return st;
}

/* A `$schema` that is no text fails in the original too. */
static enum sma_status load_root(struct sma_js_node **out, struct sma_js_loader *loader,
                                 const struct sma_json *root)
{
    struct sma_js_trail trail = {NULL, SMA_STR("#"), 0};
    struct sma_js_at at = {root, loader->refs.main->resource, &trail};
    const struct sma_json *draft = NULL;
    enum sma_status st = sma_js_text_of(&draft, loader, &at, "$schema");
    if (!st)
        st = sma_js_load_schema(out, loader, &at);
    return st ? st : load_targets(loader);
}

static void loader_init(struct sma_js_loader *loader, struct sma_arena *arena,
                        struct sma_error *err)
{
    *loader = (struct sma_js_loader){
        .arena = arena, .entries_left = SMA_JS_MODEL_ENTRIES_MAX, .err = err};
    loader->queue_end = &loader->queue;
    sma_map_init(&loader->targets);
    sma_map_init(&loader->signatures);
    sma_buf_init(&loader->text, 0);
}

static void loader_fini(struct sma_js_loader *loader)
{
    sma_map_fini(&loader->targets);
    sma_map_fini(&loader->signatures);
    sma_buf_fini(&loader->text);
    sma_js_refs_fini(&loader->refs);
}

enum sma_status sma_js_model_load(const struct sma_js_model **out, struct sma_arena *arena,
                                  const struct sma_source *source, const struct sma_json *root,
                                  bool *met_remote, struct sma_error *err)
{
    struct sma_js_loader loader;
    struct sma_js_node *node = NULL;
    loader_init(&loader, arena, err);
    enum sma_status st = sma_js_refs_init(&loader.refs, arena, source, root, err);
    loader.is_modern = loader.refs.is_modern;
    if (!st)
        st = load_root(&node, &loader, root);
    *met_remote = st == SMA_EINVAL && loader.refs.met_remote;
    struct sma_js_model *model = st ? NULL : sma_arena_calloc(arena, 1, sizeof *model);
    if (model) {
        *model = (struct sma_js_model){node, loader.is_modern};
        *out = model;
    } else if (!st) {
        st = sma_fail_nomem(err);
    }
    loader_fini(&loader);
    return st;
}
