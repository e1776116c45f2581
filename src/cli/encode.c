/* schemata encode: JSON values, one a line, to messages. */
#include <stdlib.h>

#include "base/num.h"
#include "cli/commands.h"
#include "cli/messages.h"
#include "cli/session.h"
#include "core/avro/avro.h"
#include "core/avro/codec.h"
#include "core/json/json.h"
#include "core/jsonschema/jsonschema.h"
#include "core/protobuf/dynamic.h"
#include "core/protobuf/protobuf.h"
#include "core/wire/frame.h"

const struct sma_option sma_encode_options[] = {
    {.name = "--schema", .value = "REF", .help = "the schema: a file, sr:SUBJECT[@V], bundle:…"},
    {.name = "--subject",
     .letter = 's',
     .value = "SUBJECT",
     .help = "the newest schema of this subject in the registry"},
    {.name = "--topic", .value = "TOPIC", .help = "the same for the values of a topic"},
    {.name = "--key", .help = "with --topic: for its keys"},
    {.name = "--id",
     .value = "N",
     .standard = "the id in the registry or the bundle, else none",
     .help = "write the registry prefix with this id"},
    {.name = "--message",
     .value = "NAME",
     .standard = "the first one",
     .help = "the message of a Protobuf schema"},
    {.name = "--out", .value = "raw|hex|base64", .standard = "hex", .help = "the form of messages"},
    {.name = "--type", .value = "avro|json|protobuf", .help = "what the schema is"},
    {.name = NULL},
};

struct encoder {
    struct sma_session *s;
    struct sma_file *schema;
    struct sma_arena scratch; /* of one value */
    const char *form;
    int32_t id;
    /* Protobuf */
    struct sma_proto_codec *codec;
    struct sma_buf message;
    struct sma_message_indexes indexes;
};

static void put_prefix(struct sma_buf *message, const struct encoder *e)
{
    uint8_t prefix[SMA_FRAME_ID_LEN], indexes[SMA_MESSAGE_INDEXES_BYTES_MAX];
    if (!e->id)
        return;
    sma_frame_put_id(prefix, e->id);
    sma_buf_append(message, prefix, sizeof prefix);
    if (e->codec)
        sma_buf_append(message, indexes, sma_message_indexes_put(indexes, &e->indexes));
}

static enum sma_status encode_value(struct encoder *e, struct sma_buf *message, struct sma_str line,
                                    struct sma_error *why)
{
    const struct sma_avro_encode_options options = {SMA_AVRO_UNIONS_PLAIN, SMA_JSON_BYTES_LATIN1};
    const struct sma_json *value;
    put_prefix(message, e);
    if (e->codec)
        return sma_proto_from_json(message, e->codec, sma_buf_str(&e->message), line, NULL, why);
    enum sma_status st = sma_json_parse(&value, &e->scratch, line, NULL, NULL, why);
    if (st)
        return st;
    if (e->schema->format == &sma_format_avro)
        return sma_avro_encode(message, e->schema->schema, value, &options, why);
    sma_json_put(message, value);
    return SMA_OK;
}

/* False when the value does not fit: said on stderr, with its line. */
static bool encode_line(struct encoder *e, struct sma_buf *out, struct sma_str line,
                        uint64_t number)
{
    struct sma_buf message;
    struct sma_error why = SMA_ERROR_INIT;
    sma_buf_init(&message, SMA_FILE_BYTES_MAX);
    enum sma_status st = encode_value(e, &message, line, &why);
    if (st)
        fprintf(stderr, "schemata: line %llu: %s\n", (unsigned long long)number, why.message);
    else
        sma_message_put(out, sma_buf_str(&message), e->form);
    sma_buf_fini(&message);
    return !st;
}

static int encode_all(struct encoder *e, struct sma_message_input *input)
{
    struct sma_buf out;
    struct sma_str line;
    uint64_t failed = 0;
    enum sma_status st = SMA_OK;
    bool lost = false;
    sma_buf_init(&out, 0);
    while (!lost && !ferror(stdout) &&
           !(st = sma_message_input_next(input, &line, &e->s->err))) {
        failed += !encode_line(e, &out, line, input->line);
        fwrite(sma_buf_str(&out).ptr, 1, out.len, stdout);
        lost = sma_buf_failed(&out);
        sma_buf_clear(&out);
        sma_arena_reset(&e->scratch);
    }
    sma_buf_fini(&out);
    if (st && st != SMA_ENOTFOUND)
        return sma_cli_fail(st, &e->s->err);
    return lost ? SMA_EXIT_BUG : failed ? SMA_EXIT_FINDINGS : SMA_EXIT_OK;
}

static enum sma_status prepare_proto(struct encoder *e)
{
    struct sma_error *err = &e->s->err;
    const char *name = sma_argument(e->s->arguments, "--message");
    const struct sma_schema *schema = e->schema->schema;
    enum sma_status st;
    e->indexes = (struct sma_message_indexes){.path = {0}, .count = 1};
    if (name)
        st = sma_proto_indexes_of(&e->indexes, schema, sma_str_z(name), err);
    else
        st = sma_proto_name_at(&e->message, schema, &e->indexes, err);
    if (name)
        sma_buf_putz(&e->message, name);
    return st ? st : sma_proto_codec_new(&e->codec, schema, err);
}

/* --schema, or what --subject and --topic stand for. */
static enum sma_status reference_of(struct encoder *e, const char **out)
{
    struct sma_session *s = e->s;
    const char *subject = sma_argument(s->arguments, "--subject");
    const char *topic = sma_argument(s->arguments, "--topic");
    struct sma_str made;
    *out = sma_argument(s->arguments, "--schema");
    if (!!*out + !!subject + !!topic != 1)
        return sma_fail(&s->err, SMA_EINVAL, "encode needs one of --schema, --subject and --topic");
    if (*out)
        return SMA_OK;
    made = subject ? sma_arena_printf(&s->arena, "sr:%s", subject)
                   : sma_arena_printf(&s->arena, "sr:%s-%s", topic,
                                      sma_argument_has(s->arguments, "--key") ? "key" : "value");
    *out = made.ptr;
    return made.ptr ? SMA_OK : sma_fail_nomem(&s->err);
}

static enum sma_status prepare(struct encoder *e, struct sma_side *side, bool *broken)
{
    const struct sma_arguments *a = e->s->arguments;
    enum sma_build_fault fault = SMA_FAULT_NONE;
    struct sma_error why = SMA_ERROR_INIT;
    const char *reference = NULL, *id = sma_argument(a, "--id");
    enum sma_status st = reference_of(e, &reference);
    if (st)
        return st;
    st = sma_session_one(e->s, side, reference, &e->schema, &fault, &why);
    if (st)
        return st;
    *broken = fault != SMA_FAULT_NONE;
    if (*broken)
        return sma_session_say_fault(e->s, side, e->schema, fault, &why)
                   ? SMA_OK
                   : sma_fail_nomem(&e->s->err);
    e->id = e->schema->id;
    if (id && (!sma_parse_i32(sma_str_z(id), &e->id) || e->id <= 0))
        return sma_fail(&e->s->err, SMA_EINVAL, "--id wants a number from 1, not \"%s\"", id);
    return e->schema->format == &sma_format_protobuf ? prepare_proto(e) : SMA_OK;
}

int sma_encode_main(const struct sma_arguments *arguments)
{
    struct sma_session s;
    struct sma_side side;
    struct encoder e = {.s = &s};
    struct sma_message_input input = {.file = NULL};
    bool broken = false;
    int code = SMA_EXIT_OK;
    const char *form = sma_argument(arguments, "--out");
    e.form = form ? form : "hex";
    enum sma_status st = sma_session_open(&s, arguments, "encode");
    sma_side_init(&side, &s.arena, NULL);
    sma_buf_init(&e.message, 0);
    if (!st)
        st = prepare(&e, &side, &broken);
    if (!st && !broken)
        st = sma_message_input_open(
            &input, arguments->positional_count ? arguments->positional[0] : "-", "lines", &s.err);
    sma_arena_init(&e.scratch, 0);
    if (!st && !broken)
        code = encode_all(&e, &input);
    sma_arena_fini(&e.scratch);
    sma_message_input_close(&input);
    sma_proto_codec_free(e.codec);
    sma_buf_fini(&e.message);
    sma_side_fini(&side);
    if (st || broken)
        return sma_session_finish(&s, st);
    sma_session_close(&s);
    return code;
}
