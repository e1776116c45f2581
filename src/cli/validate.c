/* schemata validate: would a registry take these schemas? With --instance: do JSON values fit? */
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "core/avro/avro.h"
#include "core/avro/codec.h"
#include "core/json/json.h"
#include "core/jsonschema/jsonschema.h"
#include "core/jsonschema/validator.h"

const struct sma_option sma_validate_options[] = {
    {.name = "--instance",
     .value = "FILE",
     .repeats = true,
     .help = "a JSON value that must fit the schema (JSON Schema, Avro)"},
    {.name = NULL},
};

struct instance {
    struct sma_str path, text;
    const struct sma_json *root;
};

static enum sma_status say(struct sma_session *s, const struct sma_file *schema,
                           const struct instance *instance, struct sma_str message,
                           struct sma_str path, struct sma_span span)
{
    struct sma_said *said = sma_report_add(&s->report);
    if (!said || !message.ptr)
        return sma_fail_nomem(&s->err);
    said->rule = SMA_STR("json/instance-invalid");
    said->subject = schema->subject;
    said->message = message;
    said->path = path;
    said->place = (struct sma_place){.label = instance->path,
                                     .file = instance->path,
                                     .text = instance->text,
                                     .span = span,
                                     .is_known = span.end > span.start};
    said->related = sma_place_of(&s->side, schema, (struct sma_span){0, 0});
    sma_said_sign(said);
    return SMA_OK;
}

static enum sma_status say_violations(struct sma_session *s, const struct sma_file *schema,
                                      const struct instance *instance,
                                      const struct sma_violations *violations)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < violations->count; i++) {
        const struct sma_violation *v = &violations->items[i];
        st = say(s, schema, instance,
                 sma_arena_printf(&s->arena, "%.*s (%.*s)", SMA_STR_ARG(v->message),
                                  SMA_STR_ARG(v->schema_path)),
                 v->instance_path, (struct sma_span){v->instance_start, v->instance_end});
        if (!st && v->is_in_main_schema) {
            struct sma_said *said = &s->report.findings[s->report.count - 1];
            said->related.span = (struct sma_span){v->schema_start, v->schema_end};
            said->related.is_known = v->schema_end > v->schema_start;
        }
    }
    return st;
}

/* The references of the schema come along as documents. */
static enum sma_status compile(struct sma_validator **out, struct sma_session *s,
                               struct sma_file *file)
{
    struct sma_source source;
    enum sma_build_fault fault;
    struct sma_error why = SMA_ERROR_INIT;
    enum sma_status st = sma_side_source(&source, &s->side, file, &fault, &why, &s->err);
    struct sma_validator_text *documents =
        sma_arena_calloc(&s->arena, st ? 1 : source.resolved_count + 1, sizeof *documents);
    if (st || !documents)
        return st ? st : sma_fail_nomem(&s->err);
    for (size_t i = 0; i < source.resolved_count; i++)
        documents[i] =
            (struct sma_validator_text){source.resolved[i].reference.name, source.resolved[i].text};
    return sma_validator_compile_text(out, file->text, documents, source.resolved_count, NULL,
                                      &s->err);
}

static enum sma_status check_json(struct sma_session *s, struct sma_file *file,
                                  const struct instance *instance)
{
    struct sma_validator *program = NULL;
    struct sma_validator_scratch *scratch = NULL;
    struct sma_violations violations;
    sma_violations_init(&violations, &s->arena, 0);
    enum sma_status st = compile(&program, s, file);
    if (!st)
        st = sma_validator_report(program, &scratch, instance->root, &violations, &s->err);
    if (!st)
        st = say_violations(s, file, instance, &violations);
    sma_validator_scratch_free(scratch);
    sma_validator_unref(program);
    return st;
}

static enum sma_status check_avro(struct sma_session *s, struct sma_file *file,
                                  const struct instance *instance)
{
    struct sma_buf bytes;
    struct sma_error why = SMA_ERROR_INIT;
    const struct sma_avro_encode_options options = {SMA_AVRO_UNIONS_PLAIN, SMA_JSON_BYTES_LATIN1};
    sma_buf_init(&bytes, SMA_FILE_BYTES_MAX);
    enum sma_status st = sma_avro_encode(&bytes, file->schema, instance->root, &options, &why);
    sma_buf_fini(&bytes);
    if (st == SMA_EINVAL || st == SMA_ELIMIT)
        return say(s, file, instance, sma_arena_copy(&s->arena, sma_str_z(why.message)),
                   SMA_STR(""),
                   (struct sma_span){instance->root->start, instance->root->start + 1});
    return st ? sma_fail(&s->err, st, "%s", why.message) : SMA_OK;
}

static enum sma_status check_instance(struct sma_session *s, struct sma_file *file,
                                      const char *path)
{
    struct instance instance = {.path = sma_str_z(path)};
    struct sma_error why = SMA_ERROR_INIT;
    enum sma_status st = sma_read_file(&instance.text, &s->arena, path, &s->err);
    if (st)
        return st;
    st = sma_json_parse(&instance.root, &s->arena, instance.text, NULL, NULL, &why);
    if (st == SMA_EINVAL || st == SMA_ELIMIT) {
        bool knows = why.offset != SMA_NO_OFFSET && why.offset < instance.text.len;
        uint32_t at = knows ? (uint32_t)why.offset : 0;
        return say(s, file, &instance, sma_arena_copy(&s->arena, sma_str_z(why.message)),
                   SMA_STR(""), (struct sma_span){at, at + knows});
    }
    if (st)
        return sma_fail(&s->err, st, "%s", why.message);
    if (file->format == &sma_format_jsonschema)
        return check_json(s, file, &instance);
    if (file->format == &sma_format_avro)
        return check_avro(s, file, &instance);
    return sma_fail(&s->err, SMA_EINVAL, "--instance is for JSON Schema and Avro");
}

static enum sma_status validate_file(struct sma_session *s, struct sma_file *file)
{
    const char *instance;
    enum sma_build_fault fault = SMA_FAULT_NONE;
    struct sma_error why = SMA_ERROR_INIT;
    struct sma_subject_report *subject = sma_report_add_subject(&s->report);
    enum sma_status st = sma_side_build(&s->side, file, &fault, &why, &s->err);
    if (st || !subject)
        return st ? st : sma_fail_nomem(&s->err);
    subject->subject = file->subject;
    subject->type = sma_str_z(file->format->name);
    subject->file = file->label;
    subject->is_compatible = !fault;
    subject->state = fault ? SMA_SUBJECT_BROKEN : SMA_SUBJECT_CHECKED;
    if (fault)
        return sma_session_say_fault(s, &s->side, file, fault, &why) ? SMA_OK
                                                                     : sma_fail_nomem(&s->err);
    for (size_t i = 0; !st && (instance = sma_argument_nth(s->arguments, "--instance", i)); i++)
        st = check_instance(s, file, instance);
    return st;
}

int sma_validate_main(const struct sma_arguments *arguments)
{
    struct sma_session session;
    enum sma_status st = sma_session_open(&session, arguments, "validate");
    if (!st)
        st = sma_session_gather(&session, 0);
    size_t count = st ? 0 : session.side.count;
    for (size_t i = 0; !st && i < count; i++)
        if (session.side.files[i]->is_selected)
            st = validate_file(&session, session.side.files[i]);
    return sma_session_finish(&session, st);
}
