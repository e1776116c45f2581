/* Keywords on any value, on strings and on numbers: from their JSON to rules. */
#include "core/jsonschema/compile_schema.h"

#include "base/num.h"

/* ---- type, enum, const
 * --------------------------------------------------------------------------- */

static uint8_t type_of_name(struct sma_str name)
{
    static const struct {
        const char *name;
        uint8_t types;
    } types[] = {{"null", SMA_TYPE_NULL},       {"boolean", SMA_TYPE_BOOLEAN},
                 {"integer", SMA_TYPE_INTEGER}, {"number", SMA_TYPE_NUMBER},
                 {"string", SMA_TYPE_STRING},   {"array", SMA_TYPE_ARRAY},
                 {"object", SMA_TYPE_OBJECT}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (sma_str_eqz(name, types[i].name))
            return types[i].types;
    return 0;
}

static uint8_t type_of_item(struct sma_build *b, const struct sma_json *item)
{
    uint8_t types = item->type == SMA_JSON_STRING ? type_of_name(item->text) : 0;
    if (!types)
        sma_compile_fail(b, item,
                         "must be one of null, boolean, integer, number, string, array, object");
    return types;
}

void sma_keyword_type(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    (void)keyword;
    uint8_t types = 0;
    if (value->type != SMA_JSON_ARRAY)
        types = type_of_item(b, value);
    for (uint32_t i = 0; value->type == SMA_JSON_ARRAY && i < value->count; i++)
        types |= type_of_item(b, &value->items[i]);
    b->node->types &= types;
}

static uint32_t type_of_value(const struct sma_json *v)
{
    static const uint32_t types[] = {SMA_TYPE_NULL,   SMA_TYPE_BOOLEAN, SMA_TYPE_NUMBER,
                                     SMA_TYPE_STRING, SMA_TYPE_ARRAY,   SMA_TYPE_OBJECT};
    return types[v->type];
}

/* Strings go to a table, null is told by its type, the rest is compared one by one. */
static void add_enum(struct sma_build *b, const char *keyword, const struct sma_json *list,
                     const struct sma_json *values, uint32_t count)
{
    struct sma_enum_rules *both =
        sma_compile_take(b->c, (size_t)b->node->enum_count + 1, sizeof *both);
    const struct sma_json **others = sma_compile_take(b->c, count, sizeof(*others));
    struct sma_name *strings = sma_compile_take(b->c, count, sizeof *strings);
    struct sma_map seen;
    size_t string_count = 0;
    if (!both || !others || !strings)
        return;
    struct sma_enum_rules *e = &both[b->node->enum_count];
    *e = (struct sma_enum_rules){.keyword = keyword, .list = list, .others = others};
    sma_map_init(&seen);
    for (uint32_t i = 0; i < count; i++) {
        const struct sma_json *v = &values[i];
        e->types |= type_of_value(v);
        if (v->type == SMA_JSON_STRING) {
            int added = sma_map_add(&seen, v->text, NULL);
            if (added > 0)
                strings[string_count++].text = v->text;
            else if (added < 0)
                b->c->st = sma_fail_nomem(b->c->err);
        } else if (v->type != SMA_JSON_NULL) {
            others[e->other_count++] = v;
        }
    }
    sma_map_fini(&seen);
    if (!b->c->st && !sma_names_build(&e->strings, b->c->arena, strings, string_count))
        b->c->st = sma_fail_nomem(b->c->err);
    for (uint32_t i = 0; i < b->node->enum_count; i++)
        both[i] = b->enums[i];
    b->enums = both;
    b->node->enum_count++;
}

void sma_keyword_enum(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    if (value->type != SMA_JSON_ARRAY)
        sma_compile_fail(b, value, "must be an array");
    else
        add_enum(b, keyword, value, value->items, value->count);
}

void sma_keyword_const(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    add_enum(b, keyword, value, value, 1);
}

/* ---- schemas on the same value
 * ------------------------------------------------------------------- */

static struct sma_branch *add_branch(struct sma_build *b, enum sma_branch_kind kind,
                                     const char *keyword)
{
    size_t count = b->node->branch_count;
    struct sma_branch *grown = b->c->st
                                   ? NULL
                                   : sma_arena_grow(b->c->arena, b->branches, count,
                                                    &b->branch_capacity, count + 1, sizeof *grown);
    if (!grown) {
        b->c->st = b->c->st ? b->c->st : sma_fail_nomem(b->c->err);
        return NULL;
    }
    b->branches = grown;
    b->node->branch_count++;
    grown[count] = (struct sma_branch){.kind = kind, .keyword = keyword};
    return &grown[count];
}

/* A branch with one node, or with room for more. */
static struct sma_branch *add_branch_on(struct sma_build *b, enum sma_branch_kind kind,
                                        const char *keyword, const struct sma_json *schema,
                                        uint32_t room)
{
    struct sma_branch *branch = add_branch(b, kind, keyword);
    const struct sma_rule_node **nodes = sma_compile_take(b->c, room, sizeof(*nodes));
    if (!branch || !nodes)
        return NULL;
    nodes[0] = sma_compile_node(b, schema);
    branch->nodes = nodes;
    branch->count = 1;
    return branch;
}

static void add_list(struct sma_build *b, enum sma_branch_kind kind, const char *keyword,
                     const struct sma_json *value)
{
    struct sma_branch *branch = add_branch(b, kind, keyword);
    if (branch)
        branch->nodes = sma_compile_nodes(b, value, &branch->count);
}

void sma_keyword_all_of(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    add_list(b, SMA_BRANCH_ALL, keyword, value);
}

void sma_keyword_any_of(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    add_list(b, SMA_BRANCH_ANY, keyword, value);
}

void sma_keyword_one_of(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    add_list(b, SMA_BRANCH_ONE, keyword, value);
}

void sma_keyword_not(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    (void)add_branch_on(b, SMA_BRANCH_NOT, keyword, value, 1);
}

/* `then` and `else` mean nothing without `if`, and `if` alone only collects annotations. */
void sma_keyword_if(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    const struct sma_json *then = sma_json_getz(b->schema, "then");
    const struct sma_json *otherwise = sma_json_getz(b->schema, "else");
    if (!then && !otherwise && b->draft < SMA_DRAFT_2019_09)
        return;
    struct sma_branch *branch = add_branch_on(b, SMA_BRANCH_IF, keyword, value, 3);
    if (!branch)
        return;
    branch->nodes[1] = then ? sma_compile_node(b, then) : NULL;
    branch->nodes[2] = otherwise ? sma_compile_node(b, otherwise) : NULL;
    branch->count = 3;
}

/* The target of a reference keyword; NULL after a failure. */
static const struct sma_json *target_of(struct sma_build *b, const struct sma_json *value,
                                        struct sma_str *anchor)
{
    const struct sma_json *target = NULL;
    if (value->type != SMA_JSON_STRING)
        sma_compile_fail(b, value, "must be a string");
    if (!b->c->st)
        b->c->st = sma_index_resolve(&b->c->index, b->resource, value, &target, anchor, b->c->err);
    return b->c->st ? NULL : target;
}

void sma_keyword_ref(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    struct sma_str anchor;
    const struct sma_json *target = target_of(b, value, &anchor);
    if (target)
        (void)add_branch_on(b, SMA_BRANCH_ALL, keyword, target, 1);
}

static bool has_dynamic_anchor(struct sma_build *b, const struct sma_json *schema,
                               struct sma_str name)
{
    const struct sma_place *place = sma_index_place(&b->c->index, schema);
    if (!place)
        return false;
    const struct sma_resource *r = &b->c->program->resources[place->resource];
    for (uint32_t i = 0; i < r->anchor_count; i++)
        if (r->anchors[i].schema == schema && sma_str_eq(r->anchors[i].name, name))
            return true;
    return false;
}

void sma_keyword_dynamic_ref(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    struct sma_str anchor;
    const struct sma_json *target = target_of(b, value, &anchor);
    if (!target)
        return;
    bool dynamic = anchor.len && has_dynamic_anchor(b, target, anchor);
    struct sma_branch *branch =
        add_branch_on(b, dynamic ? SMA_BRANCH_DYNAMIC : SMA_BRANCH_ALL, keyword, target, 1);
    if (branch)
        branch->anchor = anchor;
}

void sma_keyword_recursive_ref(struct sma_build *b, const char *keyword,
                               const struct sma_json *value)
{
    struct sma_str anchor;
    const struct sma_json *target = target_of(b, value, &anchor);
    if (!target)
        return;
    bool dynamic = has_dynamic_anchor(b, target, SMA_STR(""));
    struct sma_branch *branch =
        add_branch_on(b, dynamic ? SMA_BRANCH_DYNAMIC : SMA_BRANCH_ALL, keyword, target, 1);
    if (branch)
        branch->anchor = SMA_STR("");
}

/* ---- strings
 * ------------------------------------------------------------------------------------- */

static void compile_format(struct sma_build *b, const struct sma_json *value)
{
    bool asserts = b->c->assert_format || (b->vocabularies & SMA_VOCABULARY_FORMAT_ASSERTION);
    if (value->type != SMA_JSON_STRING) {
        sma_compile_fail(b, value, "must be a string");
        return;
    }
    enum sma_string_format format = sma_string_format_find(value->text, b->draft);
    struct sma_string_rules *rules =
        asserts && format != SMA_STRING_FORMAT_NONE ? sma_build_string(b) : NULL;
    if (rules)
        rules->format = format;
}

void sma_keyword_string(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    if (!strcmp(keyword, "format")) {
        compile_format(b, value);
        return;
    }
    struct sma_string_rules *rules = sma_build_string(b);
    if (!rules)
        return;
    if (!strcmp(keyword, "minLength"))
        rules->min = sma_compile_count(b, value, false);
    else if (!strcmp(keyword, "maxLength"))
        rules->max = sma_compile_count(b, value, true);
    else if (value->type != SMA_JSON_STRING)
        sma_compile_fail(b, value, "must be a string");
    else
        rules->pattern = sma_compile_pattern(b, value, value->text);
}

/* ---- numbers
 * ------------------------------------------------------------------------------------- */

static bool read_number(struct sma_build *b, const struct sma_json *value, struct sma_decimal *out)
{
    if (value->type == SMA_JSON_NUMBER && sma_decimal_parse(out, value->text))
        return true;
    sma_compile_fail(b, value, "must be a number");
    return false;
}

static void compile_divisor(struct sma_build *b, struct sma_number_rules *rules,
                            const struct sma_json *value)
{
    struct sma_decimal d;
    if (!read_number(b, value, &d))
        return;
    if (!d.count) {
        sma_compile_fail(b, value, "must not be zero");
        return;
    }
    d.is_negative = false; /* registries accept a sign here, and it changes nothing */
    rules->has_divisor = true;
    rules->divisor = d;
    rules->divisor_json = value;
    rules->brief_divisor = sma_decimal_shorten(&d);
}

/* Draft 4: a boolean beside the bound says that it is not part of the range. */
static bool draft4_exclusive(struct sma_build *b, bool is_lower)
{
    if (b->draft != SMA_DRAFT_4)
        return false;
    const struct sma_json *flag = is_lower ? sma_json_getz(b->schema, "exclusiveMinimum")
                                           : sma_json_getz(b->schema, "exclusiveMaximum");
    if (flag && flag->type != SMA_JSON_BOOL)
        sma_compile_fail(b, flag, "must be a boolean");
    return flag && flag->boolean;
}

void sma_keyword_number(struct sma_build *b, const char *keyword, const struct sma_json *value)
{
    struct sma_number_rules *rules = sma_build_number(b);
    if (!rules)
        return;
    if (!strcmp(keyword, "multipleOf")) {
        compile_divisor(b, rules, value);
        return;
    }
    struct sma_bound *bound = &rules->bounds[rules->bound_count];
    if (!read_number(b, value, &bound->value))
        return;
    bound->json = value;
    bound->is_lower = strstr(keyword, "inimum") != NULL;
    bound->is_exclusive = keyword[0] == 'e' || draft4_exclusive(b, bound->is_lower);
    bound->keyword = keyword;
    bound->brief = sma_decimal_shorten(&bound->value);
    rules->bound_count++;
}
