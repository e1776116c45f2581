/* JSON Schema as a format of the registry: parse, canonical text, normalize, compatibility. Drafts
 * 4, 6, 7, 2019-09 and 2020-12. Nothing here opens a file or a connection: references come with the
 * source, meta-schemas are embedded, everything else is an error.
 * Source: compat-json, and confluent-rest sections 8.2, 8.4, 8.5 and 13.3. */
#ifndef SMA_CORE_JSONSCHEMA_JSONSCHEMA_H
#define SMA_CORE_JSONSCHEMA_JSONSCHEMA_H

#include "core/json/json.h"
#include "core/jsonschema/draft.h"
#include "core/jsonschema/model.h"
#include "core/schema/schema.h"

/* Findings of one comparison that are kept, of each sort (incompatible, compatible). */
#define SMA_JS_FINDINGS_MAX 10000u
/* Pairs of schemas inside each other on the way to one that is being compared. Comparing and
 * parsing at their limits take less than 1 MiB of stack. */
#define SMA_JS_COMPAT_DEPTH_MAX 1000u

extern const struct sma_format sma_format_jsonschema;

/* A parsed schema: the struct behind a `struct sma_schema` whose format is the one above. */
struct sma_jsonschema {
    struct sma_schema base;
    const struct sma_json *root; /* tree of base.text */
    enum sma_draft draft;
    /* What is compared. NULL when the text makes no valid schema and validation was off. */
    const struct sma_js_model *model;
    struct sma_str problem; /* why `model` is NULL */
    bool needs_fetch;       /* the problem is a reference to a document elsewhere */
};

static inline const struct sma_jsonschema *sma_jsonschema_of(const struct sma_schema *schema)
{
    return (const struct sma_jsonschema *)schema;
}

/* The name by strategies and listings: the root's `title`; empty when there is none. */
struct sma_str sma_jsonschema_name(const struct sma_schema *schema);

/* The two halves of the format that have files of their own; see struct sma_format. */
enum sma_status sma_jsonschema_normalize(struct sma_schema **out, const struct sma_schema *schema,
                                         const struct sma_source *source,
                                         const struct sma_parse_options *options,
                                         struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_jsonschema_compat(struct sma_findings *out, const struct sma_schema *reader,
                                      const struct sma_schema *writer, enum sma_policy policy,
                                      struct sma_work *work, struct sma_error *err) SMA_MUST_CHECK;

#endif
