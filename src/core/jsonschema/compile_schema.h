/* The compiler's state, shared by the files that turn keywords into rules. Private to compile_*.c.
 */
#ifndef SMA_CORE_JSONSCHEMA_COMPILE_SCHEMA_H
#define SMA_CORE_JSONSCHEMA_COMPILE_SCHEMA_H

#include "base/map.h"
#include "core/jsonschema/compile_index.h"
#include "core/jsonschema/compile_program.h"

struct sma_compiler {
    struct sma_index index;
    struct sma_validator *program;
    struct sma_arena *arena; /* the program's */
    bool assert_format, lenient_patterns;
    /* Nodes asked for and not built yet, so that long chains of references need no stack. */
    const struct sma_json **queue;
    size_t queue_count, queue_capacity;
    struct sma_branch **dynamics; /* every SMA_BRANCH_DYNAMIC */
    size_t dynamic_count, dynamic_capacity;
    struct sma_map patterns; /* pattern text → regex */
    enum sma_status st;      /* sticky */
    struct sma_error *err;
};

/* One schema while it is compiled: mutable versions of what its node will point to. */
struct sma_build {
    struct sma_compiler *c;
    const struct sma_json *schema;
    uint32_t resource;
    enum sma_draft draft;
    uint32_t vocabularies;
    struct sma_rule_node *node;
    struct sma_string_rules *string;
    struct sma_number_rules *number;
    struct sma_object_rules *object;
    struct sma_array_rules *array;
    struct sma_enum_rules *enums;
    struct sma_branch *branches;
    size_t branch_capacity;
    struct sma_dependency *dependencies;
    size_t dependency_capacity;
};

typedef void sma_keyword_fn(struct sma_build *b, const char *keyword, const struct sma_json *value);

/* Zeroed memory of the program's; NULL (and the sticky status) when there is none. */
void *sma_compile_take(struct sma_compiler *c, size_t count, size_t size);
/* Fails the compilation with the place of `at`. */
void sma_compile_fail(struct sma_build *b, const struct sma_json *at, const char *fmt, ...)
    SMA_PRINTF(3, 4);
/* The node of a schema that is a value of this one's keywords; NULL after a failure. */
const struct sma_rule_node *sma_compile_node(struct sma_build *b, const struct sma_json *schema);
/* The nodes of an array of schemas, *count of them. */
const struct sma_rule_node **sma_compile_nodes(struct sma_build *b, const struct sma_json *list,
                                               uint32_t *count);
/* Compiles a pattern once per text. */
const struct sma_regex *sma_compile_pattern(struct sma_build *b, const struct sma_json *at,
                                            struct sma_str pattern);
/* The value of a keyword that counts something; UINT64_MAX when it is larger. A negative one is 0
 * for a minimum and an error for a maximum. */
uint64_t sma_compile_count(struct sma_build *b, const struct sma_json *value, bool is_maximum);
/* An array of strings. */
bool sma_compile_is_names(const struct sma_json *list);

/* The rules of each kind, created on first use; NULL when out of memory. */
struct sma_string_rules *sma_build_string(struct sma_build *b);
struct sma_number_rules *sma_build_number(struct sma_build *b);
struct sma_object_rules *sma_build_object(struct sma_build *b);
struct sma_array_rules *sma_build_array(struct sma_build *b);

/* Keywords by what they look at. */
sma_keyword_fn sma_keyword_type, sma_keyword_enum, sma_keyword_const, sma_keyword_ref,
    sma_keyword_dynamic_ref, sma_keyword_recursive_ref, sma_keyword_all_of, sma_keyword_any_of,
    sma_keyword_one_of, sma_keyword_not, sma_keyword_if;
sma_keyword_fn sma_keyword_string, sma_keyword_number;
sma_keyword_fn sma_keyword_items, sma_keyword_prefix_items, sma_keyword_contains,
    sma_keyword_array_size, sma_keyword_unevaluated_items;
sma_keyword_fn sma_keyword_properties, sma_keyword_pattern_properties,
    sma_keyword_additional_properties, sma_keyword_property_names, sma_keyword_object_size,
    sma_keyword_dependencies, sma_keyword_unevaluated_properties;

#endif
