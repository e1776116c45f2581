/* The compiled form of a (writer, reader) pair. Private to the codec. */
#ifndef SMA_CORE_AVRO_CODEC_PLAN_H
#define SMA_CORE_AVRO_CODEC_PLAN_H

#include "core/avro/codec.h"
#include "core/avro/model.h"

enum sma_step_kind {
    SMA_STEP_NULL,
    SMA_STEP_BOOLEAN,
    SMA_STEP_INT, /* also long: an int is a long on the wire, checked to fit */
    SMA_STEP_LONG,
    SMA_STEP_FLOAT,
    SMA_STEP_DOUBLE,
    SMA_STEP_INT_TO_FLOAT, /* int or long, read as float */
    SMA_STEP_INT_TO_DOUBLE,
    SMA_STEP_FLOAT_TO_DOUBLE,
    SMA_STEP_BYTES,
    SMA_STEP_STRING,
    SMA_STEP_FIXED,
    SMA_STEP_ENUM,
    SMA_STEP_ARRAY,
    SMA_STEP_MAP,
    SMA_STEP_RECORD,
    SMA_STEP_BRANCHES, /* the writer's is a union: one step per branch */
    SMA_STEP_WRAP,     /* the reader's is a union, the writer's is not: its branch, then the step */
    SMA_STEP_FAIL      /* cannot be read */
};

struct sma_step;

struct sma_step_field {
    const struct sma_step *step;        /* NULL = skip */
    const struct sma_avro_field *field; /* reader's; NULL = skip */
    const struct sma_avro_node *skip;   /* writer's type, to skip */
};

struct sma_step {
    enum sma_step_kind kind;
    const char *logical; /* bytes and fixed: the reader's logical type, or NULL */
    union {
        uint32_t size;               /* FIXED */
        const struct sma_step *item; /* ARRAY, MAP; WRAP: the branch's own step */
        struct {
            const char *const *names; /* the reader's, NUL-terminated, for each of the writer's */
            const int32_t *positions; /* reader's symbol for each writer symbol; -1 = none */
            uint32_t count;
        } symbols; /* ENUM */
        struct {
            const struct sma_step_field *fields; /* in writer order */
            uint32_t count;
            const struct sma_avro_field *const *defaults; /* reader fields the writer lacks */
            uint32_t default_count;
        } record;
        struct {
            const struct sma_step *const *steps;
            uint32_t count;
        } branches;
        const char *failure;
    };
    struct sma_str branch_name; /* WRAP */
    int32_t branch_index;
    bool takes_no_bytes; /* an array of it needs a bound of its own */
};

struct sma_avro_plan {
    struct sma_arena arena;
    struct sma_schema *writer, *reader; /* references */
    const struct sma_step *root;
};

/* The name of a union branch: full name of a named type, else the type's word. */
struct sma_str sma_avro_branch_name(const struct sma_avro_node *node);
/* True when no value of this type takes a byte on the wire. */
bool sma_avro_takes_no_bytes(const struct sma_avro_node *node);
/* Word of the logical type for the visitor; NULL when none. */
const char *sma_avro_logical_word(const struct sma_avro_node *node);

/* Reports a field's default as a value of its type. Depth-bounded. */
enum sma_status sma_avro_visit_default(const struct sma_avro_node *type,
                                       const struct sma_json *value,
                                       const struct sma_visitor *visitor, void *ctx,
                                       uint32_t depth_left, struct sma_error *err);
/* Looking for union branches: records in records whose unions have several records would otherwise be
 * tried again and again. */
struct sma_avro_fitting {
    enum sma_json_bytes bytes;
    uint32_t steps_left; /* 0: gave up; what did not fit may have */
};
/* True when `value` can be encoded as `type` (plain unions). */
bool sma_avro_json_fits(const struct sma_avro_node *type, const struct sma_json *value,
                        uint32_t depth_left, struct sma_avro_fitting *fitting);

#endif
