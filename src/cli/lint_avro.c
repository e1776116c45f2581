#include "cli/lint.h"
#include "core/avro/model.h"

static struct sma_str words(struct sma_lint *lint, const char *what, struct sma_str name,
                            const char *problem)
{
    return sma_arena_printf(&lint->session->arena, "%s \"%.*s\" %s", what, SMA_STR_ARG(name),
                            problem);
}

static void lint_field(struct sma_lint *lint, const struct sma_avro_field *field)
{
    const struct sma_avro_node *type = field->type;
    bool may_be_null = false;
    if (!sma_lint_is_snake(field->name) && !sma_lint_is_lower_camel(field->name))
        sma_lint_say(lint, "avro/field-name-case",
                     words(lint, "field", field->name, "is neither snake_case nor camelCase"),
                     field->name_span);
    if (!field->has_doc)
        sma_lint_say(lint, "avro/missing-doc", words(lint, "field", field->name, "has no doc"),
                     field->name_span);
    for (uint32_t i = 0; type->kind == SMA_AVRO_UNION && i < type->variants.count; i++)
        may_be_null |= type->variants.members[i]->kind == SMA_AVRO_NULL;
    if (may_be_null && !field->default_value)
        sma_lint_say(lint, "avro/nullable-without-default",
                     words(lint, "field", field->name, "may be null but has no default"),
                     field->name_span);
}

static void lint_named(struct sma_lint *lint, const struct sma_avro_node *node)
{
    if (!sma_lint_is_camel(node->name.name))
        sma_lint_say(lint, "avro/type-name-case",
                     words(lint, "type", node->name.name, "is not in CamelCase"), node->name_span);
    if (!node->name.space.len)
        sma_lint_say(lint, "avro/missing-namespace",
                     words(lint, "type", node->name.name, "has no namespace"), node->name_span);
    if (!node->has_doc && node->kind != SMA_AVRO_FIXED)
        sma_lint_say(lint, "avro/missing-doc", words(lint, "type", node->name.name, "has no doc"),
                     node->name_span);
    if (node->kind == SMA_AVRO_ENUM && node->enumeration.default_position < 0)
        sma_lint_say(lint, "avro/enum-without-default",
                     words(lint, "enum", node->name.name, "has no default symbol"),
                     node->name_span);
}

void sma_lint_avro(struct sma_lint *lint)
{
    const struct sma_avro_schema *schema = sma_avro_schema_of(lint->file->schema);
    for (uint32_t i = 0; i < schema->node_count; i++) {
        const struct sma_avro_node *node = schema->nodes[i];
        if (!sma_avro_is_named(node) || node->from_reference)
            continue;
        lint_named(lint, node);
        for (uint32_t f = 0; node->kind == SMA_AVRO_RECORD && f < node->record.count; f++)
            lint_field(lint, &node->record.fields[f]);
    }
}
