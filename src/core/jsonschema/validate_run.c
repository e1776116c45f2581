/* Running a program: schemas applied to values. One evaluator serves both the quick verdict and the
 * full report: where a rule refuses a value, sma_run_violate says whether to go on, and only there
 * do the two differ.
 *
 * The unevaluated keywords need to know which members or items other keywords have looked at. A
 * `seen` set for that travels along the schemas that judge the same value, and only below a schema
 * that has such a keyword; elsewhere it is NULL and costs nothing. */
#include "core/jsonschema/validate_run.h"

#include "base/utf8.h"

/* Names beyond this many bytes cost work by their length. */
#define LONG_NAME 64
/* Anchors that one unit of work pays for. */
#define ANCHORS_PER_UNIT 8

struct seen {
    uint64_t *bits; /* one per member or item */
    uint32_t words;
    bool all;
    uint64_t own; /* `bits` of small values */
};

static bool check(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v,
                  struct seen *seen);

/* ---- what has been looked at
 * --------------------------------------------------------------------- */

static bool seen_init(struct sma_run *r, struct seen *seen, const struct sma_json *v)
{
    *seen = (struct seen){.words = (v->count + 63) / 64};
    seen->bits = seen->words <= 1 ? &seen->own : sma_scratch_take(r, seen->words, sizeof(uint64_t));
    return seen->bits != NULL;
}

static void seen_add(struct seen *seen, uint32_t i)
{
    seen->bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static bool seen_has(const struct seen *seen, uint32_t i)
{
    return seen->all || (seen->bits[i / 64] >> (i % 64) & 1);
}

static void seen_merge(struct seen *into, const struct seen *from)
{
    into->all |= from->all;
    for (uint32_t i = 0; !from->all && i < from->words; i++)
        into->bits[i] |= from->bits[i];
}

/* ---- one value inside another
 * -------------------------------------------------------------------- */

static bool check_child_fully(struct sma_run *r, const struct sma_rule_node *parent,
                              const char *keyword, const struct sma_rule_node *node,
                              const struct sma_json *v)
{
    if (node->is_plain && !node->types)
        return sma_run_violate_false(r, parent, keyword, v) && false;
    return check(r, node, v, NULL);
}

static inline bool check_child(struct sma_run *r, const struct sma_rule_node *parent,
                               const char *keyword, const struct sma_rule_node *node,
                               const struct sma_json *v)
{
    if (node->is_leaf && sma_run_type_fits(node, v) &&
        (node->is_plain || sma_run_accepts(r, node, v)))
        return true;
    return check_child_fully(r, parent, keyword, node, v);
}

/* After a refusal: does the search end here? */
static inline bool ends(const struct sma_run *r)
{
    return r->st || !r->report || r->report->is_truncated;
}

/* Judges without reporting, for branches that may fail. */
static bool try(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v,
                struct seen *seen)
{
    struct sma_violations *report = r->report;
    r->report = NULL;
    bool ok = check(r, node, v, seen);
    r->report = report;
    return ok;
}

/* The same with what the branch has looked at kept only when it fits. */
static bool try_seen(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v,
                     struct seen *seen)
{
    struct seen own;
    if (!seen)
        return try(r, node, v, NULL);
    struct sma_scratch_mark mark = sma_scratch_mark(r);
    bool ok = seen_init(r, &own, v) && try(r, node, v, &own);
    if (ok)
        seen_merge(seen, &own);
    sma_scratch_release(r, mark);
    return ok;
}

/* ---- objects
 * ------------------------------------------------------------------------------------- */

static bool check_sizes(struct sma_run *r, const struct sma_rule_node *node,
                        const struct sma_object_rules *rules, const struct sma_json *v)
{
    bool ok = true;
    if (v->count < rules->min) {
        ok = false;
        if (!sma_run_violate(r, node, "minProperties", v, "%u properties are fewer than %llu",
                             v->count, (unsigned long long)rules->min))
            return false;
    }
    if (v->count > rules->max) {
        ok = false;
        if (!sma_run_violate(r, node, "maxProperties", v, "%u properties are more than %llu",
                             v->count, (unsigned long long)rules->max))
            return false;
    }
    return ok;
}

/* Something required is missing: which ones. */
static bool check_missing(struct sma_run *r, const struct sma_rule_node *node,
                          const struct sma_object_rules *rules, const struct sma_json *v)
{
    for (uint32_t i = 0; r->report && i < rules->names.count; i++) {
        const struct sma_name *name = &rules->names.entries[i];
        if (!name->flag || sma_json_find(v, name->text))
            continue;
        if (!sma_run_violate(r, node, "required", v, "required property \"%.*s\" is missing",
                             SMA_STR_ARG(sma_utf8_head(name->text, 200))))
            break;
    }
    return false;
}

static bool check_name(struct sma_run *r, const struct sma_rule_node *node,
                       const struct sma_object_rules *rules, const struct sma_json_member *m)
{
    struct sma_json name = {
        .type = SMA_JSON_STRING, .start = m->name_start, .end = m->name_end, .text = m->name};
    const struct sma_json *outer = r->name;
    r->name = &name;
    bool ok = check_child(r, node, "propertyNames", rules->name_schema, &name);
    r->name = outer;
    return ok;
}

/* patternProperties and propertyNames of one member. *covered: some pattern matched. */
static bool check_patterns(struct sma_run *r, const struct sma_rule_node *node,
                           const struct sma_object_rules *rules, const struct sma_json_member *m,
                           bool *covered)
{
    bool ok = true;
    for (uint32_t i = 0; i < rules->pattern_count; i++) {
        const struct sma_pattern_rule *p = &rules->patterns[i];
        if (sma_run_matches(r, p->regex, m->name)) {
            *covered = true;
            ok = check_child(r, node, "patternProperties", p->node, &m->value) && ok;
        }
        if (r->st || (!ok && ends(r)))
            return false;
    }
    if (rules->name_schema)
        ok = check_name(r, node, rules, m) && ok;
    return ok;
}

static bool check_members(struct sma_run *r, const struct sma_rule_node *node,
                          const struct sma_object_rules *rules, const struct sma_json *v,
                          struct seen *seen)
{
    uint32_t required = 0, hint = 0;
    bool ok = true;
    if (!sma_run_take(r, v->count))
        return false;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct sma_json_member *m = &v->members[i];
        if (m->name.len > LONG_NAME && !sma_run_take(r, m->name.len / LONG_NAME))
            return false;
        const struct sma_name *name = sma_names_find_next(&rules->names, m->name, &hint);
        bool covered = false;
        if (name) {
            required += name->flag;
            covered = name->value != NULL;
            if (covered && !check_child(r, node, "properties", name->value, &m->value))
                ok = false;
        }
        if (!rules->is_simple && !check_patterns(r, node, rules, m, &covered))
            ok = false;
        if (!covered && rules->additional) {
            covered = true;
            if (!check_child(r, node, "additionalProperties", rules->additional, &m->value))
                ok = false;
        }
        if (seen && covered)
            seen_add(seen, i);
        if (!ok && ends(r))
            return false;
    }
    if (required < rules->required_count)
        return check_missing(r, node, rules, v);
    return ok;
}

static bool check_dependency(struct sma_run *r, const struct sma_rule_node *node,
                             const struct sma_dependency *d, const struct sma_json *v,
                             struct seen *seen)
{
    bool ok = true;
    if (!sma_run_take(r, 1 + d->name.len / LONG_NAME))
        return false;
    if (!sma_json_find(v, d->name))
        return true;
    if (d->node)
        return check(r, d->node, v, seen);
    if (!sma_run_take(r, d->count))
        return false;
    for (size_t i = 0; i < d->count; i++) {
        if (sma_json_find(v, d->required[i]))
            continue;
        ok = false;
        if (!sma_run_violate(r, node, d->keyword, v,
                             "property \"%.*s\" needs property \"%.*s\", which is missing",
                             SMA_STR_ARG(sma_utf8_head(d->name, 100)),
                             SMA_STR_ARG(sma_utf8_head(d->required[i], 100))))
            break;
    }
    return ok;
}

static bool check_object(struct sma_run *r, const struct sma_rule_node *node,
                         const struct sma_json *v, struct seen *seen)
{
    const struct sma_object_rules *rules = node->object;
    bool ok = check_sizes(r, node, rules, v);
    if (!ok && ends(r))
        return false;
    if (rules->names.count || rules->additional || !rules->is_simple)
        ok = check_members(r, node, rules, v, seen) && ok;
    for (uint32_t i = 0; i < rules->dependency_count && (ok || !ends(r)); i++)
        ok = check_dependency(r, node, &rules->dependencies[i], v, seen) && ok;
    return ok;
}

/* ---- arrays
 * -------------------------------------------------------------------------------------- */

static bool check_lengths(struct sma_run *r, const struct sma_rule_node *node,
                          const struct sma_array_rules *rules, const struct sma_json *v)
{
    uint32_t first, second;
    bool ok = true;
    if (v->count < rules->min) {
        ok = false;
        if (!sma_run_violate(r, node, "minItems", v, "%u items are fewer than %llu", v->count,
                             (unsigned long long)rules->min))
            return false;
    }
    if (v->count > rules->max) {
        ok = false;
        if (!sma_run_violate(r, node, "maxItems", v, "%u items are more than %llu", v->count,
                             (unsigned long long)rules->max))
            return false;
    }
    if (rules->is_unique && !sma_run_is_unique(r, v, &first, &second)) {
        ok = false;
        if (r->st ||
            !sma_run_violate(r, node, "uniqueItems", v, "items %u and %u are equal", first, second))
            return false;
    }
    return ok;
}

static bool check_items(struct sma_run *r, const struct sma_rule_node *node,
                        const struct sma_array_rules *rules, const struct sma_json *v,
                        struct seen *seen)
{
    uint32_t prefix = rules->prefix_count < v->count ? rules->prefix_count : v->count;
    bool ok = true;
    if (!sma_run_take(r, rules->rest ? v->count : prefix))
        return false;
    for (uint32_t i = 0; i < prefix; i++) {
        if (seen)
            seen_add(seen, i);
        ok = check_child(r, node, rules->prefix_keyword, rules->prefix[i], &v->items[i]) && ok;
        if (!ok && ends(r))
            return false;
    }
    for (uint32_t i = prefix; rules->rest && i < v->count; i++) {
        ok = check_child(r, node, rules->rest_keyword, rules->rest, &v->items[i]) && ok;
        if (!ok && ends(r))
            return false;
    }
    if (seen && rules->rest)
        seen->all = true;
    return ok;
}

static bool check_contains(struct sma_run *r, const struct sma_rule_node *node,
                           const struct sma_array_rules *rules, const struct sma_json *v,
                           struct seen *seen)
{
    bool count_all = rules->contains_max != UINT64_MAX || (seen && rules->contains_evaluates);
    uint64_t found = 0;
    for (uint32_t i = 0; i < v->count && (count_all || found < rules->contains_min); i++) {
        if (try(r, rules->contains, &v->items[i], NULL)) {
            found++;
            if (seen && rules->contains_evaluates)
                seen_add(seen, i);
        }
        if (r->st)
            return false;
    }
    if (found < rules->contains_min) {
        const char *keyword = rules->contains_min == 1 ? "contains" : "minContains";
        return sma_run_violate(r, node, keyword, v, "%llu matching items are fewer than %llu",
                               (unsigned long long)found,
                               (unsigned long long)rules->contains_min) &&
               false;
    }
    if (found > rules->contains_max)
        return sma_run_violate(r, node, "maxContains", v, "%llu matching items are more than %llu",
                               (unsigned long long)found,
                               (unsigned long long)rules->contains_max) &&
               false;
    return true;
}

static bool check_array(struct sma_run *r, const struct sma_rule_node *node,
                        const struct sma_json *v, struct seen *seen)
{
    const struct sma_array_rules *rules = node->array;
    bool ok = check_lengths(r, node, rules, v);
    if (!ok && ends(r))
        return false;
    if (rules->prefix_count || rules->rest)
        ok = check_items(r, node, rules, v, seen) && ok;
    if (rules->contains && (ok || !ends(r)))
        ok = check_contains(r, node, rules, v, seen) && ok;
    return ok;
}

/* ---- schemas on the same value
 * ------------------------------------------------------------------- */

static bool check_all(struct sma_run *r, const struct sma_branch *branch, const struct sma_json *v,
                      struct seen *seen)
{
    bool ok = true;
    for (uint32_t i = 0; i < branch->count; i++) {
        ok = check(r, branch->nodes[i], v, seen) && ok;
        if (!ok && ends(r))
            return false;
    }
    return ok;
}

/* No branch fits: the one that was meant is the only one that takes values of this type. */
static void explain(struct sma_run *r, const struct sma_branch *branch, const struct sma_json *v)
{
    const struct sma_rule_node *meant = NULL;
    for (uint32_t i = 0; i < branch->count; i++) {
        const struct sma_rule_node *node = branch->nodes[i];
        if (!(node->types & sma_run_types(v)))
            continue;
        if (meant)
            return;
        meant = node;
    }
    if (meant && !ends(r))
        (void)check(r, meant, v, NULL);
}

static bool check_any(struct sma_run *r, const struct sma_rule_node *node,
                      const struct sma_branch *branch, const struct sma_json *v, struct seen *seen)
{
    bool ok = false;
    for (uint32_t i = 0; i < branch->count && (!ok || seen); i++) {
        ok = try_seen(r, branch->nodes[i], v, seen) || ok;
        if (r->st)
            return false;
    }
    if (!ok && sma_run_violate(r, node, "anyOf", v, "none of the %u schemas fits", branch->count))
        explain(r, branch, v);
    return ok;
}

static bool check_one(struct sma_run *r, const struct sma_rule_node *node,
                      const struct sma_branch *branch, const struct sma_json *v, struct seen *seen)
{
    uint32_t fits = 0, first = 0, second = 0;
    for (uint32_t i = 0; i < branch->count && fits < 2; i++) {
        if (try_seen(r, branch->nodes[i], v, seen)) {
            *(fits ? &second : &first) = i;
            fits++;
        }
        if (r->st)
            return false;
    }
    if (fits == 1)
        return true;
    if (fits)
        return sma_run_violate(r, node, "oneOf", v, "more than one schema fits: %u and %u", first,
                               second) &&
               false;
    if (sma_run_violate(r, node, "oneOf", v, "none of the %u schemas fits", branch->count))
        explain(r, branch, v);
    return false;
}

static bool check_if(struct sma_run *r, const struct sma_branch *branch, const struct sma_json *v,
                     struct seen *seen)
{
    bool condition = try_seen(r, branch->nodes[0], v, seen);
    const struct sma_rule_node *next = branch->nodes[condition ? 1 : 2];
    if (r->st)
        return false;
    return !next || check(r, next, v, seen);
}

/* The outermost resource on the way here that has the dynamic anchor. */
static const struct sma_rule_node *dynamic_target(struct sma_run *r,
                                                  const struct sma_branch *branch)
{
    const struct sma_rule_node *target = branch->nodes[0];
    for (const struct sma_scope *s = r->scope; s; s = s->outer) {
        const struct sma_resource *resource = &r->program->resources[s->resource];
        if (!sma_run_take(r, resource->anchor_count / ANCHORS_PER_UNIT))
            break; /* the next check gives the answer */
        for (uint32_t i = 0; i < resource->anchor_count; i++)
            if (resource->anchors[i].node && sma_str_eq(resource->anchors[i].name, branch->anchor))
                target = resource->anchors[i].node;
    }
    return target;
}

static bool check_branch(struct sma_run *r, const struct sma_rule_node *node,
                         const struct sma_branch *branch, const struct sma_json *v,
                         struct seen *seen)
{
    switch (branch->kind) {
    case SMA_BRANCH_ALL:
        return check_all(r, branch, v, seen);
    case SMA_BRANCH_ANY:
        return check_any(r, node, branch, v, seen);
    case SMA_BRANCH_ONE:
        return check_one(r, node, branch, v, seen);
    case SMA_BRANCH_NOT:
        if (!try(r, branch->nodes[0], v, NULL))
            return !r->st;
        return sma_run_violate(r, node, "not", v, "the schema that must not fit fits") && false;
    case SMA_BRANCH_IF:
        return check_if(r, branch, v, seen);
    case SMA_BRANCH_DYNAMIC:
        return check(r, dynamic_target(r, branch), v, seen);
    }
    return false;
}

/* ---- unevaluated
 * --------------------------------------------------------------------------------- */

static bool check_unevaluated(struct sma_run *r, const struct sma_rule_node *node,
                              const struct sma_json *v, struct seen *seen)
{
    bool is_object = v->type == SMA_JSON_OBJECT;
    const struct sma_rule_node *schema =
        is_object ? (node->object ? node->object->unevaluated : NULL)
        : v->type == SMA_JSON_ARRAY && node->array ? node->array->unevaluated
                                                   : NULL;
    bool ok = true;
    if (!schema)
        return true;
    for (uint32_t i = 0; i < v->count && (ok || !ends(r)); i++) {
        if (seen_has(seen, i))
            continue;
        ok = check_child(r, node, is_object ? "unevaluatedProperties" : "unevaluatedItems", schema,
                         is_object ? &v->members[i].value : &v->items[i]) &&
             ok;
    }
    seen->all = true;
    return ok;
}

/* ---- one schema on one value
 * --------------------------------------------------------------------- */

static bool check_rules(struct sma_run *r, const struct sma_rule_node *node,
                        const struct sma_json *v, struct seen *seen)
{
    bool ok = true;
    if (!sma_run_type_fits(node, v)) {
        ok = false;
        if (!sma_run_violate_type(r, node, v))
            return false;
    }
    if (node->enum_count && !sma_run_enum(r, node, v))
        ok = false;
    if (!ok && ends(r))
        return false;
    if (v->type == SMA_JSON_STRING)
        ok = (!node->string || sma_run_string(r, node, v)) && ok;
    else if (v->type == SMA_JSON_OBJECT)
        ok = (!node->object || check_object(r, node, v, seen)) && ok;
    else if (v->type == SMA_JSON_NUMBER)
        ok = (!node->number || sma_run_number(r, node, v)) && ok;
    else if (v->type == SMA_JSON_ARRAY)
        ok = (!node->array || check_array(r, node, v, seen)) && ok;
    for (uint32_t i = 0; i < node->branch_count && (ok || !ends(r)); i++)
        ok = check_branch(r, node, &node->branches[i], v, seen) && ok;
    return ok;
}

/* A schema with unevaluated keywords keeps its own books and hands them on. */
static bool check_evaluating(struct sma_run *r, const struct sma_rule_node *node,
                             const struct sma_json *v, struct seen *outer)
{
    struct seen own;
    struct sma_scratch_mark mark = sma_scratch_mark(r);
    if (!seen_init(r, &own, v))
        return false;
    bool ok = check_rules(r, node, v, &own);
    if (ok || !ends(r))
        ok = check_unevaluated(r, node, v, &own) && ok;
    if (outer)
        seen_merge(outer, &own);
    sma_scratch_release(r, mark);
    return ok;
}

static bool too_deep(struct sma_run *r)
{
    r->st = sma_fail(r->err, SMA_ELIMIT,
                     "schemas apply inside one another more than %u deep (limit: validation depth)",
                     r->program->max_depth);
    return false;
}

static bool check(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v,
                  struct seen *seen)
{
    struct sma_scope scope = {r->scope, node->resource};
    if (!sma_run_take(r, 1))
        return false;
    if (r->depth >= r->program->max_depth)
        return too_deep(r);
    r->depth++;
    if (r->program->needs_scope)
        r->scope = &scope;
    bool ok =
        node->has_unevaluated ? check_evaluating(r, node, v, seen) : check_rules(r, node, v, seen);
    r->scope = scope.outer;
    r->depth--;
    return ok;
}

/* ---- entry points
 * -------------------------------------------------------------------------------- */

bool sma_run_out_of_work(struct sma_run *r)
{
    if (!r->st)
        r->st = sma_fail(r->err, SMA_ELIMIT,
                         "the validation takes more than %llu steps (limit: validation work)",
                         (unsigned long long)r->program->max_steps);
    return false;
}

static enum sma_status run(const struct sma_validator *program,
                           struct sma_validator_scratch **scratch, const struct sma_json *instance,
                           struct sma_violations *report, bool *valid, struct sma_error *err)
{
    if (!*scratch)
        *scratch = sma_scratch_new();
    if (!*scratch)
        return sma_fail_nomem(err);
    struct sma_run r = {.program = program,
                        .scratch = *scratch,
                        .instance = instance,
                        .report = report,
                        .work = {program->max_steps},
                        .err = err};
    *valid = check(&r, program->root, instance, NULL);
    return r.st;
}

enum sma_status sma_validator_check(const struct sma_validator *program,
                                    struct sma_validator_scratch **scratch,
                                    const struct sma_json *instance, bool *valid,
                                    struct sma_error *err)
{
    bool verdict = false;
    enum sma_status st = run(program, scratch, instance, NULL, &verdict, err);
    if (!st)
        *valid = verdict;
    return st;
}

/* The quick verdict first: most instances are valid, and for them there is nothing to report. */
enum sma_status sma_validator_report(const struct sma_validator *program,
                                     struct sma_validator_scratch **scratch,
                                     const struct sma_json *instance,
                                     struct sma_violations *violations, struct sma_error *err)
{
    bool valid = false;
    enum sma_status st = run(program, scratch, instance, NULL, &valid, err);
    return st || valid ? st : run(program, scratch, instance, violations, &valid, err);
}
