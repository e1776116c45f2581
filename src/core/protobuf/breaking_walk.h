/* What the files of the breaking rules share. */
#ifndef SMA_CORE_PROTOBUF_BREAKING_WALK_H
#define SMA_CORE_PROTOBUF_BREAKING_WALK_H

#include "core/protobuf/breaking_rules.h"
#include "core/protobuf/pool.h"
#include "core/protobuf/schema.h"

/* A file made ready. */
struct sma_proto_breaking_unit {
    struct sma_str path;
    const struct sma_proto_schema *schema;
    struct sma_proto_library library;
    struct sma_proto_session session;
    struct sma_proto_pool pool;
};

/* A message, enum, service or extension with where it stands. */
struct sma_proto_breaking_element {
    struct sma_str full_name;
    struct sma_proto_breaking_unit *unit;
    const struct sma_proto_message *message;
    const struct sma_proto_enum *enumeration;
    const struct sma_proto_service *service;
    const struct sma_proto_field *extension;
    struct sma_str scope; /* that the names of an extension or service are read in */
};

/* A version made ready: its files by path, what they define by full name, its packages. */
struct sma_proto_breaking_side {
    struct sma_proto_breaking_unit *units;
    size_t count;
    struct sma_map paths, packages, messages, enums, services, extensions;
};

struct sma_proto_breaking_check {
    struct sma_findings *findings;
    enum sma_proto_rule_set set;
    struct sma_work *work;
    struct sma_arena arena; /* scratch */
    struct sma_proto_breaking_side old, new;
    enum sma_status status; /* sticky */
};

/* True while work is left and nothing has failed. */
bool sma_proto_breaking_take(struct sma_proto_breaking_check *c, size_t steps);
/* Reports a rule if it belongs to the set. */
void sma_proto_breaking_add(struct sma_proto_breaking_check *c, enum sma_proto_breaking_rule rule,
                            struct sma_str path, struct sma_span old, struct sma_span new,
                            const char *fmt, ...) SMA_PRINTF(6, 7);
/* "scope.name" in scratch memory; the empty name after a failure. */
struct sma_str sma_proto_breaking_name(struct sma_proto_breaking_check *c, struct sma_str scope,
                                       struct sma_str name);
/* The text of a bare option, or `missing`. */
struct sma_str sma_proto_breaking_option(struct sma_proto_options options, const char *name,
                                         const char *missing);

/* Everything about a message, and about an enum, that exists in both versions. */
void sma_proto_breaking_message(struct sma_proto_breaking_check *c,
                                const struct sma_proto_breaking_element *old,
                                const struct sma_proto_breaking_element *new);
void sma_proto_breaking_enum(struct sma_proto_breaking_check *c,
                             const struct sma_proto_breaking_element *old,
                             const struct sma_proto_breaking_element *new);
/* A field of one number in both versions; `scope` is what its name stands in. */
void sma_proto_breaking_field(struct sma_proto_breaking_check *c, struct sma_str scope,
                              const struct sma_proto_breaking_element *old_home,
                              const struct sma_proto_field_type *old,
                              const struct sma_proto_breaking_element *new_home,
                              const struct sma_proto_field_type *new);

/* Reserved or extension numbers and names that are in `old` and no longer in `new`. */
void sma_proto_breaking_ranges(struct sma_proto_breaking_check *c,
                               enum sma_proto_breaking_rule rule, struct sma_str path,
                               struct sma_proto_range_lists old, struct sma_span old_span,
                               struct sma_proto_range_lists new, struct sma_span new_span);
bool sma_proto_breaking_is_reserved(struct sma_proto_range_lists lists, int32_t number);
bool sma_proto_breaking_is_name_reserved(struct sma_proto_range_lists lists, struct sma_str name);

#endif
