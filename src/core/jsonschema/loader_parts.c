/* The parts that both loaders make alike: enum, const, not, references, combined schemas,
 * conditionals, and what a result carries beside its class. */
#include "core/jsonschema/loader.h"

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
    sma_js_put_trail(&buf, at->trail);
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
