/* Following a reference: URI to resource, fragment to value. */
#include "core/jsonschema/metaschema.h"
#include "core/jsonschema/refs_internal.h"
#include "core/jsonschema/uri.h"

/* ---- URI to resource ----------------------------------------------------------------------- */

static enum sma_status root_of(const struct sma_js_resource **out, struct sma_js_refs *refs,
                               struct sma_js_document *document, struct sma_error *err)
{
    enum sma_status st = sma_js_refs_load(refs, document, err);
    if (!st)
        *out = document->resource;
    return st;
}

static enum sma_status unknown_document(struct sma_js_refs *refs, struct sma_str uri,
                                        struct sma_error *err)
{
    refs->met_remote =
        sma_str_starts(uri, SMA_STR("http://")) || sma_str_starts(uri, SMA_STR("https://"));
    if (refs->met_remote)
        return sma_fail(err, SMA_EINVAL,
                        "Remote schema reference fetching over HTTP(S) is disabled: register "
                        "%.*s and list it in \"references\" under this name",
                        SMA_STR_ARG(uri));
    return sma_fail(err, SMA_EINVAL,
                    "no document %.*s here: register it and list it in \"references\" under "
                    "this name",
                    SMA_STR_ARG(uri));
}

/* The document's own identifiers come last: a registered schema is known by its name first. */
static enum sma_status find_in_all(const struct sma_js_resource **out, struct sma_js_refs *refs,
                                   struct sma_str full, struct sma_error *err)
{
    for (struct sma_js_document *document = refs->documents; !refs->is_all_loaded && document;
         document = document->next) {
        enum sma_status st = sma_js_refs_load(refs, document, err);
        if (st)
            return st;
    }
    refs->is_all_loaded = true;
    *out = sma_map_get(&refs->resources, full);
    return *out ? SMA_OK : unknown_document(refs, full, err);
}

/* An embedded meta-schema becomes one more document. */
static enum sma_status find_metaschema(const struct sma_js_resource **out, struct sma_js_refs *refs,
                                       struct sma_str uri, bool *is_found, struct sma_error *err)
{
    struct sma_js_document *document;
    struct sma_str text;
    *is_found = sma_jsonschema_metaschema(uri, &text);
    if (!*is_found)
        return SMA_OK;
    enum sma_status st = sma_js_refs_add(&document, refs, uri, text, err);
    return st ? st : root_of(out, refs, document, err);
}

static enum sma_status find_resource(const struct sma_js_resource **out, struct sma_js_refs *refs,
                                     const struct sma_js_resource *from, struct sma_str uri,
                                     struct sma_error *err)
{
    struct sma_js_document *document;
    struct sma_str full, from_root;
    bool is_found;
    enum sma_status st = sma_js_refs_resolve(&full, refs, from->uri, uri, err);
    if (st)
        return st;
    if ((*out = sma_map_get(&refs->resources, full)))
        return SMA_OK;
    if ((document = sma_map_get(&refs->registered, full)) ||
        (document = sma_map_get(&refs->registered, uri)))
        return root_of(out, refs, document, err);
    if ((st = sma_js_refs_resolve(&from_root, refs, refs->main->resource->uri, uri, err)))
        return st;
    if ((document = sma_map_get(&refs->registered, from_root)))
        return root_of(out, refs, document, err);
    st = find_metaschema(out, refs, full, &is_found, err);
    return st || is_found ? st : find_in_all(out, refs, full, err);
}

/* ---- fragment to value --------------------------------------------------------------------- */

/* Takes the next token of a JSON pointer, which begins with '/', into `buf` with ~1 and ~0 decoded.
 */
static struct sma_str next_token(struct sma_buf *buf, struct sma_str *pointer)
{
    struct sma_str rest = sma_str_from(*pointer, 1);
    ptrdiff_t slash = sma_str_chr(rest, '/');
    struct sma_str token = slash < 0 ? rest : sma_str_head(rest, (size_t)slash);
    *pointer = sma_str_from(rest, token.len);
    if (sma_str_chr(token, '~') < 0)
        return token;
    sma_buf_clear(buf);
    for (size_t i = 0; i < token.len; i++) {
        char c = token.ptr[i], next = i + 1 < token.len ? token.ptr[i + 1] : '\0';
        bool is_escape = c == '~' && (next == '0' || next == '1');
        sma_buf_putc(buf, is_escape ? (next == '1' ? '/' : '~') : c);
        i += is_escape;
    }
    return sma_buf_str(buf);
}

/* Leading zeros are taken, as the original takes them. */
static const struct sma_json *item_at(const struct sma_json *array, struct sma_str token)
{
    uint32_t index = 0;
    if (!token.len || token.len > 9)
        return NULL;
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] < '0' || token.ptr[i] > '9')
            return NULL;
        index = index * 10 + (uint32_t)(token.ptr[i] - '0');
    }
    return index < array->count ? &array->items[index] : NULL;
}

static const struct sma_json *step(const struct sma_json *json, struct sma_str token)
{
    return json->type == SMA_JSON_ARRAY ? item_at(json, token) : sma_json_get(json, token);
}

/* The names of a root's `definitions` count as names of its `$defs` too, where `$defs` has none. */
static const struct sma_json *step_from_root(struct sma_js_refs *refs, const struct sma_json *json,
                                             struct sma_str token, struct sma_str rest)
{
    const struct sma_json *own = step(json, token);
    if (!sma_str_eqz(token, "$defs") || json->type != SMA_JSON_OBJECT || !rest.len)
        return own;
    struct sma_str name = next_token(&refs->buf, &rest);
    const struct sma_json *other = sma_json_getz(json, "definitions");
    return !sma_json_get(own, name) && sma_json_get(other, name) ? other : own;
}

/* Walks from the start of a resource. SMA_ENOTFOUND with the text for the first name that is not
 * there. */
static enum sma_status walk(struct sma_js_place *out, struct sma_js_refs *refs,
                            const struct sma_js_resource *resource, struct sma_str pointer,
                            struct sma_error *err)
{
    struct sma_js_place place = {resource->root, resource};
    while (pointer.len) {
        bool is_root = place.json == resource->document->root;
        struct sma_str token = next_token(&refs->buf, &pointer);
        const struct sma_json *next = step(place.json, token);
        if (!next || is_root) {
            struct sma_str own = sma_arena_copy(&refs->scratch, token);
            if (!own.ptr)
                return sma_fail_nomem(err);
            next = is_root ? step_from_root(refs, place.json, own, pointer) : next;
            if (!next)
                return sma_fail(err, SMA_ENOTFOUND, "key [%.*s] not found", SMA_STR_ARG(own));
        }
        place.json = next;
        const struct sma_js_resource *inner = sma_js_refs_resource_at(refs, next);
        if (inner)
            place.resource = inner;
    }
    *out = place;
    return SMA_OK;
}

/* With a space for each '+'; false when there is none. */
static bool replace_pluses(struct sma_buf *out, struct sma_str text)
{
    bool has_plus = false;
    for (size_t i = 0; i < text.len; i++) {
        has_plus = has_plus || text.ptr[i] == '+';
        sma_buf_putc(out, text.ptr[i] == '+' ? ' ' : text.ptr[i]);
    }
    return has_plus;
}

/* The original decodes a pointer as a form field, where '+' is a space; that is tried last. */
static enum sma_status walk_with_spaces(struct sma_js_place *out, struct sma_js_refs *refs,
                                        const struct sma_js_resource *resource,
                                        struct sma_str pointer)
{
    struct sma_buf spaced;
    sma_buf_init(&spaced, 0);
    bool has_plus = replace_pluses(&spaced, pointer);
    enum sma_status st =
        has_plus ? walk(out, refs, resource, sma_buf_str(&spaced), NULL) : SMA_ENOTFOUND;
    sma_buf_fini(&spaced);
    return st;
}

/* Since 2019-09 a pointer counts from its resource. In the older drafts one without a URI in front
 * counts from the document's root, whatever identifiers are in between: so the original. What leads
 * nowhere is tried the other way, for generators put identifiers on subschemas and still write
 * pointers from the top. */
static enum sma_status find_pointer(struct sma_js_place *out, struct sma_js_refs *refs,
                                    const struct sma_js_resource *resource, bool has_uri,
                                    struct sma_str pointer, struct sma_error *err)
{
    struct sma_error first = SMA_ERROR_INIT;
    const struct sma_js_resource *root = resource->document->resource, *tries[2] = {resource, root};
    if (!refs->is_modern && !has_uri) {
        tries[0] = root;
        tries[1] = resource;
    }
    enum sma_status st = walk(out, refs, tries[0], pointer, &first);
    if (st == SMA_ENOTFOUND && root != resource)
        st = walk(out, refs, tries[1], pointer, NULL);
    if (st == SMA_ENOTFOUND)
        st = walk_with_spaces(out, refs, tries[0], pointer);
    if (st == SMA_ENOTFOUND)
        return sma_fail(err, SMA_EINVAL, "%s", first.message);
    return st ? sma_fail(err, st, "%s", first.message) : SMA_OK;
}

static const struct sma_js_place *anchor_in(struct sma_js_refs *refs, const struct sma_map *anchors,
                                            const struct sma_js_resource *resource,
                                            struct sma_str name)
{
    struct sma_str key = sma_js_refs_anchor_key(&refs->scratch, resource, name);
    return key.ptr ? sma_map_get(anchors, key) : NULL;
}

/* In the older drafts a name that no identifier defines is read as a pointer without its first
 * step, so that a plain name means the document: so the original, and schemas live on it. */
static enum sma_status find_unknown_name(struct sma_js_place *out, struct sma_js_refs *refs,
                                         const struct sma_js_resource *resource,
                                         struct sma_str name, struct sma_error *err)
{
    ptrdiff_t slash = sma_str_chr(name, '/');
    if (slash >= 0)
        return find_pointer(out, refs, resource, false, sma_str_from(name, (size_t)slash), err);
    const struct sma_js_resource *root = resource->document->resource;
    *out = (struct sma_js_place){root->root, root};
    return SMA_OK;
}

static enum sma_status find_anchor(struct sma_js_place *out, struct sma_js_refs *refs,
                                   const struct sma_js_resource *resource, struct sma_str name,
                                   bool is_dynamic, struct sma_error *err)
{
    const struct sma_js_resource *root = resource->document->resource;
    const struct sma_js_place *place = NULL;
    if (is_dynamic)
        place = anchor_in(refs, &refs->dynamic_anchors, resource, name);
    if (!place && is_dynamic)
        place = anchor_in(refs, &refs->dynamic_anchors, root, name);
    if (!place)
        place = anchor_in(refs, &refs->anchors, resource, name);
    if (!place)
        place = anchor_in(refs, &refs->anchors, root, name);
    if (!place && !refs->is_modern)
        return find_unknown_name(out, refs, resource, name, err);
    if (!place)
        return sma_fail(err, SMA_EINVAL, "no anchor \"%.*s\"", SMA_STR_ARG(name));
    *out = *place;
    return SMA_OK;
}

static enum sma_status find_fragment(struct sma_js_place *out, struct sma_js_refs *refs,
                                     const struct sma_js_resource *resource, bool has_uri,
                                     struct sma_str fragment, bool is_dynamic,
                                     struct sma_error *err)
{
    sma_buf_clear(&refs->buf);
    sma_js_uri_decode(&refs->buf, fragment);
    if (sma_buf_failed(&refs->buf))
        return sma_fail(err, SMA_ELIMIT, "a fragment of %zu bytes is longer than the limit of %u",
                        fragment.len, 8 * SMA_JS_URI_BYTES_MAX);
    struct sma_str decoded = sma_arena_copy(&refs->scratch, sma_buf_str(&refs->buf));
    if (!decoded.ptr)
        return sma_fail_nomem(err);
    if (!decoded.len) {
        *out = (struct sma_js_place){resource->root, resource};
        return SMA_OK;
    }
    return decoded.ptr[0] == '/' ? find_pointer(out, refs, resource, has_uri, decoded, err)
                                 : find_anchor(out, refs, resource, decoded, is_dynamic, err);
}

enum sma_status sma_js_refs_find(struct sma_js_place *out, struct sma_js_refs *refs,
                                 const struct sma_js_resource *from, struct sma_str reference,
                                 bool is_dynamic, struct sma_error *err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    const struct sma_js_resource *resource = from;
    struct sma_str uri, fragment;
    bool has_fragment;
    refs->met_remote = false;
    sma_js_uri_split(reference, &uri, &fragment, &has_fragment);
    enum sma_status st = sma_js_refs_charge(refs, reference.len, &problem);
    if (!st && uri.len)
        st = find_resource(&resource, refs, from, uri, &problem);
    if (!st)
        st = find_fragment(out, refs, resource, uri.len > 0, fragment, is_dynamic, &problem);
    if (!st)
        return SMA_OK;
    return sma_fail(err, st, "$ref \"%.*s\": %s", SMA_STR_ARG(sma_str_head(reference, 300)),
                    problem.message);
}
