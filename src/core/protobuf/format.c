/* The format as the table of formats knows it: parse, normalize, print, compare. */
#include "core/protobuf/protobuf.h"

#include <stdlib.h>

#include "core/json/visitor.h"
#include "core/protobuf/descriptor.h"
#include "core/protobuf/diff.h"
#include "core/protobuf/normalize.h"
#include "core/protobuf/parse.h"
#include "core/protobuf/print.h"
#include "core/protobuf/schema.h"
#include "core/protobuf/strict.h"
#include "core/protobuf/tags.h"

void sma_proto_walk_init(struct sma_proto_walk *walk, const struct sma_proto_world *world)
{
    sma_arena_init(&walk->arena, 0);
    walk->work.left = SMA_COMPAT_STEPS_MAX;
    sma_proto_library_init(&walk->library, &walk->arena);
    sma_proto_session_init(&walk->session, world, &walk->arena, &walk->work, &walk->library);
}

void sma_proto_walk_fini(struct sma_proto_walk *walk)
{
    sma_proto_session_fini(&walk->session);
    sma_proto_library_fini(&walk->library);
    sma_arena_fini(&walk->arena);
}

/* A copy of what was printed, in the arena. */
static enum sma_status keep_text(struct sma_str *out, struct sma_arena *arena,
                                 const struct sma_buf *buf, struct sma_error *err)
{
    struct sma_str copy =
        sma_buf_failed(buf) ? sma_str_make(NULL, 0) : sma_arena_copy(arena, sma_buf_str(buf));
    if (!copy.ptr)
        return sma_fail_nomem(err);
    *out = copy;
    return SMA_OK;
}

/* Takes the text for base64 of a descriptor: *text becomes the .proto text it stands for. False
 * when it is not, or when memory ran out. */
static bool text_of_descriptor(struct sma_str *text, struct sma_arena *arena)
{
    struct sma_buf bytes, printed;
    const struct sma_proto_file *file;
    struct sma_arena scratch;
    bool ok = false;
    sma_arena_init(&scratch, 0);
    sma_buf_init(&bytes, 0);
    sma_buf_init(&printed, 0);
    if (sma_proto_take_base64(&bytes, *text) &&
        !sma_proto_read_descriptor(&file, &scratch, sma_buf_str(&bytes), NULL)) {
        sma_proto_print(&printed, file, false);
        ok = !keep_text(text, arena, &printed, NULL);
    }
    sma_buf_fini(&printed);
    sma_buf_fini(&bytes);
    sma_arena_fini(&scratch);
    return ok;
}

/* Parses a text that already lives in `arena`, or what a descriptor in its place stands for. When
 * it is neither, the mistake is the text's. */
static enum sma_status load_file(const struct sma_proto_file **out, struct sma_str *text,
                                 struct sma_arena *arena, struct sma_error *err)
{
    struct sma_error mistake = SMA_ERROR_INIT;
    enum sma_status st = sma_proto_parse(out, arena, *text, &mistake);
    struct sma_str other = *text;
    if (st == SMA_EINVAL && text_of_descriptor(&other, arena) &&
        !sma_proto_parse(out, arena, other, NULL)) {
        *text = other;
        return SMA_OK;
    }
    if (st == SMA_EINVAL)
        sma_error_prefix(&mistake, "Could not parse Protobuf - ");
    if (st && err && !err->status)
        *err = mistake;
    return st;
}

static enum sma_status load_references(struct sma_proto_unit *units, struct sma_arena *arena,
                                       const struct sma_source *source, struct sma_error *err)
{
    for (size_t i = 0; i < source->resolved_count; i++) {
        const struct sma_resolved_reference *from = &source->resolved[i];
        struct sma_str text = sma_arena_copy(arena, from->text);
        units[i].path = sma_arena_copy(arena, from->reference.name);
        units[i].subject = sma_arena_copy(arena, from->reference.subject);
        units[i].version = from->reference.version;
        units[i].origin = SMA_PROTO_REFERENCE;
        if (!text.ptr || !units[i].path.ptr || !units[i].subject.ptr)
            return sma_fail_nomem(err);
        enum sma_status st = load_file(&units[i].file, &text, arena, err);
        if (st) {
            sma_error_prefix(err, "reference \"%.*s\": ", SMA_STR_ARG(units[i].path));
            return st;
        }
    }
    return SMA_OK;
}

/* Everything but the checks and the canonical text. */
static enum sma_status load(struct sma_proto_schema *schema, const struct sma_source *source,
                            struct sma_error *err)
{
    struct sma_arena *arena = &schema->base.arena;
    size_t count = source->resolved_count + 1;
    struct sma_proto_unit *units = sma_arena_calloc(arena, count, sizeof *units);
    if (!units)
        return sma_fail_nomem(err);
    enum sma_status st = load_file(&schema->file, &schema->base.text, arena, err);
    if (!st)
        st = load_references(units + 1, arena, source, err);
    if (st)
        return st;
    units[0].file = schema->file;
    units[0].path = SMA_STR("");
    return sma_proto_world_init(&schema->world, arena, units, count, err);
}

static enum sma_status check(const struct sma_proto_schema *schema,
                             const struct sma_parse_options *options, struct sma_error *err)
{
    struct sma_proto_walk walk;
    enum sma_status st = SMA_OK;
    if (!options->validate)
        return SMA_OK;
    sma_proto_walk_init(&walk, &schema->world);
    st = sma_proto_check_types(&walk.session, schema->file, err);
    if (!st && options->validate_fields)
        st = sma_proto_check_strict(&walk.session, err);
    sma_proto_walk_fini(&walk);
    return st;
}

static enum sma_status parse(struct sma_schema **out, const struct sma_source *source,
                             const struct sma_parse_options *options, struct sma_error *err)
{
    enum sma_status st;
    struct sma_buf text;
    struct sma_proto_schema *schema =
        (struct sma_proto_schema *)sma_schema_new(&sma_format_protobuf, sizeof *schema, source);
    sma_buf_init(&text, 0);
    if (!schema) {
        st = sma_fail_nomem(err);
        goto out;
    }
    st = load(schema, source, err);
    if (st)
        goto out;
    st = check(schema, options, err);
    if (st)
        goto out;
    sma_proto_print(&text, schema->file, false);
    st = keep_text(&schema->base.canonical, &schema->base.arena, &text, err);
    if (st)
        goto out;

    *out = &schema->base;
    schema = NULL;
out:
    sma_buf_fini(&text);
    sma_schema_unref(schema ? &schema->base : NULL);
    return st;
}

/* Prints the normal form. */
static enum sma_status put_normal(struct sma_buf *text, const struct sma_proto_schema *schema,
                                  struct sma_error *err)
{
    struct sma_proto_walk walk;
    const struct sma_proto_file *normal;
    sma_proto_walk_init(&walk, &schema->world);
    enum sma_status st = sma_proto_normalize(&normal, &walk.session, schema->file, err);
    if (!st)
        sma_proto_print(text, normal, false);
    if (!st && sma_buf_failed(text))
        st = sma_fail_nomem(err);
    sma_proto_walk_fini(&walk);
    return st;
}

static enum sma_status normalize(struct sma_schema **out, const struct sma_schema *schema,
                                 const struct sma_source *source,
                                 const struct sma_parse_options *options, struct sma_error *err)
{
    enum sma_status st;
    struct sma_buf text;
    struct sma_schema *normal = NULL;
    struct sma_source normal_source = *source;
    struct sma_reference *references = NULL;

    sma_buf_init(&text, 0);
    st = put_normal(&text, sma_proto_of(schema), err);
    if (st)
        goto out;
    references = malloc((schema->reference_count + 1) * sizeof *references);
    if (!references) {
        st = sma_fail_nomem(err);
        goto out;
    }
    for (size_t i = 0; i < schema->reference_count; i++)
        references[i] = schema->references[i];
    normal_source.text = sma_buf_str(&text);
    normal_source.references = references;
    normal_source.reference_count = sma_references_normalize(references, schema->reference_count);
    st = parse(&normal, &normal_source, options, err);
    if (st)
        goto out;
    /* The order of defaults among the options is that of the normal form. */
    normal->canonical = normal->text;

    *out = normal;
    normal = NULL;
out:
    sma_schema_unref(normal);
    free(references);
    sma_buf_fini(&text);
    return st;
}

/* Base64 of the descriptor; the original calls every file "default". */
static enum sma_status put_serialized(struct sma_buf *out, const struct sma_proto_schema *schema,
                                      struct sma_error *err)
{
    struct sma_proto_walk walk;
    struct sma_buf bytes;
    sma_buf_init(&bytes, 0);
    sma_proto_walk_init(&walk, &schema->world);
    enum sma_status st =
        sma_proto_put_descriptor(&bytes, &walk.session, &schema->world.units[0], SMA_STR("default"),
                                 SMA_PROTO_DESCRIPTOR_REGISTRY, err);
    if (!st)
        sma_base64_put(out, sma_buf_str(&bytes));
    if (!st && sma_buf_failed(out))
        st = sma_fail_nomem(err);
    sma_proto_walk_fini(&walk);
    sma_buf_fini(&bytes);
    return st;
}

static enum sma_status print(struct sma_buf *out, const struct sma_schema *schema,
                             enum sma_text_form form, struct sma_error *err)
{
    if (form == SMA_TEXT_SERIALIZED)
        return put_serialized(out, sma_proto_of(schema), err);
    if (form == SMA_TEXT_IGNORE_EXTENSIONS)
        sma_proto_print(out, sma_proto_of(schema)->file, true);
    else
        sma_buf_puts(out, schema->canonical);
    return sma_buf_failed(out) ? sma_fail_nomem(err) : SMA_OK;
}

static bool equal(const struct sma_schema *a, const struct sma_schema *b)
{
    return sma_str_eq(a->canonical, b->canonical);
}

static enum sma_status compat(struct sma_findings *out, const struct sma_schema *reader,
                              const struct sma_schema *writer, enum sma_policy policy,
                              struct sma_work *work, struct sma_error *err)
{
    (void)policy; /* Protobuf has one */
    return sma_proto_diff(out, sma_proto_of(writer), sma_proto_of(reader), work, err);
}

static bool each_of(struct sma_proto_fields fields, bool (*fn)(void *ctx, struct sma_str name),
                    void *ctx)
{
    for (size_t i = 0; i < fields.count; i++)
        if (!fn(ctx, fields.items[i].name))
            return false;
    return true;
}

static void each_field(const struct sma_schema *schema, bool (*fn)(void *ctx, struct sma_str name),
                       void *ctx)
{
    struct sma_proto_messages messages = sma_proto_of(schema)->file->messages;
    for (size_t i = 0; i < messages.count; i++) {
        const struct sma_proto_message *message = &messages.items[i];
        if (!each_of(message->fields, fn, ctx))
            return;
        for (size_t o = 0; o < message->oneof_count; o++)
            if (!each_of(message->oneofs[o].fields, fn, ctx))
                return;
    }
}

static void fini(struct sma_schema *schema)
{
    sma_proto_world_fini(&((struct sma_proto_schema *)schema)->world);
}

const struct sma_format sma_format_protobuf = {
    .name = "PROTOBUF",
    .parse = parse,
    .normalize = normalize,
    .print = print,
    .equal = equal,
    .compat = compat,
    .each_field = each_field,
    .tagged = sma_proto_tagged,
    .edit_tags = sma_proto_edit_tags,
    .fini = fini,
};
