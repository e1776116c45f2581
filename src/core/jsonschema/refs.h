/* What a `$ref` can point at: the schema's own document, its registered references, and the
 * embedded meta-schemas, with the identifiers and anchors in them. There is no other source: what
 * cannot be found among these is an error, never a fetch. Source: compat-json sections 3, 6.2
 * and 6.3. */
#ifndef SMA_CORE_JSONSCHEMA_REFS_H
#define SMA_CORE_JSONSCHEMA_REFS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "core/json/json.h"
#include "core/jsonschema/draft.h"
#include "core/schema/schema.h"

/* Levels of nesting of a schema document: deeper than the house's usual 64, for every level of a
 * JSON Schema costs two or three. */
#define SMA_JS_DEPTH_MAX 512u
/* JSON values of the schema and all documents that its $refs reach together. */
#define SMA_JS_VALUES_TOTAL_MAX 500000u

struct sma_js_resource;

struct sma_js_document {
    struct sma_str uri; /* of its root before a `$id`; the main one's is its base or empty */
    struct sma_str text;
    const struct sma_json *root; /* NULL until first needed */
    enum sma_draft draft;
    bool is_main;
    struct sma_js_resource *resource; /* of the root */
    struct sma_js_document *next;
};

/* A document or a part of one that has an identifier of its own. */
struct sma_js_resource {
    struct sma_js_document *document;
    struct sma_str uri; /* base for relative references; no fragment */
    const struct sma_json *root;
};

/* Where a reference leads. */
struct sma_js_place {
    const struct sma_json *json;
    const struct sma_js_resource *resource; /* the one it lies in */
};

struct sma_js_refs {
    struct sma_arena *arena;  /* for documents and all that outlives the load */
    struct sma_arena scratch; /* for tables */
    bool is_modern;
    enum sma_draft draft;                     /* of the main document */
    struct sma_js_document *main, *documents; /* documents: the registered ones, all */
    struct sma_map registered;                /* URI → document */
    struct sma_map resources;                 /* URI → resource */
    struct sma_map by_json;                   /* address of a value → resource */
    struct sma_map anchors;                   /* address of a resource, then the name → place */
    struct sma_map dynamic_anchors;
    uint32_t values_left;
    uint32_t steps_left;
    bool is_all_loaded; /* every registered document was looked through */
    bool met_remote;    /* the last failure was an http(s) reference */
    struct sma_buf buf; /* for URIs in the making */
};

/* Prepares the tables for a schema.
 *
 * arena     gets the trees of other documents; must live as long as what is found.
 * root      the parsed main document.
 * Returns   SMA_EINVAL for identifiers of the wrong type, SMA_ELIMIT, SMA_ENOMEM; sma_js_refs_fini
 * is due in any case. */
enum sma_status sma_js_refs_init(struct sma_js_refs *refs, struct sma_arena *arena,
                                 const struct sma_source *source, const struct sma_json *root,
                                 struct sma_error *err) SMA_MUST_CHECK;
void sma_js_refs_fini(struct sma_js_refs *refs);

/* Finds what `reference` means inside the resource `from`.
 *
 * is_dynamic  a $dynamicRef: a dynamic anchor of that name goes before all else.
 * Returns     SMA_EINVAL with the reference, why it leads nowhere, and what to do; SMA_ELIMIT;
 *             SMA_ENOMEM. */
enum sma_status sma_js_refs_find(struct sma_js_place *out, struct sma_js_refs *refs,
                                 const struct sma_js_resource *from, struct sma_str reference,
                                 bool is_dynamic, struct sma_error *err) SMA_MUST_CHECK;

/* The resource that begins at this value, or NULL. */
const struct sma_js_resource *sma_js_refs_resource_at(const struct sma_js_refs *refs,
                                                      const struct sma_json *json);

/* The draft a root's `$schema` chooses; `otherwise` when it is absent, unknown or no text. */
enum sma_draft sma_js_draft_of(const struct sma_json *root, enum sma_draft otherwise);
/* "id" in draft 4, "$id" later. */
struct sma_str sma_js_id_keyword(enum sma_draft draft);

#endif
