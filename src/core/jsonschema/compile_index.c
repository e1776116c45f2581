/* Finding schemas: walks documents along the keywords that hold schemas, notes identifiers and
 * anchors, and follows references. It knows nothing of what keywords demand. */
#include "core/jsonschema/compile_index.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/jsonschema/compile_uri.h"
#include "core/jsonschema/metaschema.h"
#include "core/jsonschema/pointer.h"

/* Meta-schemas of meta-schemas that are followed to find the draft. */
#define META_DEPTH_MAX 8

/* What a keyword's value holds. */
enum holds {
    HOLDS_SCHEMA,
    HOLDS_SCHEMAS,        /* an array of them */
    HOLDS_MAP,            /* an object of them */
    HOLDS_SCHEMA_OR_LIST, /* items before 2020-12 */
    HOLDS_MAP_OR_NAMES    /* dependencies: schemas or arrays of names */
};

static const struct {
    const char *name;
    enum holds holds;
    enum sma_draft since;
} containers[] = {
    {"properties", HOLDS_MAP, SMA_DRAFT_4},
    {"patternProperties", HOLDS_MAP, SMA_DRAFT_4},
    {"additionalProperties", HOLDS_SCHEMA, SMA_DRAFT_4},
    {"items", HOLDS_SCHEMA_OR_LIST, SMA_DRAFT_4},
    {"additionalItems", HOLDS_SCHEMA, SMA_DRAFT_4},
    {"allOf", HOLDS_SCHEMAS, SMA_DRAFT_4},
    {"anyOf", HOLDS_SCHEMAS, SMA_DRAFT_4},
    {"oneOf", HOLDS_SCHEMAS, SMA_DRAFT_4},
    {"not", HOLDS_SCHEMA, SMA_DRAFT_4},
    {"definitions", HOLDS_MAP, SMA_DRAFT_4},
    {"dependencies", HOLDS_MAP_OR_NAMES, SMA_DRAFT_4},
    {"contains", HOLDS_SCHEMA, SMA_DRAFT_6},
    {"propertyNames", HOLDS_SCHEMA, SMA_DRAFT_6},
    {"if", HOLDS_SCHEMA, SMA_DRAFT_7},
    {"then", HOLDS_SCHEMA, SMA_DRAFT_7},
    {"else", HOLDS_SCHEMA, SMA_DRAFT_7},
    {"$defs", HOLDS_MAP, SMA_DRAFT_2019_09},
    {"dependentSchemas", HOLDS_MAP, SMA_DRAFT_2019_09},
    {"unevaluatedItems", HOLDS_SCHEMA, SMA_DRAFT_2019_09},
    {"unevaluatedProperties", HOLDS_SCHEMA, SMA_DRAFT_2019_09},
    {"contentSchema", HOLDS_SCHEMA, SMA_DRAFT_2019_09},
    {"prefixItems", HOLDS_SCHEMAS, SMA_DRAFT_2020_12},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static enum sma_status walk(struct sma_index *index, const struct sma_json *schema,
                            uint32_t resource, unsigned depth, struct sma_error *err);

/* ---- places
 * -------------------------------------------------------------------------------------- */

static size_t slot_of(const struct sma_index *index, const struct sma_json *schema)
{
    size_t at = (((uintptr_t)schema >> 4) * 0x9e3779b97f4a7c15u >> 20) & index->place_mask;
    while (index->places[at].schema && index->places[at].schema != schema)
        at = (at + 1) & index->place_mask;
    return at;
}

struct sma_place *sma_index_place(const struct sma_index *index, const struct sma_json *schema)
{
    if (!index->places)
        return NULL;
    struct sma_place *place = &index->places[slot_of(index, schema)];
    return place->schema ? place : NULL;
}

static bool grow_places(struct sma_index *index)
{
    size_t size = index->places ? (index->place_mask + 1) * 2 : 64;
    struct sma_index grown = *index;
    grown.places = calloc(size, sizeof *grown.places);
    grown.place_mask = size - 1;
    if (!grown.places)
        return false;
    for (size_t i = 0; index->places && i <= index->place_mask; i++)
        if (index->places[i].schema)
            grown.places[slot_of(&grown, index->places[i].schema)] = index->places[i];
    free(index->places);
    *index = grown;
    return true;
}

static struct sma_place *add_place(struct sma_index *index, const struct sma_json *schema,
                                   uint32_t resource)
{
    if ((!index->places || index->place_count * 2 > index->place_mask) && !grow_places(index))
        return NULL;
    struct sma_place *place = &index->places[slot_of(index, schema)];
    if (!place->schema) {
        *place = (struct sma_place){schema, resource, NULL};
        index->place_count++;
    }
    return place;
}

/* ---- drafts and vocabularies
 * --------------------------------------------------------------------- */

static struct sma_str text_of(const struct sma_json *v)
{
    return sma_json_is(v, SMA_JSON_STRING) ? v->text : (struct sma_str){NULL, 0};
}

/* A meta-schema of the user's own among the documents, by name or by its identifier. */
static const struct sma_json *given_metaschema(const struct sma_index *index, struct sma_str uri)
{
    uri = sma_uri_without_fragment(uri);
    for (size_t i = 0; i < index->given_count; i++) {
        const struct sma_json *root = index->given[i].root;
        struct sma_str id = text_of(sma_json_getz(root, "$id"));
        if (sma_str_eq(sma_uri_without_fragment(index->given[i].uri), uri) ||
            (id.len && sma_str_eq(sma_uri_without_fragment(id), uri)))
            return root;
    }
    return NULL;
}

/* The draft behind a `$schema`, through meta-schemas that were handed in. *own is the first of
 * those, or NULL when the draft is named at once. */
static enum sma_draft draft_of(const struct sma_index *index, const struct sma_json *root,
                               const struct sma_json **own)
{
    *own = NULL;
    for (int i = 0; i < META_DEPTH_MAX && root; i++) {
        struct sma_str uri = text_of(sma_json_getz(root, "$schema"));
        enum sma_draft draft = sma_draft_of_uri(uri);
        if (draft != SMA_DRAFT_NONE)
            return draft;
        root = uri.len ? given_metaschema(index, uri) : NULL;
        if (!*own)
            *own = root;
    }
    return SMA_DRAFT_NONE;
}

static const struct {
    const char *name; /* the part after the draft's "…/vocab/" */
    uint32_t flags;
} vocabularies[] = {
    {"core", 0},
    {"applicator", SMA_VOCABULARY_APPLICATOR},
    {"unevaluated", SMA_VOCABULARY_UNEVALUATED},
    {"validation", SMA_VOCABULARY_VALIDATION},
    {"meta-data", 0},
    {"content", 0},
    {"format", 0},
    {"format-annotation", 0},
    {"format-assertion", SMA_VOCABULARY_FORMAT_ASSERTION},
};

static bool vocabulary_flags(struct sma_str uri, bool required, uint32_t *flags)
{
    static const char *const prefixes[] = {"https://json-schema.org/draft/2020-12/vocab/",
                                           "https://json-schema.org/draft/2019-09/vocab/"};
    for (size_t p = 0; p < COUNT(prefixes); p++) {
        struct sma_str prefix = sma_str_z(prefixes[p]);
        if (!sma_str_starts(uri, prefix))
            continue;
        struct sma_str name = sma_str_from(uri, prefix.len);
        for (size_t i = 0; i < COUNT(vocabularies); i++) {
            if (!sma_str_eqz(name, vocabularies[i].name))
                continue;
            *flags |= vocabularies[i].flags;
            /* In 2019-09 there is one format vocabulary: required means that it asserts; and the
             * unevaluated keywords belong to the applicators. */
            if (p == 1 && required && sma_str_eqz(name, "format"))
                *flags |= SMA_VOCABULARY_FORMAT_ASSERTION;
            if (p == 1 && sma_str_eqz(name, "applicator"))
                *flags |= SMA_VOCABULARY_UNEVALUATED;
            return true;
        }
    }
    return false;
}

static enum sma_status read_vocabularies(const struct sma_json *metaschema, uint32_t *out,
                                         struct sma_error *err)
{
    const struct sma_json *list = sma_json_getz(metaschema, "$vocabulary");
    *out = SMA_VOCABULARY_APPLICATOR | SMA_VOCABULARY_UNEVALUATED | SMA_VOCABULARY_VALIDATION;
    if (!sma_json_is(list, SMA_JSON_OBJECT))
        return SMA_OK;
    *out = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct sma_json_member *m = &list->members[i];
        bool required = m->value.type == SMA_JSON_BOOL && m->value.boolean;
        if (!vocabulary_flags(m->name, required, out) && required)
            return sma_fail(err, SMA_EUNSUPPORTED,
                            "the meta-schema requires the vocabulary \"%.*s\", which is not known",
                            SMA_STR_ARG(m->name));
    }
    return SMA_OK;
}

/* ---- resources
 * ----------------------------------------------------------------------------------- */

static enum sma_status name_resource(struct sma_index *index, struct sma_str uri, uint32_t resource,
                                     struct sma_error *err)
{
    /* The first of two with the same URI stays: the main schema before the documents. */
    if (sma_map_add(&index->resources, uri, (void *)(uintptr_t)(resource + 1)) < 0)
        return sma_fail_nomem(err);
    return SMA_OK;
}

static enum sma_status add_resource(struct sma_index *index, struct sma_str uri,
                                    const struct sma_json *root, uint32_t document, uint32_t parent,
                                    uint32_t *out, struct sma_error *err)
{
    struct sma_validator *program = index->program;
    size_t capacity = index->resource_capacity;
    if (program->resource_count >= UINT16_MAX)
        return sma_fail(err, SMA_ELIMIT,
                        "more than %u schema identifiers (limit: schema resources)",
                        (unsigned)UINT16_MAX);
    struct sma_resource *grown =
        sma_arena_grow(&program->arena, program->resources, program->resource_count, &capacity,
                       (size_t)program->resource_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(err);
    program->resources = grown;
    index->resource_capacity = (uint32_t)capacity;
    const struct sma_json *own = NULL;
    struct sma_resource r = {.uri = uri, .root = root, .document = (uint16_t)document};
    r.draft = draft_of(index, root, &own);
    if (r.draft == SMA_DRAFT_NONE)
        r.draft = parent != UINT32_MAX ? grown[parent].draft : index->default_draft;
    if (!sma_json_getz(root, "$schema") && parent != UINT32_MAX) {
        r.vocabularies = grown[parent].vocabularies;
    } else {
        enum sma_status st = read_vocabularies(own, &r.vocabularies, err);
        if (st)
            return st;
    }
    *out = program->resource_count++;
    program->resources[*out] = r;
    return name_resource(index, uri, *out, err);
}

static enum sma_status add_anchor(struct sma_index *index, uint32_t resource, struct sma_str name,
                                  const struct sma_json *schema, struct sma_error *err)
{
    struct sma_str key =
        sma_arena_printf(&index->program->arena, "%u#%.*s", resource, SMA_STR_ARG(name));
    if (!key.ptr || sma_map_add(&index->anchors, key, (void *)(uintptr_t)schema) < 0)
        return sma_fail_nomem(err);
    return SMA_OK;
}

static enum sma_status add_dynamic_anchor(struct sma_index *index, uint32_t resource,
                                          struct sma_str name, const struct sma_json *schema,
                                          struct sma_error *err)
{
    struct sma_resource *r = &index->program->resources[resource];
    size_t capacity = r->anchor_capacity;
    struct sma_dynamic_anchor *grown =
        sma_arena_grow(&index->program->arena, r->anchors, r->anchor_count, &capacity,
                       (size_t)r->anchor_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(err);
    r->anchors = grown;
    r->anchor_capacity = (uint32_t)capacity;
    grown[r->anchor_count++] = (struct sma_dynamic_anchor){name, schema, NULL};
    return SMA_OK;
}

/* `$id` (draft 4: `id`): a new resource, or before 2019-09 an anchor when it is only a fragment. */
static enum sma_status note_identifier(struct sma_index *index, const struct sma_json *schema,
                                       uint32_t *resource, struct sma_error *err)
{
    const struct sma_resource r = index->program->resources[*resource];
    struct sma_str id = text_of(r.draft == SMA_DRAFT_4 ? sma_json_getz(schema, "id")
                                                       : sma_json_getz(schema, "$id"));
    /* Up to draft 7 nothing beside `$ref` counts. */
    if (!id.ptr || (r.draft <= SMA_DRAFT_7 && sma_json_getz(schema, "$ref")))
        return SMA_OK;
    struct sma_str fragment = sma_uri_fragment(id);
    enum sma_status st = SMA_OK;
    if (sma_uri_without_fragment(id).len) {
        struct sma_str uri = sma_uri_resolve(&index->program->arena, r.uri, id);
        if (!uri.ptr)
            return sma_fail_nomem(err);
        if (schema == r.root) { /* the root of a document names itself */
            index->program->resources[*resource].uri = uri;
            st = name_resource(index, uri, *resource, err);
        } else {
            st = add_resource(index, uri, schema, r.document, *resource, resource, err);
        }
    }
    if (!st && fragment.len && r.draft <= SMA_DRAFT_7)
        st = add_anchor(index, *resource, fragment, schema, err);
    return st;
}

static enum sma_status note_anchors(struct sma_index *index, const struct sma_json *schema,
                                    uint32_t resource, struct sma_error *err)
{
    enum sma_draft draft = index->program->resources[resource].draft;
    if (draft < SMA_DRAFT_2019_09)
        return SMA_OK;
    struct sma_str plain = text_of(sma_json_getz(schema, "$anchor"));
    enum sma_status st = plain.len ? add_anchor(index, resource, plain, schema, err) : SMA_OK;
    if (st)
        return st;
    if (draft == SMA_DRAFT_2019_09) {
        const struct sma_json *recursive = sma_json_getz(schema, "$recursiveAnchor");
        bool is_root = schema == index->program->resources[resource].root;
        return is_root && sma_json_is(recursive, SMA_JSON_BOOL) && recursive->boolean
                   ? add_dynamic_anchor(index, resource, SMA_STR(""), schema, err)
                   : SMA_OK;
    }
    struct sma_str dynamic = text_of(sma_json_getz(schema, "$dynamicAnchor"));
    if (!dynamic.len)
        return SMA_OK;
    st = add_anchor(index, resource, dynamic, schema, err);
    return st ? st : add_dynamic_anchor(index, resource, dynamic, schema, err);
}

/* ---- the walk
 * ------------------------------------------------------------------------------------ */

static bool is_schema(const struct sma_json *v)
{
    return v->type == SMA_JSON_OBJECT || v->type == SMA_JSON_BOOL;
}

static enum sma_status walk_container(struct sma_index *index, const struct sma_json *value,
                                      enum holds holds, uint32_t resource, unsigned depth,
                                      struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    bool as_list = holds == HOLDS_SCHEMAS || holds == HOLDS_SCHEMA_OR_LIST;
    bool as_map = holds == HOLDS_MAP || holds == HOLDS_MAP_OR_NAMES;
    if (value->type == SMA_JSON_ARRAY && as_list) {
        for (uint32_t i = 0; !st && i < value->count; i++)
            st = walk(index, &value->items[i], resource, depth, err);
    } else if (value->type == SMA_JSON_OBJECT && as_map) {
        for (uint32_t i = 0; !st && i < value->count; i++)
            st = walk(index, &value->members[i].value, resource, depth, err);
    } else if (holds == HOLDS_SCHEMA || holds == HOLDS_SCHEMA_OR_LIST) {
        st = walk(index, value, resource, depth, err);
    }
    return st;
}

/* Notes a schema and those inside it. What is not a schema is left alone: the compiler complains
 * when something needs it. */
static enum sma_status walk(struct sma_index *index, const struct sma_json *schema,
                            uint32_t resource, unsigned depth, struct sma_error *err)
{
    if (!is_schema(schema) || sma_index_place(index, schema))
        return SMA_OK;
    if (depth >= SMA_SCHEMA_DEPTH_MAX)
        return sma_fail(err, SMA_ELIMIT, "schemas nested more than %d deep (limit: schema nesting)",
                        SMA_SCHEMA_DEPTH_MAX);
    enum sma_status st = SMA_OK;
    if (schema->type == SMA_JSON_OBJECT)
        st = note_identifier(index, schema, &resource, err);
    if (!st && !add_place(index, schema, resource))
        st = sma_fail_nomem(err);
    if (!st && schema->type == SMA_JSON_OBJECT)
        st = note_anchors(index, schema, resource, err);
    if (st || schema->type != SMA_JSON_OBJECT)
        return st;
    enum sma_draft draft = index->program->resources[resource].draft;
    for (size_t i = 0; !st && i < COUNT(containers); i++) {
        const struct sma_json *value = draft >= containers[i].since
                                           ? sma_json_get(schema, sma_str_z(containers[i].name))
                                           : NULL;
        if (value)
            st = walk_container(index, value, containers[i].holds, resource, depth + 1, err);
    }
    return st;
}

static enum sma_status add_document(struct sma_index *index, struct sma_str uri,
                                    const struct sma_json *root, struct sma_error *err)
{
    struct sma_validator *program = index->program;
    size_t capacity = index->document_capacity;
    struct sma_document *grown =
        program->document_count >= UINT16_MAX
            ? NULL
            : sma_arena_grow(&program->arena, program->documents, program->document_count,
                             &capacity, (size_t)program->document_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(err);
    program->documents = grown;
    index->document_capacity = (uint32_t)capacity;
    grown[program->document_count++] = (struct sma_document){uri, root};
    return SMA_OK;
}

enum sma_status sma_index_add(struct sma_index *index, struct sma_str uri,
                              const struct sma_json *root, struct sma_error *err)
{
    uint32_t resource, document = index->program->document_count;
    struct sma_str name = sma_arena_copy(&index->program->arena, sma_uri_without_fragment(uri));
    if (!name.ptr)
        return sma_fail_nomem(err);
    enum sma_status st = add_document(index, name, root, err);
    if (st)
        return st;
    struct sma_str base = name;
    if (document && index->program->resource_count) {
        /* A name of a registered reference is also good relative to the main schema's $id. */
        base = sma_uri_resolve(&index->program->arena, index->program->resources[0].uri, name);
        if (!base.ptr)
            return sma_fail_nomem(err);
    }
    st = add_resource(index, base, root, document, UINT32_MAX, &resource, err);
    if (!st)
        st = name_resource(index, name, resource, err);
    if (!st)
        st = walk(index, root, resource, 0, err);
    return st;
}

void sma_index_init(struct sma_index *index, struct sma_validator *program)
{
    *index = (struct sma_index){.program = program};
    sma_map_init(&index->resources);
    sma_map_init(&index->anchors);
}

void sma_index_fini(struct sma_index *index)
{
    sma_map_fini(&index->resources);
    sma_map_fini(&index->anchors);
    free(index->places);
}

/* ---- references
 * ---------------------------------------------------------------------------------- */

enum sma_status sma_index_fail(const struct sma_index *index, uint32_t resource,
                               const struct sma_json *at, enum sma_status st, struct sma_error *err,
                               const char *fmt, ...)
{
    const struct sma_resource *r = &index->program->resources[resource];
    const struct sma_document *document = &index->program->documents[r->document];
    char message[1024];
    struct sma_buf where;
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    sma_buf_init(&where, 512);
    if (r->document)
        sma_buf_puts(&where, sma_str_head(document->uri, 200));
    sma_buf_putc(&where, '#');
    sma_pointer_put(&where, document->root, at);
    st = sma_fail_at(err, st, r->document ? SMA_NO_OFFSET : at->start, "%s: %s",
                     where.ptr ? where.ptr : "#", message);
    sma_buf_fini(&where);
    return st;
}

static bool find_resource(const struct sma_index *index, struct sma_str uri, uint32_t *out)
{
    uintptr_t found = (uintptr_t)sma_map_get(&index->resources, uri);
    if (found)
        *out = (uint32_t)(found - 1);
    return found != 0;
}

/* An embedded meta-schema, parsed on first use into the program's own memory. */
static enum sma_status load_metaschema(struct sma_index *index, struct sma_str uri, uint32_t *out,
                                       bool *found, struct sma_error *err)
{
    struct sma_str text;
    const struct sma_json *root;
    uint32_t next = index->program->resource_count;
    *found = sma_jsonschema_metaschema(uri, &text);
    if (!*found)
        return SMA_OK;
    enum sma_status st = sma_json_parse(&root, &index->program->arena, text, NULL, NULL, err);
    if (!st)
        st = sma_index_add(index, uri, root, err);
    if (!st)
        *out = next;
    return st;
}

/* The resource that a reference names before its fragment. */
static enum sma_status resolve_resource(struct sma_index *index, uint32_t from, struct sma_str ref,
                                        uint32_t *out, bool *found, struct sma_error *err)
{
    struct sma_str name = sma_uri_without_fragment(ref);
    *found = true;
    *out = from;
    if (!name.len)
        return SMA_OK;
    struct sma_str uri =
        sma_uri_resolve(&index->program->arena, index->program->resources[from].uri, name);
    if (!uri.ptr)
        return sma_fail_nomem(err);
    if (find_resource(index, uri, out) || find_resource(index, name, out))
        return SMA_OK;
    if (sma_str_starts(name, SMA_STR("./")) && find_resource(index, sma_str_from(name, 2), out))
        return SMA_OK;
    return load_metaschema(index, uri, out, found, err);
}

/* Follows a pointer; the resource changes where the way leads into one with its own identifier. */
static enum sma_status follow(struct sma_index *index, struct sma_str pointer, uint32_t *resource,
                              const struct sma_json **out, struct sma_error *err)
{
    const struct sma_json *at = index->program->resources[*resource].root;
    bool first = true;
    while (at && pointer.len) {
        struct sma_str token = sma_pointer_next(&index->program->arena, &pointer);
        if (!token.ptr)
            return sma_fail_nomem(err);
        const struct sma_json *step = sma_pointer_step(at, token);
        /* Root `definitions` answer to `$defs` too, as in the registries this one agrees with. */
        if (!step && first && sma_str_eqz(token, "$defs"))
            step = sma_json_getz(at, "definitions");
        first = false;
        at = step;
        const struct sma_place *place = at ? sma_index_place(index, at) : NULL;
        if (place)
            *resource = place->resource;
    }
    *out = at;
    return SMA_OK;
}

/* The schema that a fragment names in a resource; *out NULL when there is none. */
static enum sma_status resolve_fragment(struct sma_index *index, uint32_t *resource,
                                        struct sma_str fragment, const struct sma_json **out,
                                        struct sma_str *anchor, struct sma_error *err)
{
    if (!fragment.len)
        return follow(index, fragment, resource, out, err);
    fragment = sma_uri_percent_decode(&index->program->arena, fragment);
    if (!fragment.ptr)
        return sma_fail_nomem(err);
    if (fragment.ptr[0] == '/')
        return follow(index, fragment, resource, out, err);
    struct sma_str key =
        sma_arena_printf(&index->program->arena, "%u#%.*s", *resource, SMA_STR_ARG(fragment));
    if (!key.ptr)
        return sma_fail_nomem(err);
    *out = sma_map_get(&index->anchors, key);
    *anchor = fragment;
    return SMA_OK;
}

enum sma_status sma_index_resolve(struct sma_index *index, uint32_t resource,
                                  const struct sma_json *at, const struct sma_json **out,
                                  struct sma_str *anchor, struct sma_error *err)
{
    bool found;
    uint32_t target_resource;
    const struct sma_json *target = NULL;
    struct sma_str ref = at->text;
    *anchor = (struct sma_str){NULL, 0};
    enum sma_status st = resolve_resource(index, resource, ref, &target_resource, &found, err);
    if (st)
        return st;
    if (!found)
        return sma_index_fail(
            index, resource, at, SMA_EINVAL, err,
            "\"%.*s\" is neither in this schema nor among its references; nothing "
            "is fetched: register that schema and name it as a reference",
            SMA_STR_ARG(sma_str_head(ref, 300)));
    st = resolve_fragment(index, &target_resource, sma_uri_fragment(ref), &target, anchor, err);
    if (st)
        return st;
    if (!target || !is_schema(target))
        return sma_index_fail(index, resource, at, SMA_EINVAL, err, "\"%.*s\" leads to %s",
                              SMA_STR_ARG(sma_str_head(ref, 300)),
                              target ? "something that is no schema" : "nothing");
    /* A schema under a keyword that nobody knows becomes one by being referred to. */
    st = walk(index, target, target_resource, 0, err);
    if (!st)
        *out = target;
    return st;
}
