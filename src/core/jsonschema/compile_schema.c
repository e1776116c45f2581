/* The compiler's driver: which keyword means what in which draft, the queue of schemas to compile,
 * and the making and freeing of programs. */
#include "core/jsonschema/compile_schema.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/jsonschema/pointer.h"

/* Memory of one program. */
#define PROGRAM_BYTES_MAX ((size_t)256 << 20)
/* `$ref`s to `$ref`s that are cut short; longer chains stay as they are. */
#define ALIAS_HOPS_MAX 16

#define APPLICATOR SMA_VOCABULARY_APPLICATOR
#define VALIDATION SMA_VOCABULARY_VALIDATION
#define UNEVALUATED SMA_VOCABULARY_UNEVALUATED
#define D4 SMA_DRAFT_4
#define D6 SMA_DRAFT_6
#define D7 SMA_DRAFT_7
#define D19 SMA_DRAFT_2019_09
#define D20 SMA_DRAFT_2020_12

/* Keywords in the order in which their rules run where the order is free: cheap ones first.
 * Partners of another keyword (additionalItems, then, minContains …) are read by that one. */
static const struct keyword {
    const char *name;
    enum sma_draft since, until;
    uint32_t vocabulary; /* 0: always in force */
    sma_keyword_fn *fn;
} keywords[] = {
    {"type", D4, D20, VALIDATION, sma_keyword_type},
    {"const", D6, D20, VALIDATION, sma_keyword_const},
    {"enum", D4, D20, VALIDATION, sma_keyword_enum},
    {"minLength", D4, D20, VALIDATION, sma_keyword_string},
    {"maxLength", D4, D20, VALIDATION, sma_keyword_string},
    {"pattern", D4, D20, VALIDATION, sma_keyword_string},
    {"format", D4, D20, 0, sma_keyword_string},
    {"minimum", D4, D20, VALIDATION, sma_keyword_number},
    {"maximum", D4, D20, VALIDATION, sma_keyword_number},
    {"exclusiveMinimum", D6, D20, VALIDATION, sma_keyword_number},
    {"exclusiveMaximum", D6, D20, VALIDATION, sma_keyword_number},
    {"multipleOf", D4, D20, VALIDATION, sma_keyword_number},
    {"minItems", D4, D20, VALIDATION, sma_keyword_array_size},
    {"maxItems", D4, D20, VALIDATION, sma_keyword_array_size},
    {"uniqueItems", D4, D20, VALIDATION, sma_keyword_array_size},
    {"items", D4, D20, APPLICATOR, sma_keyword_items},
    {"prefixItems", D20, D20, APPLICATOR, sma_keyword_prefix_items},
    {"contains", D6, D20, APPLICATOR, sma_keyword_contains},
    {"minProperties", D4, D20, VALIDATION, sma_keyword_object_size},
    {"maxProperties", D4, D20, VALIDATION, sma_keyword_object_size},
    {"properties", D4, D20, APPLICATOR, sma_keyword_properties},
    {"required", D4, D20, VALIDATION, sma_keyword_properties},
    {"patternProperties", D4, D20, APPLICATOR, sma_keyword_pattern_properties},
    {"additionalProperties", D4, D20, APPLICATOR, sma_keyword_additional_properties},
    {"propertyNames", D6, D20, APPLICATOR, sma_keyword_property_names},
    {"dependencies", D4, D7, APPLICATOR, sma_keyword_dependencies},
    {"dependentRequired", D19, D20, VALIDATION, sma_keyword_dependencies},
    {"dependentSchemas", D19, D20, APPLICATOR, sma_keyword_dependencies},
    {"$ref", D4, D20, 0, sma_keyword_ref},
    {"$recursiveRef", D19, D19, 0, sma_keyword_recursive_ref},
    {"$dynamicRef", D20, D20, 0, sma_keyword_dynamic_ref},
    {"allOf", D4, D20, APPLICATOR, sma_keyword_all_of},
    {"anyOf", D4, D20, APPLICATOR, sma_keyword_any_of},
    {"oneOf", D4, D20, APPLICATOR, sma_keyword_one_of},
    {"not", D4, D20, APPLICATOR, sma_keyword_not},
    {"if", D7, D20, APPLICATOR, sma_keyword_if},
    {"unevaluatedItems", D19, D20, UNEVALUATED, sma_keyword_unevaluated_items},
    {"unevaluatedProperties", D19, D20, UNEVALUATED, sma_keyword_unevaluated_properties},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- shared by the keyword files
 * ----------------------------------------------------------------- */

void *sma_compile_take(struct sma_compiler *c, size_t count, size_t size)
{
    void *memory = c->st ? NULL : sma_arena_calloc(c->arena, count ? count : 1, size);
    if (!memory && !c->st)
        c->st = sma_fail_nomem(c->err);
    return memory;
}

void sma_compile_fail(struct sma_build *b, const struct sma_json *at, const char *fmt, ...)
{
    char message[512];
    va_list args;
    if (b->c->st)
        return;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    b->c->st = sma_index_fail(&b->c->index, b->resource, at, SMA_EINVAL, b->c->err, "%s", message);
}

static bool enqueue(struct sma_compiler *c, const struct sma_json *schema)
{
    if (c->queue_count == c->queue_capacity) {
        size_t capacity = c->queue_capacity ? c->queue_capacity * 2 : 64;
        const struct sma_json **grown = realloc(c->queue, capacity * sizeof(*grown));
        if (!grown)
            return false;
        c->queue = grown;
        c->queue_capacity = capacity;
    }
    c->queue[c->queue_count++] = schema;
    return true;
}

static bool is_annotation(struct sma_str keyword)
{
    static const char *const names[] = {"title",    "description", "$comment", "default",
                                        "examples", "deprecated",  "readOnly", "writeOnly"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (sma_str_eqz(keyword, names[i]))
            return true;
    return false;
}

/* Is the schema nothing but a `$ref`? Then its target can stand in for it. */
static const struct sma_json *only_ref(const struct sma_json *schema, enum sma_draft draft)
{
    const struct sma_json *ref = sma_json_getz(schema, "$ref");
    if (!sma_json_is(ref, SMA_JSON_STRING))
        return NULL;
    for (uint32_t i = 0; draft >= SMA_DRAFT_2019_09 && i < schema->count; i++)
        if (!is_annotation(schema->members[i].name) && &schema->members[i].value != ref)
            return NULL;
    return ref;
}

/* Follows `$ref`s that stand alone, within one resource (the path of resources matters to dynamic
 * references). A broken one is left for the keyword to complain about. */
static const struct sma_json *skip_aliases(struct sma_compiler *c, const struct sma_json *schema)
{
    for (int hops = 0; hops < ALIAS_HOPS_MAX; hops++) {
        const struct sma_place *place = sma_index_place(&c->index, schema);
        if (!place || place->node)
            break;
        uint32_t resource = place->resource;
        const struct sma_json *target;
        struct sma_str anchor;
        const struct sma_json *ref = only_ref(schema, c->program->resources[resource].draft);
        if (!ref || sma_index_resolve(&c->index, resource, ref, &target, &anchor, NULL))
            break;
        place = sma_index_place(&c->index, target);
        if (!place || place->resource != resource)
            break;
        schema = target;
    }
    return schema;
}

static const struct sma_rule_node *node_of(struct sma_compiler *c, const struct sma_json *schema)
{
    if (c->st)
        return NULL;
    schema = skip_aliases(c, schema);
    struct sma_place *place = sma_index_place(&c->index, schema);
    if (place && !place->node) {
        place->node = sma_compile_take(c, 1, sizeof *place->node);
        if (place->node)
            place->node->schema = schema;
        if (place->node && !enqueue(c, schema))
            c->st = sma_fail_nomem(c->err);
    }
    return place ? place->node : NULL;
}

const struct sma_rule_node *sma_compile_node(struct sma_build *b, const struct sma_json *schema)
{
    if (schema->type != SMA_JSON_OBJECT && schema->type != SMA_JSON_BOOL) {
        sma_compile_fail(b, schema, "a schema must be an object or a boolean");
        return NULL;
    }
    const struct sma_rule_node *node = node_of(b->c, schema);
    if (!node)
        sma_compile_fail(b, schema, "no schema is expected here"); /* nothing when already failed */
    return node;
}

const struct sma_rule_node **sma_compile_nodes(struct sma_build *b, const struct sma_json *list,
                                               uint32_t *count)
{
    if (list->type != SMA_JSON_ARRAY) {
        sma_compile_fail(b, list, "must be an array of schemas");
        return NULL;
    }
    const struct sma_rule_node **nodes = sma_compile_take(b->c, list->count, sizeof(*nodes));
    for (uint32_t i = 0; nodes && i < list->count; i++)
        nodes[i] = sma_compile_node(b, &list->items[i]);
    *count = list->count;
    return nodes;
}

static bool keep_regex(struct sma_validator *program, struct sma_regex *regex)
{
    if (program->regex_count == program->regex_capacity) {
        size_t capacity = program->regex_capacity ? program->regex_capacity * 2 : 8;
        struct sma_regex **grown = realloc(program->regexes, capacity * sizeof(*grown));
        if (!grown)
            return false;
        program->regexes = grown;
        program->regex_capacity = capacity;
    }
    program->regexes[program->regex_count++] = regex;
    return true;
}

const struct sma_regex *sma_compile_pattern(struct sma_build *b, const struct sma_json *at,
                                            struct sma_str pattern)
{
    struct sma_compiler *c = b->c;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_regex *regex = c->st ? NULL : sma_map_get(&c->patterns, pattern);
    if (c->st || regex)
        return regex;
    enum sma_status st = c->lenient_patterns ? sma_regex_compile_lenient(&regex, pattern, &err)
                                             : sma_regex_compile(&regex, pattern, &err);
    if (st) {
        c->st = sma_index_fail(&c->index, b->resource, at, st, c->err, "%s", err.message);
        return NULL;
    }
    if (!keep_regex(c->program, regex)) {
        sma_regex_free(regex);
        c->st = sma_fail_nomem(c->err);
        return NULL;
    }
    if (!sma_map_put(&c->patterns, pattern, regex))
        c->st = sma_fail_nomem(c->err);
    return regex;
}

uint64_t sma_compile_count(struct sma_build *b, const struct sma_json *value, bool is_maximum)
{
    struct sma_decimal d;
    if (value->type != SMA_JSON_NUMBER || !sma_decimal_parse(&d, value->text) ||
        !sma_decimal_is_integer(&d) || (d.is_negative && is_maximum)) {
        sma_compile_fail(b, value, "must be a non-negative integer");
        return 0;
    }
    if (d.is_negative)
        return 0;
    uint64_t count = d.coefficient;
    if (d.count > SMA_DECIMAL_SMALL_DIGITS || d.exponent > 20)
        return UINT64_MAX;
    for (int64_t e = 0; e < d.exponent; e++)
        if (__builtin_mul_overflow(count, 10u, &count))
            return UINT64_MAX;
    return count;
}

bool sma_compile_is_names(const struct sma_json *list)
{
    if (list->type != SMA_JSON_ARRAY)
        return false;
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i].type != SMA_JSON_STRING)
            return false;
    return true;
}

struct sma_string_rules *sma_build_string(struct sma_build *b)
{
    if (!b->string && (b->string = sma_compile_take(b->c, 1, sizeof *b->string)))
        b->string->max = UINT64_MAX;
    return b->string;
}

struct sma_number_rules *sma_build_number(struct sma_build *b)
{
    if (!b->number)
        b->number = sma_compile_take(b->c, 1, sizeof *b->number);
    return b->number;
}

struct sma_object_rules *sma_build_object(struct sma_build *b)
{
    if (!b->object && (b->object = sma_compile_take(b->c, 1, sizeof *b->object)))
        b->object->max = UINT64_MAX;
    return b->object;
}

struct sma_array_rules *sma_build_array(struct sma_build *b)
{
    if (!b->array && (b->array = sma_compile_take(b->c, 1, sizeof *b->array)))
        b->array->max = b->array->contains_max = UINT64_MAX;
    return b->array;
}

/* ---- one schema
 * ---------------------------------------------------------------------------------- */

static bool applies(const struct sma_build *b, const struct keyword *k)
{
    return b->draft >= k->since && b->draft <= k->until &&
           (b->draft < SMA_DRAFT_2019_09 || !k->vocabulary || (b->vocabularies & k->vocabulary));
}

static void compile_keywords(struct sma_build *b)
{
    const struct sma_json *ref = sma_json_getz(b->schema, "$ref");
    if (ref && b->draft <= SMA_DRAFT_7) { /* its neighbours mean nothing there */
        sma_keyword_ref(b, "$ref", ref);
        return;
    }
    for (size_t i = 0; !b->c->st && i < COUNT(keywords); i++) {
        const struct sma_json *value = sma_json_get(b->schema, sma_str_z(keywords[i].name));
        if (value && applies(b, &keywords[i]))
            keywords[i].fn(b, keywords[i].name, value);
    }
}

static void note_dynamics(struct sma_compiler *c, struct sma_branch *branches, uint32_t count)
{
    for (uint32_t i = 0; !c->st && i < count; i++) {
        if (branches[i].kind != SMA_BRANCH_DYNAMIC)
            continue;
        struct sma_branch **grown =
            sma_arena_grow(c->arena, c->dynamics, c->dynamic_count, &c->dynamic_capacity,
                           c->dynamic_count + 1, sizeof(*grown));
        if (!grown) {
            c->st = sma_fail_nomem(c->err);
            return;
        }
        c->dynamics = grown;
        c->dynamics[c->dynamic_count++] = &branches[i];
    }
}

static void finish_node(struct sma_build *b)
{
    struct sma_rule_node *node = b->node;
    node->string = b->string;
    node->number = b->number;
    node->object = b->object;
    node->array = b->array;
    node->enumeration = b->enums;
    node->branches = b->branches;
    if (b->object)
        b->object->is_simple = !b->object->pattern_count && !b->object->name_schema;
    node->has_unevaluated =
        (b->object && b->object->unevaluated) || (b->array && b->array->unevaluated);
    node->is_leaf = !b->object && !b->array && !b->branches;
    node->is_plain =
        !b->string && !b->number && !b->object && !b->array && !b->enums && !b->branches;
    note_dynamics(b->c, b->branches, node->branch_count);
}

static void compile_schema(struct sma_compiler *c, const struct sma_json *schema)
{
    const struct sma_place *place = sma_index_place(&c->index, schema);
    const struct sma_resource *resource = &c->program->resources[place->resource];
    struct sma_build b = {.c = c,
                          .schema = schema,
                          .resource = place->resource,
                          .draft = resource->draft,
                          .vocabularies = resource->vocabularies,
                          .node = place->node};
    b.node->resource = (uint16_t)place->resource;
    b.node->is_draft4 = b.draft == SMA_DRAFT_4;
    b.node->types = SMA_TYPE_ANY;
    if (schema->type == SMA_JSON_OBJECT)
        compile_keywords(&b);
    else if (!schema->boolean)
        b.node->types = 0;
    finish_node(&b);
}

/* ---- dynamic references
 * -------------------------------------------------------------------------- */

/* Asks for the node of every dynamic anchor that a dynamic reference may choose. True when that
 * found something new to compile. */
static bool request_anchors(struct sma_compiler *c)
{
    size_t before = c->queue_count;
    for (uint32_t r = 0; c->dynamic_count && r < c->program->resource_count; r++) {
        for (uint32_t a = 0; a < c->program->resources[r].anchor_count; a++) {
            struct sma_dynamic_anchor *anchor = &c->program->resources[r].anchors[a];
            bool wanted = false;
            for (size_t i = 0; !anchor->node && !wanted && i < c->dynamic_count; i++)
                wanted = sma_str_eq(c->dynamics[i]->anchor, anchor->name);
            if (wanted)
                anchor->node = node_of(c, anchor->schema);
        }
    }
    return c->queue_count > before;
}

static size_t anchors_of_name(const struct sma_validator *program, struct sma_str name)
{
    size_t count = 0;
    for (uint32_t r = 0; r < program->resource_count; r++)
        for (uint32_t a = 0; a < program->resources[r].anchor_count; a++)
            count += sma_str_eq(program->resources[r].anchors[a].name, name);
    return count;
}

/* A dynamic reference with one possible target is a plain one. */
static void settle_dynamics(struct sma_compiler *c)
{
    for (size_t i = 0; i < c->dynamic_count; i++) {
        if (anchors_of_name(c->program, c->dynamics[i]->anchor) <= 1)
            c->dynamics[i]->kind = SMA_BRANCH_ALL;
        else
            c->program->needs_scope = true;
    }
}

static void compile_all(struct sma_compiler *c)
{
    size_t done = 0;
    do {
        for (; !c->st && done < c->queue_count; done++)
            compile_schema(c, c->queue[done]);
    } while (!c->st && request_anchors(c));
    if (!c->st)
        settle_dynamics(c);
}

/* ---- programs
 * ------------------------------------------------------------------------------------ */

static struct sma_validator *program_new(void)
{
    struct sma_validator *program = calloc(1, sizeof *program);
    if (!program)
        return NULL;
    atomic_init(&program->ref_count, 1);
    sma_arena_init(&program->arena, PROGRAM_BYTES_MAX);
    return program;
}

struct sma_validator *sma_validator_ref(const struct sma_validator *program)
{
    struct sma_validator *p = (struct sma_validator *)(uintptr_t)program;
    if (p)
        atomic_fetch_add_explicit(&p->ref_count, 1, memory_order_relaxed);
    return p;
}

void sma_validator_unref(struct sma_validator *program)
{
    if (!program || atomic_fetch_sub_explicit(&program->ref_count, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < program->regex_count; i++)
        sma_regex_free(program->regexes[i]);
    free(program->regexes);
    sma_arena_fini(&program->arena);
    free(program);
}

size_t sma_validator_bytes(const struct sma_validator *program)
{
    size_t bytes = sizeof *program + program->arena.bytes;
    for (size_t i = 0; i < program->regex_count; i++)
        bytes += sma_regex_bytes(program->regexes[i]);
    return bytes;
}

/* Compiles into `program`, whose arena may already hold the trees. */
static enum sma_status compile_into(struct sma_validator *program, const struct sma_json *schema,
                                    const struct sma_validator_document *documents, size_t count,
                                    const struct sma_validator_options *options,
                                    struct sma_error *err)
{
    struct sma_compiler c = {.program = program,
                             .arena = &program->arena,
                             .assert_format = options->assert_format,
                             .lenient_patterns = options->lenient_patterns,
                             .err = err};
    program->max_steps = options->max_steps ? options->max_steps : SMA_VALIDATE_STEPS_MAX;
    program->max_depth = options->max_depth ? options->max_depth : SMA_VALIDATE_DEPTH_MAX;
    sma_index_init(&c.index, program);
    sma_map_init(&c.patterns);
    c.index.default_draft = options->default_draft ? options->default_draft : SMA_DRAFT_7;
    c.index.given = documents;
    c.index.given_count = count;
    c.st = sma_index_add(&c.index, options->base_uri, schema, err);
    for (size_t i = 0; !c.st && i < count; i++)
        c.st = sma_index_add(&c.index, documents[i].uri, documents[i].root, err);
    if (!c.st && schema->type != SMA_JSON_OBJECT && schema->type != SMA_JSON_BOOL)
        c.st = sma_fail(err, SMA_EINVAL, "#: a schema must be an object or a boolean");
    program->root = node_of(&c, schema);
    compile_all(&c);
    sma_map_fini(&c.patterns);
    sma_index_fini(&c.index);
    free(c.queue);
    return c.st;
}

static const struct sma_validator_options defaults;

enum sma_status sma_validator_compile(struct sma_validator **out, const struct sma_json *schema,
                                      const struct sma_validator_document *documents, size_t count,
                                      const struct sma_validator_options *options,
                                      struct sma_error *err)
{
    struct sma_validator *program = program_new();
    if (!program)
        return sma_fail_nomem(err);
    enum sma_status st =
        compile_into(program, schema, documents, count, options ? options : &defaults, err);
    if (st)
        sma_validator_unref(program);
    else
        *out = program;
    return st;
}

/* Copies and parses one text into the program's arena. */
static enum sma_status parse_text(struct sma_validator *program, struct sma_str uri,
                                  struct sma_str text, const struct sma_json **out,
                                  struct sma_error *err)
{
    struct sma_str copy = sma_arena_copy(&program->arena, text);
    if (!copy.ptr)
        return sma_fail_nomem(err);
    struct sma_error own = SMA_ERROR_INIT;
    enum sma_status st = sma_json_parse(out, &program->arena, copy, NULL, NULL, &own);
    if (st && uri.len)
        return sma_fail(err, st, "%.*s: %s", SMA_STR_ARG(sma_str_head(uri, 200)), own.message);
    return st ? sma_fail_at(err, st, own.offset, "%s", own.message) : SMA_OK;
}

enum sma_status sma_validator_compile_text(struct sma_validator **out, struct sma_str schema,
                                           const struct sma_validator_text *documents, size_t count,
                                           const struct sma_validator_options *options,
                                           struct sma_error *err)
{
    struct sma_validator *program = program_new();
    const struct sma_json *root = NULL;
    struct sma_validator_document *trees = NULL;
    enum sma_status st;
    if (!program)
        return sma_fail_nomem(err);
    st = parse_text(program, (struct sma_str){NULL, 0}, schema, &root, err);
    if (st)
        goto out;
    trees = calloc(count ? count : 1, sizeof *trees);
    if (!trees) {
        st = sma_fail_nomem(err);
        goto out;
    }
    for (size_t i = 0; i < count; i++) {
        trees[i].uri = documents[i].uri;
        st = parse_text(program, documents[i].uri, documents[i].text, &trees[i].root, err);
        if (st)
            goto out;
    }
    st = compile_into(program, root, trees, count, options ? options : &defaults, err);
    if (st)
        goto out;
    *out = program;
    program = NULL;
out:
    free(trees);
    sma_validator_unref(program);
    return st;
}
