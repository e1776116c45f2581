/* The comparison of two schemas: passes until recursive pairs are settled, then the findings. */
#include <stdlib.h>

#include "core/jsonschema/compat.h"

/* Passes over recursive schemas. Two settle all but contrived ones. */
#define PASSES_MAX 10u
/* Bytes of paths, and entries walked over, while findings are written. */
#define PATH_BYTES_MAX (16u << 20)
#define WALK_STEPS_MAX 2000000u

/* ---- passes (section 7.1) ------------------------------------------------------------------ */

/* Compares with what the pass before said about pairs that contain themselves, until the pairs with
 * something incompatible stay the same. */
static enum sma_status compare_roots(const struct sma_js_result **out, struct sma_js_differ *differ,
                                     const struct sma_js_node *old, const struct sma_js_node *new)
{
    for (unsigned pass = 0; pass < PASSES_MAX; pass++) {
        differ->met_cycle = false;
        enum sma_status st = sma_js_compare(out, differ, old, new);
        if (st || !differ->met_cycle || sma_js_memo_agree(&differ->memo, &differ->seed))
            return st;
        sma_js_memo_fini(&differ->seed);
        differ->seed = differ->memo;
        differ->memo = (struct sma_js_memo){NULL, 0, 0};
    }
    return SMA_OK;
}

/* ---- findings ------------------------------------------------------------------------------ */

struct frame {
    const struct sma_js_result *result;
    const struct sma_js_entry *next;
    size_t path_len;
};

struct walk {
    struct sma_findings *out;
    struct sma_buf path;
    struct frame *stack;
    size_t depth, capacity;
    size_t incompatible_left, compatible_left; /* findings that may still be kept */
    size_t bytes_left;                         /* of paths */
    struct sma_work steps;
    bool failed; /* out of memory */
};

static void append_segment(struct sma_buf *path, struct sma_str segment)
{
    if (!segment.ptr)
        return;
    if (path->len > 2) /* "#/" */
        sma_buf_putc(path, '/');
    sma_buf_puts(path, segment);
}

/* The member or item a path segment names, also where drafts write it under another name. */
static const struct sma_json *descend(const struct sma_json *json, struct sma_str segment)
{
    static const char *const other_names[][2] = {
        {"items", "prefixItems"},
        {"additionalItems", "items"},
        {"dependencies", "dependentRequired"},
        {"dependencies", "dependentSchemas"},
    };
    if (!json || !segment.ptr)
        return NULL;
    if (json->type == SMA_JSON_OBJECT) {
        const struct sma_json *found = sma_json_get(json, segment);
        for (size_t i = 0; !found && i < sizeof other_names / sizeof *other_names; i++)
            if (sma_str_eqz(segment, other_names[i][0]))
                found = sma_json_get(json, sma_str_z(other_names[i][1]));
        return found;
    }
    if (json->type != SMA_JSON_ARRAY)
        return NULL;
    for (uint32_t i = 0; i < json->count; i++) /* required: the item is the name */
        if (json->items[i].type == SMA_JSON_STRING && sma_str_eq(json->items[i].text, segment))
            return &json->items[i];
    uint64_t index = 0;
    for (size_t i = 0; i < segment.len && index < json->count; i++)
        index = segment.ptr[i] >= '0' && segment.ptr[i] <= '9'
                    ? index * 10 + (uint64_t)(segment.ptr[i] - '0')
                    : UINT32_MAX;
    return segment.len && index < json->count ? &json->items[index] : NULL;
}

/* Bytes of what the finding is about: as far down its path as the side has it. */
static struct sma_span span_of(const struct sma_js_node *node, const struct sma_js_entry *entry)
{
    if (!node || !node->is_main)
        return (struct sma_span){0, 0};
    const struct sma_json *best = node->source;
    const struct sma_json *first = descend(best, entry->first);
    const struct sma_json *second = descend(first, entry->second);
    best = second ? second : first ? first : best;
    return (struct sma_span){best->start, best->end};
}

static void emit(struct walk *walk, const struct sma_js_result *result,
                 const struct sma_js_entry *entry)
{
    size_t *left = entry->is_compatible ? &walk->compatible_left : &walk->incompatible_left;
    bool is_first = !entry->is_compatible && *left == SMA_JS_FINDINGS_MAX;
    if (!*left)
        return;
    append_segment(&walk->path, entry->first);
    append_segment(&walk->path, entry->second);
    if (walk->path.len > walk->bytes_left && !is_first) {
        *left = 0;
        return;
    }
    walk->bytes_left -= walk->path.len < walk->bytes_left ? walk->path.len : walk->bytes_left;
    --*left;
    struct sma_finding *finding =
        sma_findings_add(walk->out, sma_js_rule(entry->rule), entry->is_compatible,
                         sma_buf_str(&walk->path), SMA_STR(""));
    if (!finding)
        return;
    finding->reader_span = span_of(result->new, entry);
    finding->writer_span = span_of(result->old, entry);
}

/* Starts on a result unless there is nothing in it that may still be kept. */
static void enter(struct walk *walk, const struct sma_js_result *result)
{
    if (!(result->is_incompatible ? walk->incompatible_left | walk->compatible_left
                                  : walk->compatible_left))
        return;
    if (walk->depth == walk->capacity) {
        size_t capacity = walk->capacity ? walk->capacity * 2 : 64;
        struct frame *grown = realloc(walk->stack, capacity * sizeof *grown);
        if (!grown) {
            walk->failed = true;
            return;
        }
        walk->stack = grown;
        walk->capacity = capacity;
    }
    walk->stack[walk->depth++] = (struct frame){result, result->entries, walk->path.len};
}

/* One entry of the innermost result. */
static void step(struct walk *walk)
{
    struct frame *frame = &walk->stack[walk->depth - 1];
    const struct sma_js_entry *entry = frame->next;
    walk->path.len = frame->path_len;
    if (!entry) {
        walk->depth--;
        return;
    }
    frame->next = entry->next;
    if (!entry->below) {
        emit(walk, frame->result, entry);
        return;
    }
    append_segment(&walk->path, entry->first);
    append_segment(&walk->path, entry->second);
    enter(walk, entry->below);
}

/* Writes out the findings in the order they were discovered. Results are shared, so their number
 * can be exponential: enough of each sort are kept, always one that is incompatible if there is
 * any. */
static enum sma_status write_findings(struct sma_findings *out, const struct sma_js_result *result,
                                      struct sma_error *err)
{
    struct walk walk = {
        .out = out,
        .incompatible_left = SMA_JS_FINDINGS_MAX,
        .compatible_left = SMA_JS_FINDINGS_MAX,
        .bytes_left = PATH_BYTES_MAX,
        .steps = {WALK_STEPS_MAX},
    };
    sma_buf_init(&walk.path, 0);
    sma_buf_putz(&walk.path, "#/");
    enter(&walk, result);
    while (walk.depth && !walk.failed && !sma_buf_failed(&walk.path)) {
        if (!sma_work_take(&walk.steps, 1)) {
            if (!result->is_incompatible || out->incompatible_count)
                break;
            walk.compatible_left = 0; /* go on for the one that decides */
        }
        step(&walk);
    }
    bool failed = walk.failed || sma_buf_failed(&walk.path);
    free(walk.stack);
    sma_buf_fini(&walk.path);
    return failed ? sma_fail_nomem(err) : sma_findings_status(out, err);
}

/* ---- entry --------------------------------------------------------------------------------- */

/* A side without a model: a document that would have to be fetched is a finding of its own,
 * anything else is the failure it would have been when it was registered. */
static enum sma_status report_problem(struct sma_findings *out, const struct sma_jsonschema *schema,
                                      struct sma_error *err)
{
    if (!schema->needs_fetch)
        return sma_fail(err, SMA_EINVAL, "%.*s", SMA_STR_ARG(schema->problem));
    (void)sma_findings_add(out, sma_js_rule_external_reference(), false, SMA_STR("#/"),
                           schema->problem);
    return sma_findings_status(out, err);
}

enum sma_status sma_jsonschema_compat(struct sma_findings *out, const struct sma_schema *reader,
                                      const struct sma_schema *writer, enum sma_policy policy,
                                      struct sma_work *work, struct sma_error *err)
{
    const struct sma_jsonschema *new = sma_jsonschema_of(reader), *old = sma_jsonschema_of(writer);
    const struct sma_js_result *result = NULL;
    struct sma_js_differ differ = {.policy = policy, .work = work, .err = err};
    if (!old->model || !new->model)
        return report_problem(out, old->model ? new : old, err);
    differ.is_modern = old->model->is_modern && new->model->is_modern;
    sma_arena_init(&differ.arena, 0);
    sma_map_init(&differ.patterns);
    enum sma_status st = compare_roots(&result, &differ, old->model->root, new->model->root);
    if (!st)
        st = write_findings(out, result, err);
    sma_js_patterns_fini(&differ.patterns);
    sma_js_memo_fini(&differ.memo);
    sma_js_memo_fini(&differ.seed);
    sma_arena_fini(&differ.arena);
    return st;
}
