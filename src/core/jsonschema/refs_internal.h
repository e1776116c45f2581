/* Shared by refs.c (tables) and refs_find.c (look-ups); nobody else includes it. */
#ifndef SMA_CORE_JSONSCHEMA_REFS_INTERNAL_H
#define SMA_CORE_JSONSCHEMA_REFS_INTERNAL_H

#include "core/jsonschema/refs.h"

/* One per look-up or identifier, and one per 32 bytes of the URIs in it. */
#define SMA_JS_REF_STEPS_MAX 1000000u

/* Takes the steps for handling that many bytes; SMA_ELIMIT when there are none left. */
enum sma_status sma_js_refs_charge(struct sma_js_refs *refs, size_t bytes,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* `reference` (no fragment) against `base`, in the scratch arena. */
enum sma_status sma_js_refs_resolve(struct sma_str *out, struct sma_js_refs *refs,
                                    struct sma_str base, struct sma_str reference,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* Parses a document and finds its identifiers, once. */
enum sma_status sma_js_refs_load(struct sma_js_refs *refs, struct sma_js_document *document,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* Adds a document, not yet loaded. `text` must live as long as the tables. */
enum sma_status sma_js_refs_add(struct sma_js_document **out, struct sma_js_refs *refs,
                                struct sma_str uri, struct sma_str text,
                                struct sma_error *err) SMA_MUST_CHECK;
/* An address as a key; the slot must live as long as the key is used. */
struct sma_str sma_js_refs_address(const void *const *slot);
/* The key of an anchor; ptr NULL when out of memory. */
struct sma_str sma_js_refs_anchor_key(struct sma_arena *arena,
                                      const struct sma_js_resource *resource, struct sma_str name);

#endif
