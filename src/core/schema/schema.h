/* The parsed schema that all formats share, its references, and what a format must provide.
 *
 * A schema is immutable after parsing, lives in one arena and is shared by reference count between
 * threads. A format's own struct has `struct sma_schema` as its first member. */
#ifndef SMA_CORE_SCHEMA_SCHEMA_H
#define SMA_CORE_SCHEMA_SCHEMA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

struct sma_findings; /* core/compat/finding.h */
struct sma_format;
struct sma_tag_edit; /* core/schema/tags.h */
struct sma_tagged_list;
struct sma_work;

/* Limits of the house (ARCHITECTURE section 8). */
#define SMA_REFERENCES_MAX 256             /* direct */
#define SMA_REFERENCES_TRANSITIVE_MAX 1024 /* in the closure */
#define SMA_RESOLVED_BYTES_MAX (8u << 20)  /* text of the schema and its closure together */
#define SMA_COMPAT_STEPS_MAX 5000000u      /* work units of one compatibility check */

/* As stored and hashed. */
struct sma_reference {
    struct sma_str name;    /* Avro: by convention a full name; JSON: URI; Protobuf: import path */
    struct sma_str subject; /* as sent; unqualified = in the referrer's context */
    int32_t version;        /* -1 = latest until registration replaces it */
};

/* One element of the transitive closure: a reference and the stored text it stands for. */
struct sma_resolved_reference {
    struct sma_reference reference;
    struct sma_str text;
    bool is_direct; /* named by the main schema itself */
};

/* What a parser is given. All views must live until the parse returns. */
struct sma_source {
    struct sma_str text; /* UTF-8 */
    /* The schema's own list, in its order. */
    const struct sma_reference *references;
    size_t reference_count;
    /* The closure, depth first, dependencies before dependents, each name once. */
    const struct sma_resolved_reference *resolved;
    size_t resolved_count;
};

enum sma_parse_mode {
    SMA_PARSE_LAX,   /* stored schemas, lookups */
    SMA_PARSE_STRICT /* a schema being registered or tested, with validateNewSchemas on */
};

struct sma_parse_options {
    enum sma_parse_mode mode;
    bool validate;        /* run the checks of "validation after parse" (off in IMPORT mode) */
    bool validate_fields; /* the config's validateFields */
};

enum sma_policy {
    SMA_POLICY_STRICT,
    SMA_POLICY_LENIENT
};

/* The `format` query parameter. */
enum sma_text_form {
    SMA_TEXT_CANONICAL,
    SMA_TEXT_RESOLVED,          /* Avro, JSON: references inlined */
    SMA_TEXT_IGNORE_EXTENSIONS, /* Protobuf */
    SMA_TEXT_SERIALIZED         /* Protobuf: base64 of the FileDescriptorProto */
};

struct sma_schema {
    const struct sma_format *format;
    atomic_uint ref_count;
    struct sma_arena arena;       /* holds the schema itself and all it points to */
    struct sma_str text;          /* the source text it was parsed from, a copy in `arena` */
    struct sma_str canonical;     /* the printed text: what is stored, hashed and returned */
    const struct sma_reference *references; /* a copy in `arena` */
    size_t reference_count;
};

/* Bounded work: a loop that can blow up takes one unit per step. */
struct sma_work {
    uint64_t left;
};

static inline bool sma_work_take(struct sma_work *work, uint64_t units)
{
    if (work->left < units) {
        work->left = 0;
        return false;
    }
    work->left -= units;
    return true;
}

/* What a format must provide. One constant instance per format. */
struct sma_format {
    const char *name; /* "AVRO", "JSON", "PROTOBUF": the registry's schemaType */

    /* Must. Parses and prints: `canonical` of the result is filled in. SMA_EINVAL with the reason in
     * the original's words where the spec gives them; SMA_ELIMIT; SMA_ENOMEM. Thread-safe. */
    enum sma_status (*parse)(struct sma_schema **out, const struct sma_source *source,
                             const struct sma_parse_options *options, struct sma_error *err);

    /* Must. A new schema: `schema` normalized (its references sorted and deduplicated too). `source`
     * is what it was parsed from, for the resolved texts. */
    enum sma_status (*normalize)(struct sma_schema **out, const struct sma_schema *schema,
                                 const struct sma_source *source,
                                 const struct sma_parse_options *options, struct sma_error *err);

    /* Must. Appends the text in another form; SMA_TEXT_CANONICAL and every form this format does not
     * know append `canonical`. */
    enum sma_status (*print)(struct sma_buf *out, const struct sma_schema *schema,
                             enum sma_text_form form, struct sma_error *err);

    /* Must. The content equality of lookup (confluent-rest 7.3): canonical content only; the caller
     * compares references, metadata and rule sets. */
    bool (*equal)(const struct sma_schema *a, const struct sma_schema *b);

    /* Must. Appends everything the rules find when `reader` (new, for BACKWARD) meets data of `writer`
     * (old). Incompatible is data, not an error: SMA_OK with findings. SMA_ELIMIT when `work` ran
     * out; SMA_EINVAL with the message for "Unexpected exception during compatibility check: …". */
    enum sma_status (*compat)(struct sma_findings *out, const struct sma_schema *reader,
                              const struct sma_schema *writer, enum sma_policy policy,
                              struct sma_work *work, struct sma_error *err);

    /* May be NULL: then `compat` tells everything. What `compat` found for newer reading older is in
     * `backward`, for older reading newer in `forward`; appends to `backward` what else has changed,
     * marked compatible. SMA_ELIMIT when `work` ran out. */
    enum sma_status (*differences)(struct sma_findings *backward,
                                   const struct sma_findings *forward,
                                   const struct sma_schema *newer, const struct sma_schema *older,
                                   struct sma_work *work, struct sma_error *err);

    /* Must. Calls `fn` for each top-level field or property name (validateFields' reserved fields).
     * Stops when fn returns false. */
    void (*each_field)(const struct sma_schema *schema, bool (*fn)(void *ctx, struct sma_str name),
                       void *ctx);

    /* Must. Adds every record and field that carries tags to *out (zeroed by the caller), names and
     * paths in `arena`. SMA_ELIMIT; SMA_ENOMEM. */
    enum sma_status (*tagged)(struct sma_tagged_list *out, struct sma_arena *arena,
                              const struct sma_schema *schema, struct sma_error *err);

    /* Must. Appends the schema's text with the edits made one after the other, ready to be parsed.
     * SMA_EINVAL in the original's words for a path that leads nowhere; SMA_ELIMIT; SMA_ENOMEM. */
    enum sma_status (*edit_tags)(struct sma_buf *out, const struct sma_schema *schema,
                                 const struct sma_tag_edit *edits, size_t count,
                                 struct sma_error *err);

    /* May be NULL. Releases what does not live in the arena. */
    void (*fini)(struct sma_schema *schema);
};

/* Allocates a schema of `size` bytes (the format's struct) inside a fresh arena, copies text and
 * references into it, ref_count 1. NULL when out of memory. */
struct sma_schema *sma_schema_new(const struct sma_format *format, size_t size,
                                  const struct sma_source *source);
/* Another reference; NULL passes through. The schema is otherwise immutable, so const is cast away
 * only for the counter. */
struct sma_schema *sma_schema_ref(const struct sma_schema *schema);
void sma_schema_unref(struct sma_schema *schema);

/* Sorts by (name, subject, version) and drops repetitions, in place; returns the new count. */
size_t sma_references_normalize(struct sma_reference *references, size_t count);
bool sma_references_equal(const struct sma_reference *a, size_t a_count,
                          const struct sma_reference *b, size_t b_count);

#endif
