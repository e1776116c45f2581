/* The tables: documents, identifiers and anchors. Looking things up in them is in refs_find.c. */
#include "core/jsonschema/refs.h"

#include "core/jsonschema/refs_internal.h"
#include "core/jsonschema/uri.h"

/* What the members of an object are to the search for identifiers. */
enum position {
    AT_SCHEMA, /* keywords */
    AT_MAP     /* names of the user's choice, each with a schema */
};

enum sma_draft sma_js_draft_of(const struct sma_json *root, enum sma_draft otherwise)
{
    const struct sma_json *uri = sma_json_getz(root, "$schema");
    enum sma_draft draft = SMA_DRAFT_NONE;
    if (sma_json_is(uri, SMA_JSON_STRING))
        draft = sma_draft_of_uri(uri->text);
    return draft ? draft : otherwise;
}

struct sma_str sma_js_id_keyword(enum sma_draft draft)
{
    return draft == SMA_DRAFT_4 ? SMA_STR("id") : SMA_STR("$id");
}

enum sma_status sma_js_refs_charge(struct sma_js_refs *refs, size_t bytes, struct sma_error *err)
{
    uint64_t steps = 1 + bytes / 32;
    if (refs->steps_left < steps)
        return sma_fail(err, SMA_ELIMIT, "resolving the references takes more than %u steps",
                        SMA_JS_REF_STEPS_MAX);
    refs->steps_left -= (uint32_t)steps;
    return SMA_OK;
}

enum sma_status sma_js_refs_resolve(struct sma_str *out, struct sma_js_refs *refs,
                                    struct sma_str base, struct sma_str reference,
                                    struct sma_error *err)
{
    if (reference.len > SMA_JS_URI_BYTES_MAX)
        return sma_fail(err, SMA_ELIMIT, "a URI of %zu bytes is longer than the limit of %u",
                        reference.len, SMA_JS_URI_BYTES_MAX);
    enum sma_status st = sma_js_refs_charge(refs, base.len + reference.len, err);
    if (st)
        return st;
    sma_buf_clear(&refs->buf);
    sma_js_uri_resolve(&refs->buf, base, reference);
    if (refs->buf.len > SMA_JS_URI_BYTES_MAX)
        return sma_fail(err, SMA_ELIMIT, "a resolved URI is longer than the limit of %u bytes",
                        SMA_JS_URI_BYTES_MAX);
    *out = sma_arena_copy(&refs->scratch, sma_buf_str(&refs->buf));
    return out->ptr && !sma_buf_failed(&refs->buf) ? SMA_OK : sma_fail_nomem(err);
}

/* ---- identifiers and anchors --------------------------------------------------------------- */

struct sma_str sma_js_refs_address(const void *const *slot)
{
    return sma_str_make((const char *)slot, sizeof *slot);
}

const struct sma_js_resource *sma_js_refs_resource_at(const struct sma_js_refs *refs,
                                                      const struct sma_json *json)
{
    const void *address = json;
    return refs->by_json.count ? sma_map_get(&refs->by_json, sma_js_refs_address(&address)) : NULL;
}

static enum sma_status add_resource(struct sma_js_resource **out, struct sma_js_refs *refs,
                                    struct sma_js_document *document, struct sma_str uri,
                                    const struct sma_json *root, struct sma_error *err)
{
    struct sma_js_resource *resource = sma_arena_calloc(refs->arena, 1, sizeof *resource);
    if (!resource)
        return sma_fail_nomem(err);
    *resource = (struct sma_js_resource){document, uri, root};
    struct sma_str key = sma_js_refs_address((const void *const *)&resource->root);
    if (sma_map_add(&refs->resources, uri, resource) < 0 ||
        sma_map_add(&refs->by_json, key, resource) < 0)
        return sma_fail_nomem(err);
    *out = resource;
    return SMA_OK;
}

struct sma_str sma_js_refs_anchor_key(struct sma_arena *arena,
                                      const struct sma_js_resource *resource, struct sma_str name)
{
    char *key = sma_arena_alloc(arena, sizeof resource + name.len);
    if (!key)
        return sma_str_make(NULL, 0);
    memcpy(key, &resource, sizeof resource);
    if (name.len)
        memcpy(key + sizeof resource, name.ptr, name.len);
    return sma_str_make(key, sizeof resource + name.len);
}

/* The first of equal anchors in a resource counts. */
static enum sma_status add_anchor(struct sma_js_refs *refs, struct sma_map *anchors,
                                  const struct sma_js_resource *resource, struct sma_str name,
                                  const struct sma_json *json, struct sma_error *err)
{
    struct sma_js_place *place = sma_arena_calloc(&refs->scratch, 1, sizeof *place);
    struct sma_str key = sma_js_refs_anchor_key(&refs->scratch, resource, name);
    if (!place || !key.ptr)
        return sma_fail_nomem(err);
    *place = (struct sma_js_place){json, resource};
    return sma_map_add(anchors, key, place) < 0 ? sma_fail_nomem(err) : SMA_OK;
}

/* `$id` (draft 4: `id`): a new base for what is inside, or, as "#name", only an anchor. The
 * original lets it count beside a `$ref` too, in all drafts. */
static enum sma_status note_id(struct sma_js_refs *refs, const struct sma_json *json,
                               struct sma_js_resource **resource, struct sma_error *err)
{
    struct sma_js_document *document = (*resource)->document;
    const struct sma_json *id = sma_json_get(json, sma_js_id_keyword(document->draft));
    struct sma_str uri, fragment, full;
    bool has_fragment, is_root = json == document->root;
    enum sma_status st = SMA_OK;
    if (!sma_json_is(id, SMA_JSON_STRING))
        return SMA_OK;
    sma_js_uri_split(id->text, &uri, &fragment, &has_fragment);
    if (uri.len && !is_root) {
        st = sma_js_refs_resolve(&full, refs, (*resource)->uri, uri, err);
        if (!st && !(full = sma_arena_copy(refs->arena, full)).ptr)
            st = sma_fail_nomem(err);
        if (!st)
            st = add_resource(resource, refs, document, full, json, err);
    }
    if (!st && fragment.len)
        st = add_anchor(refs, &refs->anchors, *resource, fragment, json, err);
    return st;
}

static enum sma_status note_anchors(struct sma_js_refs *refs, const struct sma_json *json,
                                    const struct sma_js_resource *resource, struct sma_error *err)
{
    const struct sma_json *name = sma_json_getz(json, "$anchor");
    enum sma_status st = SMA_OK;
    if (resource->document->draft < SMA_DRAFT_2019_09 && !refs->is_modern)
        return SMA_OK;
    if (sma_json_is(name, SMA_JSON_STRING))
        st = add_anchor(refs, &refs->anchors, resource, name->text, json, err);
    name = sma_json_getz(json, "$dynamicAnchor");
    if (!st && sma_json_is(name, SMA_JSON_STRING))
        st = add_anchor(refs, &refs->anchors, resource, name->text, json, err);
    if (!st && sma_json_is(name, SMA_JSON_STRING))
        st = add_anchor(refs, &refs->dynamic_anchors, resource, name->text, json, err);
    return st;
}

/* Keywords whose values are data, in which an identifier is only a member. */
static bool holds_data(struct sma_str keyword)
{
    return sma_str_eq(keyword, SMA_STR("enum")) || sma_str_eq(keyword, SMA_STR("const")) ||
           sma_str_eq(keyword, SMA_STR("default")) || sma_str_eq(keyword, SMA_STR("examples"));
}

static bool holds_schemas_by_name(struct sma_str keyword)
{
    return sma_str_eq(keyword, SMA_STR("properties")) ||
           sma_str_eq(keyword, SMA_STR("patternProperties")) ||
           sma_str_eq(keyword, SMA_STR("definitions")) || sma_str_eq(keyword, SMA_STR("$defs")) ||
           sma_str_eq(keyword, SMA_STR("dependencies")) ||
           sma_str_eq(keyword, SMA_STR("dependentSchemas"));
}

/* Goes through a value in search of identifiers; as deep as the document at most. */
static enum sma_status scan(struct sma_js_refs *refs, const struct sma_json *json,
                            struct sma_js_resource *resource, enum position position,
                            struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (json->type == SMA_JSON_ARRAY)
        for (uint32_t i = 0; !st && i < json->count; i++)
            st = scan(refs, &json->items[i], resource, AT_SCHEMA, err);
    if (json->type != SMA_JSON_OBJECT)
        return st;
    if (position == AT_SCHEMA) {
        st = note_id(refs, json, &resource, err);
        if (!st)
            st = note_anchors(refs, json, resource, err);
    }
    for (uint32_t i = 0; !st && i < json->count; i++) {
        const struct sma_json_member *member = &json->members[i];
        bool is_map = position == AT_SCHEMA && holds_schemas_by_name(member->name);
        if (position == AT_SCHEMA && holds_data(member->name))
            continue;
        st = scan(refs, &member->value, resource, is_map ? AT_MAP : AT_SCHEMA, err);
    }
    return st;
}

/* ---- documents ----------------------------------------------------------------------------- */

static uint32_t count_values(const struct sma_json *json)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < json->count; i++)
        count +=
            count_values(json->type == SMA_JSON_ARRAY ? &json->items[i] : &json->members[i].value);
    return count;
}

/* The root's own identifier, then all others. */
static enum sma_status index_document(struct sma_js_refs *refs, struct sma_js_document *document,
                                      struct sma_error *err)
{
    const struct sma_json *id = sma_json_get(document->root, sma_js_id_keyword(document->draft));
    struct sma_str uri = SMA_STR(""), fragment, full;
    bool has_fragment;
    if (sma_json_is(id, SMA_JSON_STRING))
        sma_js_uri_split(id->text, &uri, &fragment, &has_fragment);
    enum sma_status st = sma_js_refs_resolve(&full, refs, document->uri, uri, err);
    if (!st && !(full = sma_arena_copy(refs->arena, full)).ptr)
        st = sma_fail_nomem(err);
    if (!st)
        st = add_resource(&document->resource, refs, document, full, document->root, err);
    if (!st)
        st = scan(refs, document->root, document->resource, AT_SCHEMA, err);
    return st;
}

enum sma_status sma_js_refs_load(struct sma_js_refs *refs, struct sma_js_document *document,
                                 struct sma_error *err)
{
    struct sma_json_options options = {
        .allow_trailing = true, .max_depth = SMA_JS_DEPTH_MAX, .max_values = refs->values_left};
    if (document->root)
        return SMA_OK;
    if (options.max_values > SMA_JSON_VALUES_MAX)
        options.max_values = SMA_JSON_VALUES_MAX;
    if (!refs->values_left)
        return sma_fail(err, SMA_ELIMIT, "the referenced documents have more than %u values",
                        SMA_JS_VALUES_TOTAL_MAX);
    struct sma_str text = sma_arena_copy(refs->arena, document->text);
    if (!text.ptr)
        return sma_fail_nomem(err);
    enum sma_status st = sma_json_parse(&document->root, refs->arena, text, &options, NULL, err);
    if (!st) {
        refs->values_left -= count_values(document->root);
        document->draft = sma_js_draft_of(document->root, refs->draft);
        if ((document->draft >= SMA_DRAFT_2019_09) != refs->is_modern)
            document->draft = refs->is_modern ? SMA_DRAFT_2020_12 : SMA_DRAFT_7;
        st = index_document(refs, document, err);
    }
    if (st)
        sma_error_prefix(err, "reference \"%.*s\": ", SMA_STR_ARG(document->uri));
    return st;
}

enum sma_status sma_js_refs_add(struct sma_js_document **out, struct sma_js_refs *refs,
                                struct sma_str uri, struct sma_str text, struct sma_error *err)
{
    struct sma_js_document *document = sma_arena_calloc(refs->arena, 1, sizeof *document);
    struct sma_str own_uri = sma_arena_copy(refs->arena, uri);
    if (!document || !own_uri.ptr)
        return sma_fail_nomem(err);
    *document = (struct sma_js_document){.uri = own_uri, .text = text, .next = refs->documents};
    if (sma_map_add(&refs->registered, own_uri, document) < 0)
        return sma_fail_nomem(err);
    refs->documents = document;
    *out = document;
    return SMA_OK;
}

/* One registered reference: known by its name resolved against the root's identifier, and by the
 * name as it is. Of equal names the first counts. */
static enum sma_status add_registered(struct sma_js_refs *refs,
                                      const struct sma_resolved_reference *reference,
                                      struct sma_error *err)
{
    struct sma_js_document *document;
    struct sma_str name, fragment, full;
    bool has_fragment;
    sma_js_uri_split(reference->reference.name, &name, &fragment, &has_fragment);
    enum sma_status st = sma_js_refs_resolve(&full, refs, refs->main->resource->uri, name, err);
    if (!st)
        st = sma_js_refs_add(&document, refs, full, reference->text, err);
    if (st)
        return st;
    name = sma_arena_copy(&refs->scratch, name);
    return !name.ptr || sma_map_add(&refs->registered, name, document) < 0 ? sma_fail_nomem(err)
                                                                           : SMA_OK;
}

static enum sma_status add_main(struct sma_js_refs *refs, const struct sma_source *source,
                                const struct sma_json *root, struct sma_error *err)
{
    refs->main = sma_arena_calloc(refs->arena, 1, sizeof *refs->main);
    if (!refs->main)
        return sma_fail_nomem(err);
    *refs->main = (struct sma_js_document){
        .uri = refs->is_modern ? SMA_STR("mem://input") : SMA_STR(""),
        .text = source->text,
        .root = root,
        .draft = refs->draft,
        .is_main = true,
    };
    return index_document(refs, refs->main, err);
}

enum sma_status sma_js_refs_init(struct sma_js_refs *refs, struct sma_arena *arena,
                                 const struct sma_source *source, const struct sma_json *root,
                                 struct sma_error *err)
{
    *refs = (struct sma_js_refs){.arena = arena};
    sma_arena_init(&refs->scratch, 0);
    sma_map_init(&refs->registered);
    sma_map_init(&refs->resources);
    sma_map_init(&refs->by_json);
    sma_map_init(&refs->anchors);
    sma_map_init(&refs->dynamic_anchors);
    sma_buf_init(&refs->buf, 8 * SMA_JS_URI_BYTES_MAX);
    refs->draft = sma_js_draft_of(root, SMA_DRAFT_7);
    refs->is_modern = refs->draft >= SMA_DRAFT_2019_09;
    refs->values_left = SMA_JS_VALUES_TOTAL_MAX;
    refs->steps_left = SMA_JS_REF_STEPS_MAX;
    enum sma_status st = add_main(refs, source, root, err);
    for (size_t i = 0; !st && i < source->resolved_count; i++)
        st = add_registered(refs, &source->resolved[i], err);
    return st;
}

void sma_js_refs_fini(struct sma_js_refs *refs)
{
    sma_map_fini(&refs->registered);
    sma_map_fini(&refs->resources);
    sma_map_fini(&refs->by_json);
    sma_map_fini(&refs->anchors);
    sma_map_fini(&refs->dynamic_anchors);
    sma_buf_fini(&refs->buf);
    sma_arena_fini(&refs->scratch);
}
