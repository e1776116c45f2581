/* Helpers of the two loaders, the parts they make alike, and the work list of reference targets: a
 * target is loaded after the schema that mentions it, so that depth on the stack is the depth of
 * one document and never the length of a chain of references. */
#include "core/jsonschema/loader.h"

#include <stdlib.h>

#include "core/jsonschema/canonical.h"
#include "core/jsonschema/pattern.h"

#define TRAIL_BYTES_MAX 1024u

/* ---- helpers -----------------------------------------------------------------------------------
 */

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

static void put_trail(struct sma_buf *buf, const struct sma_js_trail *trail)
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
    put_trail(&buf, at->trail);
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

/* ---- parts that both loaders make alike --------------------------------------------------------
 */

enum sma_status sma_js_load_enum(struct sma_js_node **out, struct sma_js_loader *loader,
                                 const struct sma_js_at *at)
{
    struct sma_js_node *node = NULL;
    struct sma_js_trail trail;
    if (at->json->type != SMA_JSON_ARRAY)
        return sma_js_wrong_type(loader, at, "JsonArray");
    uint32_t count = at->json->count;
    enum sma_status st = sma_js_node_new(&node, loader, SMA_JS_ENUM, at);
    if (st)
        return st;
    struct sma_js_values *values = node->values;
    values->written.items = sma_js_array_new(loader, count, sizeof(struct sma_str), &st);
    if (!st)
        values->set.items = sma_js_array_new(loader, count, sizeof(struct sma_str), &st);
    for (uint32_t i = 0; !st && i < count; i++) {
        struct sma_js_at item = sma_js_below_index(at, &trail, i);
        st = sma_js_value_text(&values->written.items[i], loader, &item);
        if (!st)
            values->set.items[i] = values->written.items[i];
    }
    if (st)
        return st;
    values->written.count = values->set.count = count;
    sma_js_names_sort(&values->set);
    *out = node;
    return SMA_OK;
}

enum sma_status sma_js_load_const(struct sma_js_node **out, struct sma_js_loader *loader,
                                  const struct sma_js_at *at)
{
    struct sma_js_node *node = NULL;
    enum sma_status st = sma_js_node_new(&node, loader, SMA_JS_CONST, at);
    if (st)
        return st;
    struct sma_str *text = sma_js_array_new(loader, 1, sizeof *text, &st);
    if (!st)
        st = sma_js_value_text(text, loader, at);
    if (st)
        return st;
    node->values->written = node->values->set = (struct sma_js_names){text, 1};
    *out = node;
    return SMA_OK;
}

enum sma_status sma_js_load_not(struct sma_js_node **out, struct sma_js_loader *loader,
                                const struct sma_js_at *at)
{
    struct sma_js_node *node = NULL;
    enum sma_status st = sma_js_node_new(&node, loader, SMA_JS_NOT, at);
    if (!st)
        st = sma_js_load_schema(&node->inner, loader, at);
    if (!st)
        *out = node;
    return st;
}

/* The one target of everything that points at this place. */
static enum sma_status target_of(struct sma_js_target **out, struct sma_js_loader *loader,
                                 const struct sma_js_place *place, struct sma_str text)
{
    const void *address = place->json;
    struct sma_str key = sma_str_make((const char *)&address, sizeof address);
    struct sma_js_target *target = sma_map_get(&loader->targets, key);
    if (!target) {
        target = sma_arena_calloc(&loader->refs.scratch, 1, sizeof *target);
        if (!target)
            return sma_fail_nomem(loader->err);
        *target = (struct sma_js_target){.place = *place, .text = text};
        key.ptr = (const char *)&target->place.json;
        if (!sma_map_put(&loader->targets, key, target))
            return sma_fail_nomem(loader->err);
        *loader->queue_end = target;
        loader->queue_end = &target->next;
    }
    *out = target;
    return SMA_OK;
}

static enum sma_status await_target(struct sma_js_loader *loader,
                                    struct sma_js_reference *reference,
                                    struct sma_js_target *target)
{
    struct sma_js_waiting *waiting = sma_arena_calloc(&loader->refs.scratch, 1, sizeof *waiting);
    if (!waiting)
        return sma_fail_nomem(loader->err);
    *waiting = (struct sma_js_waiting){reference, target, loader->waiting};
    loader->waiting = waiting;
    return SMA_OK;
}

enum sma_status sma_js_load_reference(struct sma_js_node **out, struct sma_js_loader *loader,
                                      const struct sma_js_at *at, bool is_dynamic)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_js_node *node = NULL;
    struct sma_js_place place;
    struct sma_js_target *target = NULL;
    if (at->json->type != SMA_JSON_STRING)
        return sma_js_wrong_type(loader, at, "String");
    enum sma_status st =
        sma_js_refs_find(&place, &loader->refs, at->resource, at->json->text, is_dynamic, &problem);
    if (st == SMA_EINVAL)
        return sma_js_fail(loader, at, "%s", problem.message);
    if (st)
        return sma_fail(loader->err, st, "%s", problem.message);
    st = sma_js_node_new(&node, loader, SMA_JS_REFERENCE, at);
    if (!st)
        st = target_of(&target, loader, &place, at->json->text);
    if (!st)
        st = await_target(loader, node->reference, target);
    if (st)
        return st;
    node->reference->text = at->json->text;
    *out = node;
    return SMA_OK;
}

enum sma_status sma_js_load_later(struct sma_js_loader *loader, const struct sma_js_at *at)
{
    struct sma_js_place place = {at->json, at->resource};
    struct sma_js_target *target;
    struct sma_buf buf;
    sma_buf_init(&buf, 0);
    put_trail(&buf, at->trail);
    struct sma_str text = sma_arena_copy(&loader->refs.scratch, sma_buf_str(&buf));
    sma_buf_fini(&buf);
    return text.ptr ? target_of(&target, loader, &place, text) : sma_fail_nomem(loader->err);
}

enum sma_status sma_js_combined_new(struct sma_js_node **out, struct sma_js_loader *loader,
                                    const struct sma_js_at *at, enum sma_js_criterion criterion,
                                    struct sma_js_node **members, uint32_t count)
{
    enum sma_status st = sma_js_node_new(out, loader, SMA_JS_COMBINED, at);
    if (!st)
        *(*out)->combined = (struct sma_js_combined){
            .criterion = criterion, .members = members, .member_count = count};
    return st;
}

/* The original's loader for the modern drafts puts the members of a generated allOf into the list
 * around it, whatever that list's criterion; verdicts depend on it. */
static struct sma_js_node **splice(struct sma_js_loader *loader, struct sma_js_node **members,
                                   uint32_t *count, enum sma_status *st)
{
    size_t total = 0, at = 0;
    for (uint32_t i = 0; i < *count; i++)
        total += members[i]->is_generated && members[i]->combined->criterion == SMA_JS_ALL_OF
                     ? members[i]->combined->member_count
                     : 1;
    struct sma_js_node **joined = sma_js_array_new(loader, total, sizeof *joined, st);
    for (uint32_t i = 0; !*st && i < *count; i++) {
        const struct sma_js_node *member = members[i];
        if (!member->is_generated || member->combined->criterion != SMA_JS_ALL_OF)
            joined[at++] = members[i];
        else
            for (uint32_t k = 0; k < member->combined->member_count; k++)
                joined[at++] = member->combined->members[k];
    }
    *count = (uint32_t)total;
    return joined;
}

enum sma_status sma_js_load_combined(struct sma_js_node **out, struct sma_js_loader *loader,
                                     const struct sma_js_at *at, enum sma_js_criterion criterion)
{
    enum sma_status st;
    struct sma_js_node *node = NULL;
    struct sma_js_trail trail;
    if (at->json->type != SMA_JSON_ARRAY)
        return sma_js_wrong_type(loader, at, "JsonArray");
    uint32_t count = at->json->count;
    struct sma_js_node **members = sma_js_array_new(loader, count, sizeof *members, &st);
    for (uint32_t i = 0; !st && i < count; i++) {
        struct sma_js_at item = sma_js_below_index(at, &trail, i);
        st = sma_js_load_schema(&members[i], loader, &item);
    }
    if (!st && loader->is_modern)
        members = splice(loader, members, &count, &st);
    if (!st)
        st = sma_js_combined_new(&node, loader, at, criterion, members, count);
    if (!st)
        st = sma_js_distinguish(node, loader);
    if (!st)
        *out = node;
    return st;
}

static enum sma_status load_member(struct sma_js_node **out, struct sma_js_loader *loader,
                                   const struct sma_js_at *at, const char *keyword)
{
    const struct sma_json *value = sma_json_get(at->json, sma_str_z(keyword));
    struct sma_js_trail trail;
    if (!value)
        return SMA_OK;
    struct sma_js_at below = sma_js_below(at, &trail, sma_str_z(keyword), value);
    return sma_js_load_schema(out, loader, &below);
}

enum sma_status sma_js_load_conditional(struct sma_js_node **out, struct sma_js_loader *loader,
                                        const struct sma_js_at *at)
{
    struct sma_js_node *node = NULL;
    enum sma_status st = sma_js_node_new(&node, loader, SMA_JS_CONDITIONAL, at);
    if (!st)
        st = load_member(&node->conditional->condition, loader, at, "if");
    if (!st)
        st = load_member(&node->conditional->consequence, loader, at, "then");
    if (!st)
        st = load_member(&node->conditional->alternative, loader, at, "else");
    if (!st)
        *out = node;
    return st;
}

/* Keywords that say nothing to the comparison but must be of the right type all the same. */
static enum sma_status check_flags(struct sma_js_loader *loader, const struct sma_js_at *at,
                                   enum sma_draft draft)
{
    static const struct {
        const char *name;
        enum sma_draft since;
    } flags[] = {
        {"readOnly", SMA_DRAFT_7}, {"writeOnly", SMA_DRAFT_7}, {"deprecated", SMA_DRAFT_2019_09}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        const struct sma_json *value = sma_json_get(at->json, sma_str_z(flags[i].name));
        struct sma_js_trail trail;
        if (!value || value->type == SMA_JSON_BOOL || draft < flags[i].since)
            continue;
        if (!loader->is_modern && sma_json_getz(at->json, "$ref"))
            continue;
        struct sma_js_at below = sma_js_below(at, &trail, sma_str_z(flags[i].name), value);
        return sma_js_wrong_type(loader, &below, "Boolean");
    }
    return SMA_OK;
}

/* A plain reference keeps title and description but no default; the modern drafts' identifiers are
 * not part of the model. minContains and maxContains of the older drafts, which do not know them,
 * are nevertheless compared when the whole is an Array. */
enum sma_status sma_js_load_annotations(struct sma_js_node *node, struct sma_js_loader *loader,
                                        const struct sma_js_at *at)
{
    const struct sma_json *connect = sma_json_getz(at->json, "connect.type");
    const struct sma_json *id = NULL;
    enum sma_draft draft = at->resource->document->draft;
    enum sma_status st = check_flags(loader, at, draft);
    if (!st)
        st = sma_js_text_of(&node->title, loader, at, "title");
    if (!st)
        st = sma_js_text_of(&node->description, loader, at, "description");
    if (!st && !loader->is_modern)
        st = sma_js_text_of(&id, loader, at, draft == SMA_DRAFT_4 ? "id" : "$id");
    if (st)
        return st;
    if (node->class != SMA_JS_REFERENCE) {
        node->id = id;
        node->default_value = sma_json_getz(at->json, "default");
    }
    node->source = at->json;
    node->is_whole = true;
    node->is_connect_bytes =
        sma_json_is(connect, SMA_JSON_STRING) && sma_str_eqz(connect->text, "bytes");
    return SMA_OK;
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

/* ---- entry -------------------------------------------------------------------------------------
 */

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
