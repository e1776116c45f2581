/* What the steps of reading a schema share: the productions (parse.c and its neighbours) build
 * nodes, resolve.c ties names to them, defaults.c checks defaults. One parser reads the texts of
 * the references first and then the schema's own. */
#ifndef SMA_CORE_AVRO_PARSER_H
#define SMA_CORE_AVRO_PARSER_H

#include "base/map.h"
#include "core/avro/model.h"
#include "core/avro/node_state.h"

/* Steps that checking the defaults of one schema may take: defaults of records within defaults of
 * records can multiply. */
#define SMA_AVRO_DEFAULT_STEPS_MAX 1000000u

/* A place where a name stands that nothing known defined when it was read. */
struct sma_avro_pending {
    const struct sma_avro_node **slot;
    struct sma_str full; /* with the namespace around the place */
    struct sma_str bare; /* as written */
    uint32_t offset;
};

/* A record's text begins or is at its end. */
struct sma_avro_bound {
    struct sma_avro_node *record;
    bool is_end;
};

struct sma_avro_parser {
    struct sma_avro_schema *schema;
    struct sma_arena *arena;  /* the schema's own: what is kept */
    struct sma_arena scratch; /* JSON trees and lists, emptied for each text */
    bool is_strict;
    bool is_reference; /* the text being read is a reference's */
    bool is_out_of_memory;
    struct sma_str text;
    struct sma_map types; /* full name → its first complete definition */
    struct sma_work work;

    /* Of the text being read. */
    struct sma_avro_pending *pending;
    size_t pending_count, pending_capacity;
    struct sma_avro_bound *bounds; /* of records, in the order of the text */
    size_t bound_count, bound_capacity;
    const struct sma_avro_node **unions; /* with a pending member */
    size_t union_count, union_capacity;
    struct sma_str null_property; /* the first that the original can not keep, see resolve.c */
    bool has_null_property;

    struct sma_error *err;
};

/* schema = string / array / object with "type". Writes *slot, now or when its name is resolved.
 * `space` is the enclosing namespace. */
enum sma_status sma_avro_parse_type(struct sma_avro_parser *p, const struct sma_avro_node **slot,
                                    const struct sma_json *json,
                                    struct sma_str space) SMA_MUST_CHECK;
/* The members of a record or "error" object behind its head. */
enum sma_status sma_avro_parse_record(struct sma_avro_parser *p, struct sma_avro_node *node,
                                      const struct sma_json *json) SMA_MUST_CHECK;

/* Points *slot at what `written` names inside `space`, or notes it as pending. */
enum sma_status sma_avro_refer(struct sma_avro_parser *p, const struct sma_avro_node **slot,
                               const struct sma_json *written, struct sma_str space) SMA_MUST_CHECK;
/* Notes that a record begins or ends here. */
enum sma_status sma_avro_note_bound(struct sma_avro_parser *p, struct sma_avro_node *record,
                                    bool is_end) SMA_MUST_CHECK;
/* Enters a complete definition of a named type. */
enum sma_status sma_avro_define(struct sma_avro_parser *p, struct sma_avro_node *node,
                                uint32_t offset) SMA_MUST_CHECK;
/* Two members of one name; checked again at the end for unions with pending members. */
enum sma_status sma_avro_check_union(struct sma_avro_parser *p,
                                     const struct sma_avro_node *node) SMA_MUST_CHECK;
/* After the text: pending names, then what depends on them. */
enum sma_status sma_avro_resolve(struct sma_avro_parser *p,
                                 const struct sma_avro_node **root) SMA_MUST_CHECK;

/* Whether the field's default fits its type (compat-avro section 4). */
enum sma_status sma_avro_check_default(struct sma_avro_parser *p,
                                       const struct sma_avro_field *field) SMA_MUST_CHECK;

/* Fills in properties: the members of `json` that are not reserved for the construct. */
bool sma_avro_keep_properties(struct sma_avro_parser *p, const struct sma_avro_property **out,
                              uint32_t *count, const struct sma_json *json, bool is_field,
                              bool is_enum);
/* Sets `logical`, `precision` and `scale` from the properties where they fit. */
void sma_avro_find_logical(struct sma_avro_node *node);

/* Strings that outlive the JSON tree; on failure is_out_of_memory is set. */
struct sma_str sma_avro_keep(struct sma_avro_parser *p, struct sma_str s);
const struct sma_json *sma_avro_keep_json(struct sma_avro_parser *p, const struct sma_json *v);
struct sma_span sma_avro_span(const struct sma_avro_parser *p, const struct sma_json *v);
/* A node of that kind, zeroed, unnumbered; NULL when out of memory. */
struct sma_avro_node *sma_avro_node_new(struct sma_avro_parser *p, enum sma_avro_kind kind,
                                        const struct sma_json *json);

/* SMA_EINVAL with `what` and then the JSON, the schema or the plain text. */
enum sma_status sma_avro_fail_json(struct sma_avro_parser *p, const char *what,
                                   const struct sma_json *v);
enum sma_status sma_avro_fail_text(struct sma_avro_parser *p, const struct sma_json *at,
                                   const char *what, struct sma_str text);
enum sma_status sma_avro_fail_node(struct sma_avro_parser *p, uint32_t offset, const char *what,
                                   const struct sma_avro_node *node);
/* SMA_EINVAL when a name does not follow the rule in force while parsing. */
enum sma_status sma_avro_check_name(struct sma_avro_parser *p, const struct sma_json *at,
                                    struct sma_str name) SMA_MUST_CHECK;

#endif
