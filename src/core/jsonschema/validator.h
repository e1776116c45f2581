/* Validation of JSON instances against JSON Schema, drafts 04, 06, 07, 2019-09 and 2020-12.
 *
 * A schema is compiled once into an immutable program, which threads share; an instance is then
 * judged with working memory of the caller's. Nothing is ever fetched: a `$ref` leads to the schema
 * itself, to a document that was handed in, or to an embedded meta-schema.
 *
 *     sma_validator_compile(&program, schema, documents, count, NULL, &err)
 *     sma_validator_check(program, &scratch, instance, &valid, &err)        yes or no
 *     sma_validator_report(program, &scratch, instance, &violations, &err)  everything that is
 * wrong
 */
#ifndef SMA_CORE_JSONSCHEMA_VALIDATOR_H
#define SMA_CORE_JSONSCHEMA_VALIDATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "core/json/json.h"
#include "core/jsonschema/draft.h"

/* Work of one validation: a schema applied to a value costs one unit, and so does every comparison
 * in `enum`, `const` and `uniqueItems`; long strings and numbers cost by their length. */
#define SMA_VALIDATE_STEPS_MAX 5000000u
/* Schemas applied inside one another (levels of the instance times `$ref` and `allOf` hops). */
#define SMA_VALIDATE_DEPTH_MAX 1000u
/* Violations that a report keeps when its caller does not say. */
#define SMA_VIOLATIONS_MAX 100u

struct sma_validator;
struct sma_validator_scratch;

/* A document that `$ref` may lead to. */
struct sma_validator_document {
    struct sma_str uri; /* absolute, or a name that `$ref` repeats: "common.json" */
    const struct sma_json *root;
};

struct sma_validator_options {
    /* For documents without `$schema`, or with one that nobody knows. SMA_DRAFT_NONE: draft 7. */
    enum sma_draft default_draft;
    /* Where the main schema was found; its relative `$id` and `$ref` start from here. May be empty.
     */
    struct sma_str base_uri;
    /* `format` rejects values; otherwise it is an annotation and accepts everything, unless the
     * schema's own meta-schema asks for the format-assertion vocabulary. */
    bool assert_format;
    /* Patterns that ECMA-262 does not know but Java does are accepted (sma_regex_compile_lenient).
     */
    bool lenient_patterns;
    uint64_t max_steps; /* 0 = SMA_VALIDATE_STEPS_MAX */
    uint32_t max_depth; /* 0 = SMA_VALIDATE_DEPTH_MAX */
};

/* Compiles a schema.
 *
 * out        one reference, the caller's (sma_validator_unref). Immutable; shared between threads.
 * schema     its tree, and those of `documents`, are borrowed: they must outlive *out.
 * documents  `count` of them; may be NULL when 0. Their `$id`s count too. Embedded meta-schemas
 * need not be among them. options    NULL for the defaults. Copied. Returns    SMA_EINVAL when a
 * keyword's value makes no sense, a pattern is broken or a `$ref` leads nowhere, with the keyword's
 * place ("#/properties/a/minLength: …") and, when it is in the main schema, its byte offset;
 * SMA_EUNSUPPORTED when a meta-schema requires a vocabulary that is not known here; SMA_ELIMIT;
 * SMA_ENOMEM. Threads    safe. Source     draft-zyp/wright/bhutton-json-schema-validation and -core
 * of the five drafts. */
enum sma_status sma_validator_compile(struct sma_validator **out, const struct sma_json *schema,
                                      const struct sma_validator_document *documents, size_t count,
                                      const struct sma_validator_options *options,
                                      struct sma_error *err) SMA_MUST_CHECK;

/* A document as text. */
struct sma_validator_text {
    struct sma_str uri, text;
};

/* The same from texts, which are copied: the program stands alone. Errors of the reader carry the
 * document's URI in front. */
enum sma_status sma_validator_compile_text(struct sma_validator **out, struct sma_str schema,
                                           const struct sma_validator_text *documents, size_t count,
                                           const struct sma_validator_options *options,
                                           struct sma_error *err) SMA_MUST_CHECK;

/* Another reference; NULL passes through. */
struct sma_validator *sma_validator_ref(const struct sma_validator *program);
void sma_validator_unref(struct sma_validator *program);
/* Memory the program holds, in bytes. */
size_t sma_validator_bytes(const struct sma_validator *program);

/* Is the instance valid? Stops at the first violation; allocates nothing once *scratch has grown.
 *
 * scratch   *scratch starts as NULL, is created when first needed and serves any program, one
 * thread at a time (sma_validator_scratch_free). valid     out, on success. Returns   SMA_ELIMIT
 * naming the limit (validation work, validation depth, pattern match steps): the verdict is then
 * unknown; SMA_ENOMEM. Threads   safe on a shared program. */
enum sma_status sma_validator_check(const struct sma_validator *program,
                                    struct sma_validator_scratch **scratch,
                                    const struct sma_json *instance, bool *valid,
                                    struct sma_error *err) SMA_MUST_CHECK;
void sma_validator_scratch_free(struct sma_validator_scratch *scratch);

/* One thing that is wrong with an instance. */
struct sma_violation {
    struct sma_str instance_path; /* JSON pointer to the value; "" is the whole instance */
    /* Where the keyword stands: "#/properties/age/minimum", with the document's URI in front of the
     * '#' when it is not the main schema. */
    struct sma_str schema_path;
    struct sma_str keyword; /* "minimum"; empty for the schema `false` */
    struct sma_str message; /* for people, without the paths: "5 is less than the minimum 18" */
    uint32_t instance_start, instance_end; /* bytes of the value in the instance's text */
    bool is_in_main_schema;                /* then the next two say where in the schema's text */
    uint32_t schema_start, schema_end;     /* bytes of the keyword's value */
};

struct sma_violations {
    struct sma_arena *arena; /* owns the strings */
    struct sma_violation *items;
    size_t count, capacity;
    size_t max;        /* 0 = SMA_VIOLATIONS_MAX; there may be more than are kept */
    bool is_truncated; /* the search ended because `max` was reached */
};

/* An empty list that will live in `arena`. */
void sma_violations_init(struct sma_violations *violations, struct sma_arena *arena, size_t max);

/* Everything that is wrong with the instance, in the order of the schema's keywords; empty when it
 * is valid. For `anyOf` and `oneOf` one violation says that none fits, followed by those of the
 * branch that was meant when only one branch takes values of the instance's type. Otherwise as
 * sma_validator_check. */
enum sma_status sma_validator_report(const struct sma_validator *program,
                                     struct sma_validator_scratch **scratch,
                                     const struct sma_json *instance,
                                     struct sma_violations *violations,
                                     struct sma_error *err) SMA_MUST_CHECK;

#endif
