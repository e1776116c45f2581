/* schemata decode: messages to JSON, one object a line, with schemas from the registry in use, which
 * is asked once for each id, a bundle or a file. */
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/messages.h"
#include "cli/session.h"
#include "cli/side_registry.h"
#include "core/avro/avro.h"
#include "core/avro/codec.h"
#include "core/hash/hash.h"
#include "core/json/json.h"
#include "core/json/visitor.h"
#include "core/json/writer.h"
#include "core/jsonschema/jsonschema.h"
#include "core/protobuf/dynamic.h"
#include "core/protobuf/protobuf.h"
#include "core/wire/frame.h"

const struct sma_option sma_decode_options[] = {
    {.name = "--schemas",
     .value = "REF",
     .standard = "the registry in use",
     .help = "bundle:FILE with the schemas by id, or one file or sr:SUBJECT[@V]"},
    {.name = "--reader",
     .value = "REF",
     .standard = "the writer's schema",
     .help = "read as this schema (Avro)"},
    {.name = "--message",
     .value = "NAME",
     .standard = "what the message's indexes say, else the first one",
     .help = "the message of a Protobuf schema"},
    {.name = "--framing",
     .value = "auto|none|prefix",
     .standard = "auto",
     .help = "auto: the prefix when schemas are found by id"},
    {.name = "--in",
     .value = "raw|hex|base64|lines|kcat",
     .standard = "hex",
     .help = "raw: the input is one message; kcat: as kcat -f '%R%s' writes; else one a line"},
    {.name = "--format",
     .letter = 'f',
     .value = "ndjson|value",
     .standard = "ndjson",
     .help = "value: the values alone"},
    {.name = "--stats", .help = "count messages by schema in place of printing them"},
    {.name = "--type", .value = "avro|json|protobuf", .help = "what the schemas are"},
    {.name = NULL},
};

/* One schema as messages use it. */
struct use {
    struct sma_file *file;
    struct sma_avro_plan *plan;
    struct sma_proto_codec *codec;
    size_t count;
};

/* What a message calls its schema, and what the registry has for it; NULL = nothing. */
struct named {
    int32_t id;
    uint8_t guid[16];
    struct sma_file *file;
};

struct decoder {
    struct sma_session *s;
    struct sma_side schemas, reader_side;
    struct sma_schema *reader;
    struct use *uses;
    size_t use_count, use_capacity;
    struct sma_arena scratch; /* of one message */
    struct named *named; /* ids and GUIDs that the registry was asked for */
    size_t named_count, named_capacity;
    bool is_registry;
    enum sma_status failed; /* the registry fell silent: the run is over */
    bool has_prefix, only_value, only_stats;
    const char *form, *message; /* message: of Protobuf schemas; NULL = what the bytes say */
};

static struct sma_file *file_of_id(const struct decoder *d, int32_t id)
{
    for (size_t i = 0; i < d->schemas.count; i++)
        if (d->schemas.files[i]->id == id)
            return d->schemas.files[i];
    return NULL;
}

/* Asks the registry once for each name. */
static enum sma_status file_of_frame(struct sma_file **out, struct decoder *d,
                                     const struct sma_frame *frame)
{
    struct sma_session *s = d->s;
    struct named made = {.id = frame->kind == SMA_FRAME_BY_ID ? frame->id : 0};
    char text[37];
    if (frame->kind == SMA_FRAME_BY_GUID)
        memcpy(made.guid, frame->guid, sizeof made.guid);
    for (size_t i = 0; i < d->named_count; i++)
        if (d->named[i].id == made.id && !memcmp(d->named[i].guid, made.guid, sizeof made.guid)) {
            *out = d->named[i].file;
            return SMA_OK;
        }
    struct named *grown = sma_arena_grow(&s->arena, d->named, d->named_count, &d->named_capacity,
                                         d->named_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(&s->err);
    d->named = grown;
    sma_uuid_text(text, made.guid);
    struct sma_str guid = sma_arena_copy(&s->arena, sma_str_z(text));
    enum sma_status st = guid.ptr ? sma_side_add_id(&made.file, &d->schemas, s->remote,
                                                    s->arguments, made.id, guid, &s->err)
                                  : sma_fail_nomem(&s->err);
    if (st == SMA_ENOTFOUND) {
        sma_error_clear(&s->err);
        made.file = NULL;
        st = SMA_OK;
    }
    if (!st)
        grown[d->named_count++] = made;
    *out = made.file;
    return st;
}

static struct sma_file *only_file(const struct decoder *d)
{
    for (size_t i = 0; i < d->schemas.count; i++)
        if (d->schemas.files[i]->is_selected)
            return d->schemas.files[i];
    return NULL;
}

/* Builds the schema and its plan when it is met first. */
static enum sma_status use_of(struct use **out, struct decoder *d, struct sma_file *file,
                              struct sma_error *why)
{
    enum sma_build_fault fault = SMA_FAULT_NONE;
    for (size_t i = 0; i < d->use_count; i++)
        if (d->uses[i].file == file) {
            *out = &d->uses[i];
            return SMA_OK;
        }
    struct use *grown = sma_arena_grow(&d->s->arena, d->uses, d->use_count, &d->use_capacity,
                                       d->use_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(why);
    d->uses = grown;
    struct use use = {.file = file};
    enum sma_status st = sma_side_build(&d->schemas, file, &fault, why, why);
    if (!st && fault)
        return SMA_EINVAL;
    if (!st && file->format == &sma_format_avro)
        st = sma_avro_plan_new(&use.plan, file->schema, d->reader, why);
    if (!st && file->format == &sma_format_protobuf)
        st = sma_proto_codec_new(&use.codec, file->schema, why);
    if (st)
        return st;
    d->uses[d->use_count] = use;
    *out = &d->uses[d->use_count++];
    return SMA_OK;
}

/* Behind the prefix stand the indexes that lead to the message; without it, it is named or the
 * first one. */
static enum sma_status put_proto(const struct decoder *d, struct sma_buf *out,
                                 const struct use *use, struct sma_str data, struct sma_error *why)
{
    struct sma_message_indexes indexes = {.path = {0}, .count = 1};
    struct sma_buf name;
    enum sma_status st = SMA_OK;
    sma_buf_init(&name, 0);
    if (d->has_prefix)
        st = sma_message_indexes_read(&indexes, &data, data, why);
    if (!st && d->message)
        sma_buf_putz(&name, d->message);
    else if (!st)
        st = sma_proto_name_at(&name, use->file->schema, &indexes, why);
    if (!st)
        st = sma_proto_to_json(out, use->codec, sma_buf_str(&name), data, NULL, why);
    sma_buf_fini(&name);
    return st;
}

static enum sma_status put_value(struct decoder *d, struct sma_buf *out, const struct use *use,
                                 struct sma_str data, struct sma_error *why)
{
    struct sma_json_sink sink;
    const struct sma_json *value;
    if (use->plan) {
        sma_json_sink_init(&sink, out, SMA_JSON_BYTES_LATIN1);
        return sma_avro_decode(use->plan, data, NULL, &sma_json_visitor, &sink, why);
    }
    if (use->codec)
        return put_proto(d, out, use, data, why);
    enum sma_status st = sma_json_parse(&value, &d->scratch, data, NULL, NULL, why);
    if (!st)
        sma_json_put(out, value);
    return st;
}

static enum sma_status decode_message(struct decoder *d, struct sma_buf *out,
                                      struct sma_str message, struct sma_error *why)
{
    struct sma_frame frame = {.rest = message};
    struct sma_file *file = d->has_prefix ? NULL : only_file(d);
    struct use *use = NULL;
    enum sma_status st = d->has_prefix ? sma_frame_read(&frame, message, why) : SMA_OK;
    if (!st && d->has_prefix && d->is_registry)
        d->failed = st = file_of_frame(&file, d, &frame);
    else if (!st && d->has_prefix && frame.kind == SMA_FRAME_BY_ID)
        file = file_of_id(d, frame.id);
    if (!st && !file)
        return frame.kind == SMA_FRAME_BY_ID
                   ? sma_fail(why, SMA_ENOTFOUND, "no schema with id %d", frame.id)
                   : sma_fail(why, SMA_ENOTFOUND, "no schema with this GUID");
    if (!st)
        st = use_of(&use, d, file, why);
    if (st)
        return st;
    use->count++;
    struct sma_json_writer w = sma_json_writer_on(out);
    if (!d->only_value) {
        sma_jw_object_open(&w);
        if (file->id)
            sma_jw_member_i64(&w, "id", file->id);
        sma_jw_member_string(&w, "subject", file->subject);
        if (file->version)
            sma_jw_member_i64(&w, "version", file->version);
        sma_jw_name(&w, "value");
    }
    st = put_value(d, out, use, frame.rest, why);
    if (!d->only_value)
        sma_buf_putc(out, '}');
    sma_buf_putc(out, '\n');
    return st;
}

static bool decode_line(struct decoder *d, struct sma_buf *out, struct sma_str line,
                        uint64_t number)
{
    struct sma_buf message;
    struct sma_error why = SMA_ERROR_INIT;
    size_t start = out->len;
    sma_buf_init(&message, SMA_FILE_BYTES_MAX);
    enum sma_status st = SMA_OK;
    if (!sma_message_read(&message, line, d->form))
        st = sma_fail(&why, SMA_EINVAL, "this is no %s", d->form);
    if (!st)
        st = decode_message(d, out, sma_buf_str(&message), &why);
    if (st && !d->failed)
        fprintf(stderr, "schemata: message %llu: %s\n", (unsigned long long)number, why.message);
    if ((st || d->only_stats) && out->len > start)
        out->ptr[out->len = start] = 0;
    sma_buf_fini(&message);
    return !st;
}

static void print_stats(const struct decoder *d)
{
    for (size_t i = 0; i < d->use_count; i++)
        printf("%8zu  id %d  %.*s version %d\n", d->uses[i].count, d->uses[i].file->id,
               SMA_STR_ARG(d->uses[i].file->subject), d->uses[i].file->version);
}

static int decode_all(struct decoder *d, struct sma_message_input *input)
{
    struct sma_buf out;
    struct sma_str line;
    uint64_t failed = 0;
    enum sma_status st = SMA_OK;
    bool lost = false;
    sma_buf_init(&out, 0);
    while (!lost && !d->failed && !ferror(stdout) &&
           !(st = sma_message_input_next(input, &line, &d->s->err))) {
        failed += !decode_line(d, &out, line, input->number);
        fwrite(sma_buf_str(&out).ptr, 1, out.len, stdout);
        lost = sma_buf_failed(&out);
        sma_buf_clear(&out);
        sma_arena_reset(&d->scratch);
    }
    sma_buf_fini(&out);
    if (d->only_stats)
        print_stats(d);
    if (d->failed || (st && st != SMA_ENOTFOUND))
        return sma_cli_fail(d->failed ? d->failed : st, &d->s->err);
    return lost ? SMA_EXIT_BUG : failed ? SMA_EXIT_FINDINGS : SMA_EXIT_OK;
}

static enum sma_status open_reader(struct decoder *d, const char *reference)
{
    struct sma_file *file = NULL;
    enum sma_build_fault fault = SMA_FAULT_NONE;
    struct sma_error why = SMA_ERROR_INIT;
    enum sma_status st = sma_session_one(d->s, &d->reader_side, reference, &file, &fault, &why);
    if (!st && (fault || file->format != &sma_format_avro))
        return sma_fail(&d->s->err, SMA_EINVAL, "--reader is no Avro schema: %s", why.message);
    if (!st)
        d->reader = file->schema;
    return st;
}

static enum sma_status prepare(struct decoder *d)
{
    struct sma_session *s = d->s;
    struct sma_scope scope = {NULL, 0, 0};
    const char *reference = sma_argument(s->arguments, "--schemas");
    const char *framing = sma_argument(s->arguments, "--framing");
    const char *reader = sma_argument(s->arguments, "--reader");
    enum sma_status st = SMA_OK;
    if (!reference || !strcmp(reference, "sr:")) {
        d->is_registry = d->has_prefix = true;
        if (framing && !strcmp(framing, "none"))
            return sma_fail(&s->err, SMA_EINVAL,
                            "--framing none needs --schemas that name one schema");
        st = sma_session_remote(s);
        return !st && reader ? open_reader(d, reader) : st;
    }
    st = sma_session_add(s, &d->schemas, &scope, reference);
    if (!st)
        st = sma_side_name(&d->schemas, &s->err);
    bool is_bundle = !strncmp(reference, "bundle:", 7);
    d->has_prefix = framing && strcmp(framing, "auto") ? !strcmp(framing, "prefix") : is_bundle;
    struct sma_file *file = st ? NULL : only_file(d);
    /* One file stands for every id. */
    if (!st && d->has_prefix && !is_bundle)
        return sma_fail(&s->err, SMA_EINVAL, "--framing prefix needs --schemas bundle:FILE or sr:");
    if (!st && !file)
        return sma_fail(&s->err, SMA_ENOTFOUND, "\"%s\" names no schema", reference);
    if (!st)
        st = sma_side_load(&d->schemas, file, &s->err);
    return !st && reader ? open_reader(d, reader) : st;
}

int sma_decode_main(const struct sma_arguments *arguments)
{
    struct sma_session s;
    struct decoder d = {.s = &s};
    struct sma_message_input input = {.file = NULL};
    int code = SMA_EXIT_OK;
    const char *format = sma_argument(arguments, "--format"),
               *form = sma_argument(arguments, "--in");
    enum sma_status st = sma_session_open(&s, arguments, "decode");
    sma_side_init(&d.schemas, &s.arena, NULL);
    sma_side_init(&d.reader_side, &s.arena, NULL);
    d.form = form ? form : "hex";
    d.message = sma_argument(arguments, "--message");
    d.only_value = format && !strcmp(format, "value");
    d.only_stats = sma_argument_has(arguments, "--stats");
    if (!st)
        st = prepare(&d);
    if (!st)
        st = sma_message_input_open(
            &input, arguments->positional_count ? arguments->positional[0] : "-", d.form, &s.err);
    sma_arena_init(&d.scratch, 0);
    code = st ? sma_cli_fail(st, &s.err) : decode_all(&d, &input);
    sma_arena_fini(&d.scratch);
    sma_message_input_close(&input);
    for (size_t i = 0; i < d.use_count; i++) {
        sma_avro_plan_free(d.uses[i].plan);
        sma_proto_codec_free(d.uses[i].codec);
    }
    sma_side_fini(&d.schemas);
    sma_side_fini(&d.reader_side);
    sma_session_close(&s);
    return code;
}
