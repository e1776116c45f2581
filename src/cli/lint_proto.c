#include "cli/lint.h"
#include "core/protobuf/schema.h"

static struct sma_str words(struct sma_lint *lint, const char *what, struct sma_str name,
                            const char *problem)
{
    return sma_arena_printf(&lint->session->arena, "%s \"%.*s\" %s", what, SMA_STR_ARG(name),
                            problem);
}

static void lint_fields(struct sma_lint *lint, const struct sma_proto_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct sma_proto_field *field = &fields->items[i];
        if (field->label == SMA_PROTO_REQUIRED)
            sma_lint_say(lint, "proto/required-field",
                         words(lint, "field", field->name, "is required"), field->span);
        if (!sma_lint_is_snake(field->name))
            sma_lint_say(lint, "proto/field-name-case",
                         words(lint, "field", field->name, "is not in lower_snake_case"),
                         field->span);
    }
}

static bool says_unknown(struct sma_str name)
{
    return sma_str_ends(name, SMA_STR("UNSPECIFIED")) || sma_str_ends(name, SMA_STR("UNKNOWN")) ||
           sma_str_ends(name, SMA_STR("NONE"));
}

/* Of several lines the first: a body is no place. */
static struct sma_span head_of(const struct sma_lint *lint, struct sma_span span)
{
    struct sma_str text = lint->file->text;
    uint32_t end = span.start;
    while (end < span.end && end < text.len && !strchr("{\r\n", text.ptr[end]))
        end++;
    while (end > span.start + 1 && text.ptr[end - 1] == ' ')
        end--;
    return (struct sma_span){span.start, end};
}

static void lint_enums(struct sma_lint *lint, const struct sma_proto_enums *enums)
{
    for (size_t i = 0; i < enums->count; i++) {
        const struct sma_proto_enum *e = &enums->items[i];
        if (!sma_lint_is_camel(e->name))
            sma_lint_say(lint, "proto/type-name-case",
                         words(lint, "enum", e->name, "is not in CamelCase"),
                         head_of(lint, e->span));
        for (size_t v = 0; v < e->value_count; v++)
            if (!e->values[v].number && !says_unknown(e->values[v].name))
                sma_lint_say(lint, "proto/enum-zero-name",
                             words(lint, "zero value", e->values[v].name,
                                   "does not say that nothing is known"),
                             e->values[v].span);
    }
}

/* Nesting is bounded by the parser. */
static void lint_messages(struct sma_lint *lint, const struct sma_proto_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++) {
        const struct sma_proto_message *m = &messages->items[i];
        if (!sma_lint_is_camel(m->name))
            sma_lint_say(lint, "proto/type-name-case",
                         words(lint, "message", m->name, "is not in CamelCase"),
                         head_of(lint, m->span));
        lint_fields(lint, &m->fields);
        for (size_t o = 0; o < m->oneof_count; o++)
            lint_fields(lint, &m->oneofs[o].fields);
        lint_enums(lint, &m->enums);
        lint_messages(lint, &m->messages);
    }
}

void sma_lint_proto(struct sma_lint *lint)
{
    const struct sma_proto_file *file = sma_proto_of(lint->file->schema)->file;
    if (!file->package.len)
        sma_lint_say(lint, "proto/missing-package", SMA_STR("the file has no package"),
                     (struct sma_span){0, lint->file->text.len ? 1 : 0});
    if (file->syntax == SMA_PROTO_ABSENT)
        sma_lint_say(lint, "proto/missing-syntax", SMA_STR("the file does not say its syntax"),
                     (struct sma_span){0, lint->file->text.len ? 1 : 0});
    lint_enums(lint, &file->enums);
    lint_messages(lint, &file->messages);
}
