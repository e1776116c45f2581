/* What the files of the comparison share. */
#ifndef SMA_CORE_PROTOBUF_DIFFER_H
#define SMA_CORE_PROTOBUF_DIFFER_H

#include "core/protobuf/diff.h"

/* One step of a path, innermost first on the way out: a name, or a number. */
struct sma_proto_step {
    const struct sma_proto_step *outer; /* NULL: the next thing to the left is "#/" */
    struct sma_str name;                /* ptr NULL for a number; dots become slashes */
    int32_t number;
};

/* A message of one of the sides and the scope its names are read in. */
struct sma_proto_site {
    const struct sma_proto_message *message;
    struct sma_str full_name;
    bool is_own; /* stands in the schema's own file, so that its spans mean something */
};

/* What comparing two imported messages came to. */
struct sma_proto_memo;

struct sma_proto_differ {
    struct sma_findings *findings;
    struct sma_work *work;
    struct sma_arena arena; /* scratch */
    struct sma_proto_library library;
    struct sma_proto_session original, update;
    /* Messages of the original whose fields are being compared, outermost first. */
    const struct sma_proto_message *stack[SMA_PROTO_DIFF_DEPTH_MAX];
    size_t depth;
    size_t cut; /* lowest stack position at which a recursion was cut since it was last reset */
    struct sma_map memos;   /* key: the two message pointers */
    enum sma_status status; /* sticky */
};

/* True while there is work left and nothing has failed; takes `steps` off. */
bool sma_proto_diff_take(struct sma_proto_differ *d, size_t steps);
/* Scratch array, NULL with the sticky status set. */
void *sma_proto_diff_array(struct sma_proto_differ *d, size_t count, size_t size);

void sma_proto_diff_add(struct sma_proto_differ *d, enum sma_proto_difference difference,
                        const struct sma_proto_step *path, struct sma_span original,
                        struct sma_span update);

/* Types at file level or nested in a message, with the scopes they stand in. */
struct sma_proto_type_lists {
    struct sma_proto_messages messages;
    struct sma_proto_enums enums;
    struct sma_str scope;
    bool is_own;
};

void sma_proto_diff_types(struct sma_proto_differ *d, struct sma_proto_type_lists original,
                          struct sma_proto_type_lists update, const struct sma_proto_step *path);
void sma_proto_diff_messages(struct sma_proto_differ *d, struct sma_proto_site original,
                             struct sma_proto_site update, const struct sma_proto_step *path);

/* Position on the stack of messages being compared, or its height. */
size_t sma_proto_diff_on_stack(struct sma_proto_differ *d, const struct sma_proto_message *message);

/* Two fields of one number; `path` leads to it. */
void sma_proto_diff_fields(struct sma_proto_differ *d, const struct sma_proto_site *original,
                           const struct sma_proto_field *original_field,
                           const struct sma_proto_site *update,
                           const struct sma_proto_field *update_field,
                           const struct sma_proto_step *path);

#endif
