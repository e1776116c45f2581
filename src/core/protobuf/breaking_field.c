/* Fields of one number. */
#include "core/protobuf/breaking_walk.h"
#include "core/protobuf/number.h"

enum cardinality { IMPLICIT, EXPLICIT, REQUIRED, REPEATED, MAP };

static const char *const cardinality_names[] = {"implicit", "optional", "required", "repeated",
                                                "map"};

static bool is_map(const struct sma_proto_field_type *field)
{
    return field->is_repeated && field->kind == SMA_PROTO_MESSAGE && field->message &&
           field->message->is_map_entry;
}

static enum cardinality cardinality_of(const struct sma_proto_field_type *field)
{
    if (is_map(field))
        return MAP;
    if (field->is_repeated)
        return REPEATED;
    if (field->is_required)
        return REQUIRED;
    return field->has_presence ? EXPLICIT : IMPLICIT;
}

/* Within a group the encodings read each other: binary takes a map for the list it is. */
static int wire_group(enum cardinality cardinality)
{
    return cardinality >= REPEATED;
}

static int json_group(enum cardinality cardinality)
{
    return cardinality == MAP ? 2 : cardinality == REPEATED;
}

/* A change that rules about one aspect of a field report. */
struct change {
    struct sma_proto_breaking_check *c;
    struct sma_str path;
    struct sma_span old_span, new_span;
};

static void report(const struct change *at, enum sma_proto_breaking_rule rule, struct sma_str from,
                   struct sma_str to)
{
    sma_proto_breaking_add(at->c, rule, at->path, at->old_span, at->new_span,
                           "from \"%.*s\" to \"%.*s\"", SMA_STR_ARG(from), SMA_STR_ARG(to));
}

static void compare_cardinality(const struct change *at, const struct sma_proto_field_type *old,
                                const struct sma_proto_field_type *new)
{
    enum cardinality before = cardinality_of(old), after = cardinality_of(new);
    struct sma_str from = sma_str_z(cardinality_names[before]);
    struct sma_str to = sma_str_z(cardinality_names[after]);
    if (before == after)
        return;
    report(at, SMA_PROTO_FIELD_SAME_CARDINALITY, from, to);
    if (json_group(before) != json_group(after))
        report(at, SMA_PROTO_FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY, from, to);
    if (wire_group(before) != wire_group(after))
        report(at, SMA_PROTO_FIELD_WIRE_COMPATIBLE_CARDINALITY, from, to);
}

static struct sma_str type_name(const struct sma_proto_field_type *field)
{
    if (is_map(field))
        return SMA_STR("map");
    if (field->message)
        return field->message->full_name;
    if (field->enumeration)
        return field->enumeration->full_name;
    return field->kind == SMA_PROTO_NAMED ? field->ast->type : sma_proto_kind_name(field->kind);
}

/* Kinds whose binary forms read each other; 0 stands alone. */
static int wire_kind(enum sma_proto_kind kind)
{
    switch (kind) {
    case SMA_PROTO_INT32:
    case SMA_PROTO_UINT32:
    case SMA_PROTO_INT64:
    case SMA_PROTO_UINT64:
    case SMA_PROTO_BOOL:
        return 1;
    case SMA_PROTO_SINT32:
    case SMA_PROTO_SINT64:
        return 2;
    case SMA_PROTO_FIXED32:
    case SMA_PROTO_SFIXED32:
        return 3;
    case SMA_PROTO_FIXED64:
    case SMA_PROTO_SFIXED64:
        return 4;
    default:
        return 0;
    }
}

/* The same for JSON, where 64 bits are strings and bools are words. */
static int json_kind(enum sma_proto_kind kind)
{
    switch (kind) {
    case SMA_PROTO_INT32:
    case SMA_PROTO_UINT32:
        return 1;
    case SMA_PROTO_INT64:
    case SMA_PROTO_UINT64:
        return 2;
    case SMA_PROTO_FIXED32:
    case SMA_PROTO_SFIXED32:
        return 3;
    case SMA_PROTO_FIXED64:
    case SMA_PROTO_SFIXED64:
        return 4;
    default:
        return 0;
    }
}

/* Another enum will do when it has all the numbers (and, for JSON, their names). */
static bool enum_covers(struct sma_proto_breaking_check *c, const struct sma_proto_enum_type *old,
                        const struct sma_proto_enum_type *new, bool with_names)
{
    for (size_t i = 0; i < old->ast->value_count && sma_proto_breaking_take(c, 1); i++) {
        const struct sma_proto_enum_value *value = &old->ast->values[i];
        const struct sma_proto_enum_value *other =
            sma_proto_enum_value_of_number(new, value->number);
        if (!other || (with_names && !sma_str_eq(other->name, value->name)))
            return false;
    }
    return true;
}

static bool is_bridged(struct sma_proto_breaking_check *c, const struct sma_proto_field_type *old,
                       const struct sma_proto_field_type *new, bool with_json)
{
    int group = with_json ? json_kind(old->kind) : wire_kind(old->kind);
    if (group && group == (with_json ? json_kind(new->kind) : wire_kind(new->kind)))
        return true;
    if (old->enumeration && new->enumeration)
        return enum_covers(c, old->enumeration, new->enumeration, with_json);
    return !with_json && old->kind == SMA_PROTO_STRING && new->kind == SMA_PROTO_BYTES;
}

static void compare_kinds(const struct change *at, const struct sma_proto_field_type *old,
                          const struct sma_proto_field_type *new)
{
    struct sma_str from = type_name(old), to = type_name(new);
    if (old->kind == new->kind && sma_str_eq(from, to))
        return;
    report(at, SMA_PROTO_FIELD_SAME_TYPE, from, to);
    if (!is_bridged(at->c, old, new, true))
        report(at, SMA_PROTO_FIELD_WIRE_JSON_COMPATIBLE_TYPE, from, to);
    if (!is_bridged(at->c, old, new, false))
        report(at, SMA_PROTO_FIELD_WIRE_COMPATIBLE_TYPE, from, to);
}

/* Maps by their keys and values. A map that becomes something else has changed its cardinality; for
 * generated code its type as well. */
static void compare_types(const struct change *at, struct sma_proto_pool *old_pool,
                          const struct sma_proto_field_type *old, struct sma_proto_pool *new_pool,
                          const struct sma_proto_field_type *new)
{
    if (!is_map(old) && !is_map(new)) {
        compare_kinds(at, old, new);
        return;
    }
    if (!is_map(old) || !is_map(new)) {
        report(at, SMA_PROTO_FIELD_SAME_TYPE, type_name(old), type_name(new));
        return;
    }
    sma_proto_pool_link(old_pool, old->message);
    sma_proto_pool_link(new_pool, new->message);
    for (uint32_t part = 1; part <= 2; part++) {
        const struct sma_proto_field_type *before = sma_proto_field_of_number(old->message, part);
        const struct sma_proto_field_type *after = sma_proto_field_of_number(new->message, part);
        if (before && after)
            compare_kinds(at, before, after);
    }
}

/* The oneof a field stands in; empty outside. */
static struct sma_str oneof_of(const struct sma_proto_breaking_element *home,
                               const struct sma_proto_field_type *field)
{
    return field->oneof >= 0 && home->message ? home->message->oneofs[field->oneof].name
                                              : SMA_STR("");
}

/* The default of an enum field as a number: a constant may be renamed. */
static struct sma_str enum_default(struct sma_proto_breaking_check *c,
                                   const struct sma_proto_field_type *field,
                                   const struct sma_proto_value *value)
{
    const struct sma_proto_enum_type *one = field->enumeration;
    const struct sma_proto_enum_value *constant =
        value                   ? sma_proto_enum_value_of_name(one, value->text)
        : one->ast->value_count ? &one->ast->values[0]
                                : NULL;
    struct sma_str text =
        constant ? sma_arena_printf(&c->arena, "%d", constant->number) : SMA_STR("");
    return text.ptr ? text : SMA_STR("");
}

/* A default in its plain form; of a field that has none written, the one of its type. */
static struct sma_str default_of(struct sma_proto_breaking_check *c,
                                 const struct sma_proto_field_type *field)
{
    const struct sma_proto_value *value = field->ast ? field->ast->default_value : NULL;
    if (field->is_repeated || field->message || field->kind == SMA_PROTO_NAMED)
        return SMA_STR("");
    if (field->kind == SMA_PROTO_STRING || field->kind == SMA_PROTO_BYTES)
        return value ? value->bytes : SMA_STR("");
    if (field->enumeration)
        return enum_default(c, field, value);
    if (value) {
        struct sma_str plain = sma_proto_plain_number(&c->arena, value->text);
        return plain.ptr ? plain : value->text;
    }
    return field->kind == SMA_PROTO_BOOL ? SMA_STR("false") : SMA_STR("0");
}

static void compare_texts(const struct change *at, enum sma_proto_breaking_rule rule,
                          struct sma_str from, struct sma_str to)
{
    if (!sma_str_eq(from, to))
        report(at, rule, from, to);
}

/* The value of features.(language).name, or of the older option; `missing` when neither is set. */
static struct sma_str setting_of(const struct sma_proto_field_type *field, const char *language,
                                 const char *name, const char *option, const char *missing)
{
    struct sma_proto_options options =
        field->ast ? field->ast->options : (struct sma_proto_options){0};
    for (size_t i = options.count; i-- > 0;) {
        const struct sma_proto_option *one = &options.items[i];
        if (!one->is_parenthesized && sma_str_eqz(one->name, "features") && one->part_count == 2 &&
            sma_str_eqz(one->parts[0].name, language) && sma_str_eqz(one->parts[1].name, name))
            return one->value.text;
    }
    return option ? sma_proto_breaking_option(options, option, missing) : sma_str_z(missing);
}

/* What a file says for all its strings. */
static const char *java_check_of(const struct sma_proto_breaking_element *home)
{
    struct sma_str text = sma_proto_breaking_option(home->unit->schema->file->options,
                                                    "java_string_check_utf8", "false");
    return sma_str_eqz(text, "true") ? "VERIFY" : "DEFAULT";
}

static void compare_strings(const struct change *at,
                            const struct sma_proto_breaking_element *old_home,
                            const struct sma_proto_field_type *old,
                            const struct sma_proto_breaking_element *new_home,
                            const struct sma_proto_field_type *new)
{
    if (old->kind != new->kind || (old->kind != SMA_PROTO_STRING && old->kind != SMA_PROTO_BYTES))
        return;
    compare_texts(at, SMA_PROTO_FIELD_SAME_CPP_STRING_TYPE,
                  setting_of(old, "pb.cpp", "string_type", "ctype", "STRING"),
                  setting_of(new, "pb.cpp", "string_type", "ctype", "STRING"));
    if (old->kind != SMA_PROTO_STRING)
        return;
    compare_texts(at, SMA_PROTO_FIELD_SAME_JAVA_UTF8_VALIDATION,
                  setting_of(old, "pb.java", "utf8_validation", NULL, java_check_of(old_home)),
                  setting_of(new, "pb.java", "utf8_validation", NULL, java_check_of(new_home)));
    compare_texts(at, SMA_PROTO_FIELD_SAME_UTF8_VALIDATION,
                  old->checks_utf8 ? SMA_STR("VERIFY") : SMA_STR("NONE"),
                  new->checks_utf8 ? SMA_STR("VERIFY") : SMA_STR("NONE"));
}

static struct sma_str jstype_of(const struct sma_proto_field_type *field)
{
    return field->ast ? sma_proto_breaking_option(field->ast->options, "jstype", "JS_NORMAL")
                      : SMA_STR("JS_NORMAL");
}

void sma_proto_breaking_field(struct sma_proto_breaking_check *c, struct sma_str scope,
                              const struct sma_proto_breaking_element *old_home,
                              const struct sma_proto_field_type *old,
                              const struct sma_proto_breaking_element *new_home,
                              const struct sma_proto_field_type *new)
{
    struct change at = {c, sma_proto_breaking_name(c, scope, old->name), old->span, new->span};
    compare_texts(&at, SMA_PROTO_FIELD_SAME_NAME, old->name, new->name);
    compare_texts(&at, SMA_PROTO_FIELD_SAME_JSON_NAME, old->json_name, new->json_name);
    compare_cardinality(&at, old, new);
    compare_types(&at, &old_home->unit->pool, old, &new_home->unit->pool, new);
    compare_texts(&at, SMA_PROTO_FIELD_SAME_ONEOF, oneof_of(old_home, old),
                  oneof_of(new_home, new));
    if (old->kind == new->kind && old->is_repeated == new->is_repeated)
        compare_texts(&at, SMA_PROTO_FIELD_SAME_DEFAULT, default_of(c, old), default_of(c, new));
    compare_strings(&at, old_home, old, new_home, new);
    compare_texts(&at, SMA_PROTO_FIELD_SAME_JSTYPE, jstype_of(old), jstype_of(new));
}
