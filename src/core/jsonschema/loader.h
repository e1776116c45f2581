/* Building the model from a document: what the classic (drafts 4, 6, 7) and the modern (2019-09,
 * 2020-12) way have in common. loader.c holds the helpers and the work list, loader_parts.c
 * what both make alike, keywords.c the keywords of the four kinds, classic.c and modern.c what an
 * object becomes. */
#ifndef SMA_CORE_JSONSCHEMA_LOADER_H
#define SMA_CORE_JSONSCHEMA_LOADER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "core/jsonschema/model.h"
#include "core/jsonschema/refs.h"

/* Where we are, for messages: a chain on the stack from the value up to a document's root. */
struct sma_js_trail {
    const struct sma_js_trail *parent;
    struct sma_str name; /* of the root: "#", or the reference that led here */
    uint32_t index;      /* when name.ptr is NULL */
};

/* A position to load a schema from. */
struct sma_js_at {
    const struct sma_json *json;
    const struct sma_js_resource *resource; /* the one around it */
    const struct sma_js_trail *trail;
};

/* What references point at; each is loaded once, and nodes of references share it. */
struct sma_js_target {
    struct sma_js_place place;
    struct sma_str text; /* of the first reference to it, for messages */
    struct sma_js_node *node;
    struct sma_js_target *next; /* in the work list */
};

/* A reference node that waits for its target to be loaded. */
struct sma_js_waiting {
    struct sma_js_reference *reference;
    struct sma_js_target *target;
    struct sma_js_waiting *next;
};

struct sma_js_loader {
    struct sma_arena *arena; /* of the schema: the model lives there */
    struct sma_js_refs refs;
    bool is_modern;
    uint32_t entries_left;
    struct sma_map targets; /* address of a JSON value → target */
    struct sma_js_target *queue, **queue_end;
    struct sma_js_waiting *waiting;
    struct sma_map signatures; /* text of a model → number, as a pointer */
    struct sma_buf text;       /* of signatures in the making */
    struct sma_error *err;
};

/* ---- helpers ------------------------------------------------------------------------------- */

/* Takes entries of the model's limit; SMA_ELIMIT when there are none left. */
enum sma_status sma_js_charge(struct sma_js_loader *loader, size_t entries) SMA_MUST_CHECK;
/* Room for `count` elements in the schema's arena, each charged as an entry. NULL with the error
 * set. */
void *sma_js_array_new(struct sma_js_loader *loader, size_t count, size_t size,
                       enum sma_status *st);
/* A new node for the value at `at`. */
enum sma_status sma_js_node_new(struct sma_js_node **out, struct sma_js_loader *loader,
                                enum sma_js_class class, const struct sma_js_at *at) SMA_MUST_CHECK;
/* "#/properties/a", cut when long. */
void sma_js_put_trail(struct sma_buf *buf, const struct sma_js_trail *trail);
/* SMA_EINVAL "TRAIL: message". */
enum sma_status sma_js_fail(struct sma_js_loader *loader, const struct sma_js_at *at,
                            const char *fmt, ...) SMA_PRINTF(3, 4);
/* SMA_EINVAL "TRAIL: expected type: EXPECTED, found: …" in the original's words. */
enum sma_status sma_js_wrong_type(struct sma_js_loader *loader, const struct sma_js_at *at,
                                  const char *expected);
/* The position of a member or an item below `at`; `trail` is filled in and must outlive it. */
struct sma_js_at sma_js_below(const struct sma_js_at *at, struct sma_js_trail *trail,
                              struct sma_str name, const struct sma_json *json);
struct sma_js_at sma_js_below_index(const struct sma_js_at *at, struct sma_js_trail *trail,
                                    uint32_t index);
/* The keyword's value when it is there; SMA_EINVAL when it is no text. *out NULL when absent. */
enum sma_status sma_js_text_of(const struct sma_json **out, struct sma_js_loader *loader,
                               const struct sma_js_at *at, const char *keyword) SMA_MUST_CHECK;
enum sma_status sma_js_check_pattern(struct sma_js_loader *loader, const struct sma_js_at *at,
                                     struct sma_str pattern) SMA_MUST_CHECK;
/* The list of texts at `at`, views in an own array. */
enum sma_status sma_js_load_names(struct sma_js_names *out, struct sma_js_loader *loader,
                                  const struct sma_js_at *at) SMA_MUST_CHECK;
/* Sorts and drops repetitions in place. */
void sma_js_names_sort(struct sma_js_names *names);
/* Canonical text with sorted names, in the schema's arena. */
enum sma_status sma_js_value_text(struct sma_str *out, struct sma_js_loader *loader,
                                  const struct sma_js_at *at) SMA_MUST_CHECK;

/* ---- schemas ------------------------------------------------------------------------------- */

/* The node of any schema position: true, false, or an object (classic or modern). */
enum sma_status sma_js_load_schema(struct sma_js_node **out, struct sma_js_loader *loader,
                                   const struct sma_js_at *at) SMA_MUST_CHECK;
enum sma_status sma_js_load_classic(struct sma_js_node **out, struct sma_js_loader *loader,
                                    const struct sma_js_at *at) SMA_MUST_CHECK;
enum sma_status sma_js_load_modern(struct sma_js_node **out, struct sma_js_loader *loader,
                                   const struct sma_js_at *at) SMA_MUST_CHECK;
/* Parts that both ways make alike. `at` is the keyword's value. */
enum sma_status sma_js_load_enum(struct sma_js_node **out, struct sma_js_loader *loader,
                                 const struct sma_js_at *at) SMA_MUST_CHECK;
enum sma_status sma_js_load_const(struct sma_js_node **out, struct sma_js_loader *loader,
                                  const struct sma_js_at *at) SMA_MUST_CHECK;
enum sma_status sma_js_load_not(struct sma_js_node **out, struct sma_js_loader *loader,
                                const struct sma_js_at *at) SMA_MUST_CHECK;
enum sma_status sma_js_load_reference(struct sma_js_node **out, struct sma_js_loader *loader,
                                      const struct sma_js_at *at, bool is_dynamic) SMA_MUST_CHECK;
/* Has the schema at `at` loaded later, on its own, as if something referred to it. */
enum sma_status sma_js_load_later(struct sma_js_loader *loader,
                                  const struct sma_js_at *at) SMA_MUST_CHECK;
/* A Combined node over members that it takes over as they are. */
enum sma_status sma_js_combined_new(struct sma_js_node **out, struct sma_js_loader *loader,
                                    const struct sma_js_at *at, enum sma_js_criterion criterion,
                                    struct sma_js_node **members, uint32_t count) SMA_MUST_CHECK;
/* allOf, anyOf or oneOf: the list at `at`. */
enum sma_status sma_js_load_combined(struct sma_js_node **out, struct sma_js_loader *loader,
                                     const struct sma_js_at *at,
                                     enum sma_js_criterion criterion) SMA_MUST_CHECK;
/* if, then, else of the object at `at`, whichever are there. */
enum sma_status sma_js_load_conditional(struct sma_js_node **out, struct sma_js_loader *loader,
                                        const struct sma_js_at *at) SMA_MUST_CHECK;
/* Id, title, description, default, connect.type: what the result carries beside its class. */
enum sma_status sma_js_load_annotations(struct sma_js_node *node, struct sma_js_loader *loader,
                                        const struct sma_js_at *at) SMA_MUST_CHECK;

/* ---- keywords of a kind -------------------------------------------------------------------- */

enum sma_js_kind {
    SMA_JS_KIND_ARRAY,
    SMA_JS_KIND_OBJECT,
    SMA_JS_KIND_NUMBER,
    SMA_JS_KIND_STRING,
    SMA_JS_KIND_COUNT
};

struct sma_js_keyword {
    struct sma_str name;
    enum sma_js_kind kind;
    enum sma_draft first, last; /* drafts that know it in this form */
    bool is_late;               /* modern: joined after all others */
    /* Puts the value at `at` into the node of its kind; `row` tells which keyword this is. */
    enum sma_status (*load)(struct sma_js_node *node, struct sma_js_loader *loader,
                            const struct sma_js_at *at, const struct sma_js_keyword *row);
    size_t field; /* offset in the kind's struct, for those that need one */
};

enum sma_js_class sma_js_class_of_kind(enum sma_js_kind kind);
/* A type name of the `type` keyword; false when unknown. is_kind: it has keywords of its own. */
bool sma_js_type_of_name(struct sma_str name, enum sma_js_class *out, enum sma_js_kind *kind,
                         bool *is_kind);
/* The i-th keyword a draft knows, NULL past the end; rows of other drafts are skipped by the caller
 * with sma_js_keyword_is_known. */
const struct sma_js_keyword *sma_js_keyword_at(size_t i);
bool sma_js_keyword_is_known(const struct sma_js_keyword *row, enum sma_draft draft);
/* Does the object have any keyword of that kind? */
bool sma_js_has_kind(const struct sma_json *object, enum sma_draft draft, enum sma_js_kind kind);
/* Fills a node of that kind with all the object's keywords of it. */
enum sma_status sma_js_load_kind(struct sma_js_node *node, struct sma_js_loader *loader,
                                 const struct sma_js_at *at, enum sma_js_kind kind) SMA_MUST_CHECK;
/* The integer part of a number; at the ends of the range when it lies beyond them. */
int64_t sma_js_truncate(const struct sma_json *number);
/* After the last keyword of an Object node: required flags, index by name. */
enum sma_status sma_js_object_finish(struct sma_js_object *object,
                                     struct sma_js_loader *loader) SMA_MUST_CHECK;

/* ---- signatures ---------------------------------------------------------------------------- */

/* Writes the text of a node whose children are numbered into loader->text. */
enum sma_status sma_js_model_text(struct sma_js_loader *loader,
                                  const struct sma_js_node *node) SMA_MUST_CHECK;
/* Numbers a node so that nodes with the same model text have the same number. */
enum sma_status sma_js_sign(struct sma_js_node *node, struct sma_js_loader *loader) SMA_MUST_CHECK;
/* Fills in `distinct` of a Combined node. */
enum sma_status sma_js_distinguish(struct sma_js_node *node,
                                   struct sma_js_loader *loader) SMA_MUST_CHECK;

/* ---- entry --------------------------------------------------------------------------------- */

/* Builds the model of a parsed document.
 *
 * arena       owns the model.
 * met_remote  out, also on failure: an http(s) reference was what failed.
 * Returns     SMA_EINVAL with where and what; SMA_ELIMIT; SMA_ENOMEM. */
enum sma_status sma_js_model_load(const struct sma_js_model **out, struct sma_arena *arena,
                                  const struct sma_source *source, const struct sma_json *root,
                                  bool *met_remote, struct sma_error *err) SMA_MUST_CHECK;

#endif
