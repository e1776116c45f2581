/* Compiling a plan: one step per pair of writer and reader types, shared through a table of pairs,
 * so that recursive schemas give a cyclic plan. */
#include "core/avro/codec_plan.h"

#include <stdlib.h>

#include "base/map.h"

/* Nesting of unnamed types and of named ones on the way to a pair that is known already. */
#define COMPILE_DEPTH_MAX 1000

struct compiler {
    struct sma_arena *arena;
    struct sma_map pairs; /* bytes of struct pair -> step */
    uint32_t steps_left;
    uint32_t depth_left;
    struct sma_error *err;
};

struct pair {
    const struct sma_avro_node *writer, *reader;
};

static enum sma_status compile(struct compiler *c, const struct sma_step **out,
                               const struct sma_avro_node *writer,
                               const struct sma_avro_node *reader);

struct sma_str sma_avro_branch_name(const struct sma_avro_node *node)
{
    return sma_avro_is_named(node) ? node->name.full : sma_avro_kind_word(node->kind);
}

static bool takes_no_bytes(const struct sma_avro_node *node, uint32_t depth_left)
{
    if (node->kind == SMA_AVRO_NULL)
        return true;
    if (node->kind == SMA_AVRO_FIXED)
        return node->fixed.size == 0;
    if (node->kind != SMA_AVRO_RECORD || !depth_left)
        return false;
    for (uint32_t i = 0; i < node->record.count; i++)
        if (!takes_no_bytes(node->record.fields[i].type, depth_left - 1))
            return false;
    return true;
}

bool sma_avro_takes_no_bytes(const struct sma_avro_node *node)
{
    /* Deeper than that, "takes bytes" is assumed: then the data's length bounds the items. */
    return takes_no_bytes(node, 16);
}

const char *sma_avro_logical_word(const struct sma_avro_node *node)
{
    switch (node->logical) {
    case SMA_AVRO_DECIMAL:
        return "decimal";
    case SMA_AVRO_BIG_DECIMAL:
        return "big-decimal";
    case SMA_AVRO_UUID:
        return "uuid";
    case SMA_AVRO_DURATION:
        return "duration";
    default:
        return NULL;
    }
}

/* ---- which types can be read as which
 * ----------------------------------------------------------------- */

/* Promotions of the specification, by wire form: SMA_STEP_FAIL when there is none. */
static enum sma_step_kind promotion(enum sma_avro_kind writer, enum sma_avro_kind reader)
{
    bool is_whole = writer == SMA_AVRO_INT || writer == SMA_AVRO_LONG;
    if (reader == SMA_AVRO_LONG && writer == SMA_AVRO_INT)
        return SMA_STEP_INT;
    if (reader == SMA_AVRO_FLOAT && is_whole)
        return SMA_STEP_INT_TO_FLOAT;
    if (reader == SMA_AVRO_DOUBLE && is_whole)
        return SMA_STEP_INT_TO_DOUBLE;
    if (reader == SMA_AVRO_DOUBLE && writer == SMA_AVRO_FLOAT)
        return SMA_STEP_FLOAT_TO_DOUBLE;
    if (reader == SMA_AVRO_BYTES && writer == SMA_AVRO_STRING)
        return SMA_STEP_BYTES;
    if (reader == SMA_AVRO_STRING && writer == SMA_AVRO_BYTES)
        return SMA_STEP_STRING;
    return SMA_STEP_FAIL;
}

/* How well a member of the reader's union suits the writer's type; less is better, 0 not at all. */
static int suitability(const struct sma_avro_node *writer, const struct sma_avro_node *member)
{
    if (writer->kind != member->kind)
        return promotion(writer->kind, member->kind) == SMA_STEP_FAIL ? 0 : 4;
    if (!sma_avro_is_named(writer) || sma_str_eq(writer->name.full, member->name.full))
        return 1;
    if (sma_avro_names_match(member, writer))
        return 2;
    return writer->kind == SMA_AVRO_RECORD ? 5 : 0;
}

static int32_t best_member(const struct sma_avro_node *writer, const struct sma_avro_node *reader)
{
    int32_t best = -1;
    int best_rank = 6;
    for (uint32_t i = 0; i < reader->variants.count; i++) {
        int rank = suitability(writer, reader->variants.members[i]);
        if (rank && rank < best_rank) {
            best = (int32_t)i;
            best_rank = rank;
        }
    }
    return best;
}

/* ---- steps
 * ------------------------------------------------------------------------------------------------
 */

static enum sma_status fail_step(struct compiler *c, struct sma_step *step,
                                 const struct sma_avro_node *writer,
                                 const struct sma_avro_node *reader)
{
    struct sma_str w = sma_avro_branch_name(writer), r = sma_avro_branch_name(reader);
    struct sma_str text = sma_arena_printf(c->arena, "data of type %.*s cannot be read as %.*s",
                                           SMA_STR_ARG(w), SMA_STR_ARG(r));
    if (!text.ptr)
        return sma_fail_nomem(c->err);
    step->kind = SMA_STEP_FAIL;
    step->failure = text.ptr;
    return SMA_OK;
}

static enum sma_status compile_enum(struct compiler *c, struct sma_step *step,
                                    const struct sma_avro_node *writer,
                                    const struct sma_avro_node *reader)
{
    uint32_t count = writer->enumeration.count;
    int32_t *positions = sma_arena_calloc(c->arena, count, sizeof *positions);
    const char **names = sma_arena_calloc(c->arena, count, sizeof *names);
    if (!positions || !names)
        return sma_fail_nomem(c->err);
    for (uint32_t i = 0; i < count; i++) {
        positions[i] = sma_avro_symbol_find(reader, writer->enumeration.symbols[i]);
        if (positions[i] < 0)
            positions[i] = reader->enumeration.default_position;
        if (positions[i] < 0)
            continue;
        names[i] = sma_arena_copy(c->arena, reader->enumeration.symbols[positions[i]]).ptr;
        if (!names[i])
            return sma_fail_nomem(c->err);
    }
    step->kind = SMA_STEP_ENUM;
    step->symbols.names = names;
    step->symbols.positions = positions;
    step->symbols.count = count;
    return SMA_OK;
}

/* The reader's field that a writer's field goes to: by name, else by one of the reader's aliases.
 */
static const struct sma_avro_field *reader_field(const struct sma_avro_node *reader,
                                                 struct sma_str name)
{
    const struct sma_avro_field *found = sma_avro_field_find(reader, name);
    for (uint32_t i = 0; !found && reader->has_field_aliases && i < reader->record.count; i++) {
        const struct sma_avro_field *field = &reader->record.fields[i];
        for (uint32_t k = 0; k < field->alias_count; k++)
            if (sma_str_eq(field->aliases[k], name))
                return field;
    }
    return found;
}

/* Steps for the writer's fields; marks which of the reader's are served. The first writer field
 * that reaches a reader field serves it; the name beats an alias. */
static enum sma_status compile_fields(struct compiler *c, struct sma_step_field *fields,
                                      bool *served, const struct sma_avro_node *writer,
                                      const struct sma_avro_node *reader)
{
    for (uint32_t i = 0; i < writer->record.count; i++) {
        const struct sma_avro_field *from = &writer->record.fields[i];
        const struct sma_avro_field *to = reader_field(reader, from->name);
        bool by_alias = to && !sma_str_eq(to->name, from->name);
        if (to && (served[to->position] || (by_alias && sma_avro_field_find(writer, to->name))))
            to = NULL;
        if (!to) {
            fields[i].skip = from->type;
            continue;
        }
        served[to->position] = true;
        fields[i].field = to;
        enum sma_status st = compile(c, &fields[i].step, from->type, to->type);
        if (st)
            return st;
    }
    return SMA_OK;
}

static enum sma_status compile_record(struct compiler *c, struct sma_step *step,
                                      const struct sma_avro_node *writer,
                                      const struct sma_avro_node *reader)
{
    uint32_t count = writer->record.count, missing = 0;
    struct sma_step_field *fields = sma_arena_calloc(c->arena, count, sizeof *fields);
    bool *served = sma_arena_calloc(c->arena, reader->record.count, sizeof *served);
    const struct sma_avro_field **defaults =
        sma_arena_calloc(c->arena, reader->record.count, sizeof(*defaults));
    if (!fields || !served || !defaults)
        return sma_fail_nomem(c->err);
    enum sma_status st = compile_fields(c, fields, served, writer, reader);
    if (st)
        return st;
    for (uint32_t i = 0; i < reader->record.count; i++) {
        const struct sma_avro_field *field = &reader->record.fields[i];
        if (served[i])
            continue;
        if (!field->default_value) {
            struct sma_str text =
                sma_arena_printf(c->arena, "field \"%.*s\" is not in the data and has no default",
                                 SMA_STR_ARG(field->name));
            step->kind = SMA_STEP_FAIL;
            step->failure = text.ptr;
            return text.ptr ? SMA_OK : sma_fail_nomem(c->err);
        }
        defaults[missing++] = field;
    }
    step->record.fields = fields;
    step->record.count = count;
    step->record.defaults = defaults;
    step->record.default_count = missing;
    return SMA_OK;
}

static enum sma_status compile_branches(struct compiler *c, struct sma_step *step,
                                        const struct sma_avro_node *writer,
                                        const struct sma_avro_node *reader)
{
    uint32_t count = writer->variants.count;
    const struct sma_step **steps = sma_arena_calloc(c->arena, count, sizeof(*steps));
    if (!steps)
        return sma_fail_nomem(c->err);
    step->kind = SMA_STEP_BRANCHES;
    step->branches.steps = steps;
    step->branches.count = count;
    for (uint32_t i = 0; i < count; i++) {
        enum sma_status st = compile(c, &steps[i], writer->variants.members[i], reader);
        if (st)
            return st;
    }
    return SMA_OK;
}

static enum sma_status compile_wrap(struct compiler *c, struct sma_step *step,
                                    const struct sma_avro_node *writer,
                                    const struct sma_avro_node *reader)
{
    int32_t index = best_member(writer, reader);
    if (index < 0)
        return fail_step(c, step, writer, reader);
    const struct sma_avro_node *member = reader->variants.members[index];
    step->kind = SMA_STEP_WRAP;
    step->branch_name = sma_avro_branch_name(member);
    step->branch_index = index;
    return compile(c, &step->item, writer, member);
}

static enum sma_status compile_same_kind(struct compiler *c, struct sma_step *step,
                                         const struct sma_avro_node *writer,
                                         const struct sma_avro_node *reader)
{
    static const enum sma_step_kind primitive[] = {
        [SMA_AVRO_NULL] = SMA_STEP_NULL,   [SMA_AVRO_BOOLEAN] = SMA_STEP_BOOLEAN,
        [SMA_AVRO_INT] = SMA_STEP_INT,     [SMA_AVRO_LONG] = SMA_STEP_LONG,
        [SMA_AVRO_FLOAT] = SMA_STEP_FLOAT, [SMA_AVRO_DOUBLE] = SMA_STEP_DOUBLE,
        [SMA_AVRO_BYTES] = SMA_STEP_BYTES, [SMA_AVRO_STRING] = SMA_STEP_STRING,
    };
    switch (writer->kind) {
    case SMA_AVRO_ARRAY:
        step->kind = SMA_STEP_ARRAY;
        return compile(c, &step->item, writer->items, reader->items);
    case SMA_AVRO_MAP:
        step->kind = SMA_STEP_MAP;
        return compile(c, &step->item, writer->items, reader->items);
    case SMA_AVRO_FIXED:
        if (writer->fixed.size != reader->fixed.size || !sma_avro_names_match(reader, writer))
            return fail_step(c, step, writer, reader);
        step->kind = SMA_STEP_FIXED;
        step->size = writer->fixed.size;
        return SMA_OK;
    case SMA_AVRO_ENUM:
        if (!sma_avro_names_match(reader, writer))
            return fail_step(c, step, writer, reader);
        return compile_enum(c, step, writer, reader);
    case SMA_AVRO_RECORD:
        step->kind = SMA_STEP_RECORD;
        return compile_record(c, step, writer, reader);
    default:
        step->kind = primitive[writer->kind];
        return SMA_OK;
    }
}

static enum sma_status fill(struct compiler *c, struct sma_step *step,
                            const struct sma_avro_node *writer, const struct sma_avro_node *reader)
{
    step->takes_no_bytes = sma_avro_takes_no_bytes(writer);
    if (writer->kind == SMA_AVRO_UNION)
        return compile_branches(c, step, writer, reader);
    if (reader->kind == SMA_AVRO_UNION)
        return compile_wrap(c, step, writer, reader);
    step->logical = sma_avro_logical_word(reader);
    if (writer->kind == reader->kind)
        return compile_same_kind(c, step, writer, reader);
    step->kind = promotion(writer->kind, reader->kind);
    return step->kind == SMA_STEP_FAIL ? fail_step(c, step, writer, reader) : SMA_OK;
}

static enum sma_status new_step(struct compiler *c, struct sma_step **out, struct pair pair)
{
    struct pair *key = sma_arena_alloc(c->arena, sizeof *key);
    struct sma_step *step = sma_arena_calloc(c->arena, 1, sizeof *step);
    if (!c->steps_left || !c->depth_left)
        return sma_fail(c->err, SMA_ELIMIT, "resolving the two schemas exceeds the limit of %d %s",
                        c->steps_left ? COMPILE_DEPTH_MAX : SMA_AVRO_PLAN_STEPS_MAX,
                        c->steps_left ? "levels" : "steps");
    if (!key || !step)
        return sma_fail_nomem(c->err);
    *key = pair;
    c->steps_left--;
    if (!sma_map_put(&c->pairs, sma_str_make((const char *)key, sizeof *key), step))
        return sma_fail_nomem(c->err);
    *out = step;
    return SMA_OK;
}

static enum sma_status compile(struct compiler *c, const struct sma_step **out,
                               const struct sma_avro_node *writer,
                               const struct sma_avro_node *reader)
{
    const struct pair pair = {writer, reader};
    struct sma_step *step = sma_map_get(&c->pairs, sma_str_make((const char *)&pair, sizeof pair));
    enum sma_status st = SMA_OK;
    if (!step) {
        st = new_step(c, &step, pair);
        if (!st) {
            c->depth_left--;
            st = fill(c, step, writer, reader);
            c->depth_left++;
        }
    }
    if (!st)
        *out = step;
    return st;
}

enum sma_status sma_avro_plan_new(struct sma_avro_plan **out, const struct sma_schema *writer,
                                  const struct sma_schema *reader, struct sma_error *err)
{
    struct sma_avro_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return sma_fail_nomem(err);
    if (!reader)
        reader = writer;
    sma_arena_init(&plan->arena, 0);
    plan->writer = sma_schema_ref(writer);
    plan->reader = sma_schema_ref(reader);
    struct compiler c = {.arena = &plan->arena,
                         .steps_left = SMA_AVRO_PLAN_STEPS_MAX,
                         .depth_left = COMPILE_DEPTH_MAX,
                         .err = err};
    sma_map_init(&c.pairs);
    enum sma_status st = compile(&c, &plan->root, sma_avro_schema_of(writer)->root,
                                 sma_avro_schema_of(reader)->root);
    sma_map_fini(&c.pairs);
    if (st)
        sma_avro_plan_free(plan);
    else
        *out = plan;
    return st;
}

void sma_avro_plan_free(struct sma_avro_plan *plan)
{
    if (!plan)
        return;
    sma_schema_unref(plan->writer);
    sma_schema_unref(plan->reader);
    sma_arena_fini(&plan->arena);
    free(plan);
}
