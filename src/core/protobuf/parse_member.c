/* The parts of messages: fields, groups, oneofs, ranges; and rpcs. */
#include "core/protobuf/parser.h"

/* A type as written. */
struct type {
    struct sma_str text; /* of a map: in the canonical spacing */
    enum sma_proto_kind kind;
    const struct sma_proto_map *map;
};

static void read_type(struct sma_proto_parser *parser, struct sma_str word, struct type *out);

static bool is_map_key(enum sma_proto_kind kind)
{
    return kind != SMA_PROTO_NAMED && kind != SMA_PROTO_MAP && kind != SMA_PROTO_FLOAT &&
           kind != SMA_PROTO_DOUBLE && kind != SMA_PROTO_BYTES;
}

/* "<" type "," type ">" */
static void read_map_type(struct sma_proto_parser *parser, struct type *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct type key = {0}, value = {0};
    sma_proto_lex_require(lexer, '<');
    size_t at = lexer->pos;
    read_type(parser, sma_proto_lex_word(lexer), &key);
    sma_proto_lex_require(lexer, ',');
    read_type(parser, sma_proto_lex_word(lexer), &value);
    sma_proto_lex_require(lexer, '>');
    if (lexer->status)
        return;
    if (!is_map_key(key.kind)) {
        sma_proto_lex_fail_plain(lexer, SMA_EINVAL, at,
                                 "map key must be non-byte, non-floating point scalar: %.*s",
                                 SMA_STR_ARG(key.text));
        return;
    }
    struct sma_proto_map *map = sma_arena_alloc(lexer->arena, sizeof *map);
    out->text = sma_arena_printf(lexer->arena, "map<%.*s, %.*s>", SMA_STR_ARG(key.text),
                                 SMA_STR_ARG(value.text));
    if (!map || !out->text.ptr) {
        sma_proto_lex_fail_plain(lexer, SMA_ENOMEM, SMA_NO_OFFSET, "out of memory");
        return;
    }
    *map = (struct sma_proto_map){key.text, value.text, key.kind, value.kind};
    out->map = map;
    out->kind = SMA_PROTO_MAP;
}

/* type = word | "map" "<" type "," type ">", with its first word already read */
static void read_type(struct sma_proto_parser *parser, struct sma_str word, struct type *out)
{
    *out = (struct type){.text = word};
    if (parser->lexer.status)
        return;
    if (!sma_str_eqz(word, "map")) {
        out->kind = sma_proto_kind_of(word);
    } else if (sma_proto_enter(parser, "types")) {
        read_map_type(parser, out);
        sma_proto_leave(parser);
    }
}

/* The value of a pseudo option; the last one wins, none stays in the list. */
static const struct sma_proto_value *
take_option(struct sma_proto_parser *parser, struct sma_proto_options *options, const char *name)
{
    /* The list was just built in the arena and nobody else has seen it. */
    struct sma_proto_option *items = (struct sma_proto_option *)options->items;
    struct sma_proto_value *found = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < options->count; i++) {
        bool is_it = !items[i].is_parenthesized && items[i].part_count == 0 &&
                     sma_str_eqz(items[i].name, name);
        if (!is_it) {
            items[kept++] = items[i];
            continue;
        }
        if (!found)
            found = sma_arena_alloc(parser->lexer.arena, sizeof *found);
        if (!found)
            sma_proto_lex_fail_plain(&parser->lexer, SMA_ENOMEM, SMA_NO_OFFSET, "out of memory");
        else
            *found = items[i].value;
    }
    options->count = kept;
    return found;
}

/* word "=" int [ options ] ";", behind label and type */
static void read_field_rest(struct sma_proto_parser *parser, size_t start, const struct type *type,
                            struct sma_proto_field *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    if (type->kind != SMA_PROTO_MAP)
        out->type = type->text;
    out->kind = type->kind;
    out->map = type->map;
    out->name = sma_proto_lex_word(lexer);
    sma_proto_lex_require(lexer, '=');
    out->number = sma_proto_lex_integer(lexer);
    out->options = sma_proto_read_options(parser);
    sma_proto_lex_require(lexer, ';');
    out->span = sma_proto_span_to_here(parser, start);
    if (lexer->status)
        return;
    sma_proto_lex_trailing_comment(lexer);
    if (out->options.count) {
        out->default_value = take_option(parser, &out->options, "default");
        out->json_name = take_option(parser, &out->options, "json_name");
    }
}

/* "{" { field } "}" */
static void read_group_fields(struct sma_proto_parser *parser, struct sma_proto_group *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct sma_proto_list list = {0};
    sma_proto_lex_require(lexer, '{');
    while (!lexer->status && !sma_proto_lex_accept(lexer, '}')) {
        struct sma_proto_field field;
        struct sma_proto_group group;
        size_t start = lexer->pos;
        if (sma_proto_read_member(parser, start, sma_proto_lex_word(lexer), &field, &group))
            sma_proto_push(parser, &list, &field, sizeof field);
        else
            sma_proto_lex_fail(lexer, lexer->pos, "expected field declaration, was group");
    }
    out->fields = (struct sma_proto_fields){list.items, list.count};
}

/* word "=" int "{" { field } "}", behind "group" */
static void read_group_rest(struct sma_proto_parser *parser, size_t start,
                            struct sma_proto_group *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    if (parser->file->syntax == SMA_PROTO_EDITION)
        sma_proto_lex_fail(lexer, start,
                           "group syntax is not supported in editions: use a message field with "
                           "features.message_encoding = DELIMITED");
    out->name = sma_proto_lex_word(lexer);
    sma_proto_lex_require(lexer, '=');
    out->number = sma_proto_lex_integer(lexer);
    if (sma_proto_enter(parser, "groups")) {
        read_group_fields(parser, out);
        sma_proto_leave(parser);
    }
    out->span = sma_proto_span_to_here(parser, start);
}

static enum sma_proto_label label_of(struct sma_str word)
{
    if (sma_str_eqz(word, "repeated"))
        return SMA_PROTO_REPEATED;
    if (sma_str_eqz(word, "optional"))
        return SMA_PROTO_OPTIONAL;
    return sma_str_eqz(word, "required") ? SMA_PROTO_REQUIRED : SMA_PROTO_NO_LABEL;
}

/* What each syntax says about labels. */
static void check_label(struct sma_proto_parser *parser, size_t start, struct sma_str word,
                        enum sma_proto_label label)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    enum sma_proto_syntax syntax = parser->file->syntax;
    if (label == SMA_PROTO_REQUIRED && syntax == SMA_PROTO_3)
        sma_proto_lex_fail(lexer, start, "'required' label forbidden in proto3 field declarations");
    else if ((label == SMA_PROTO_REQUIRED || label == SMA_PROTO_OPTIONAL) &&
             syntax == SMA_PROTO_EDITION)
        sma_proto_lex_fail(lexer, start,
                           "'%.*s' label forbidden in editions: use features.field_presence",
                           SMA_STR_ARG(word));
    else if (label == SMA_PROTO_NO_LABEL && syntax < SMA_PROTO_3 && !lexer->status &&
             !(sma_str_eqz(word, "map") && sma_proto_lex_peek(lexer) == '<'))
        sma_proto_lex_fail(lexer, start, "unexpected label: %.*s", SMA_STR_ARG(word));
}

bool sma_proto_read_member(struct sma_proto_parser *parser, size_t start, struct sma_str word,
                           struct sma_proto_field *field, struct sma_proto_group *group)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct type type;
    enum sma_proto_label label = label_of(word);
    *field = (struct sma_proto_field){.label = label};
    *group = (struct sma_proto_group){.label = label};
    check_label(parser, start, word, label);
    read_type(parser, label ? sma_proto_lex_word(lexer) : word, &type);
    if (type.kind == SMA_PROTO_MAP && label)
        sma_proto_lex_fail(lexer, start, "'map' type cannot have label");
    if (lexer->status)
        return true;
    if (sma_str_eqz(type.text, "group")) {
        read_group_rest(parser, start, group);
        return false;
    }
    read_field_rest(parser, start, &type, field);
    return true;
}

/* type word "=" int [ options ] ";" | "group" … | "option" … */
static void read_oneof_part(struct sma_proto_parser *parser, struct sma_proto_list *options,
                            struct sma_proto_list *fields, struct sma_proto_list *groups)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    size_t start = lexer->pos;
    struct type type;
    read_type(parser, sma_proto_lex_word(lexer), &type);
    if (lexer->status)
        return;
    if (sma_str_eqz(type.text, "group")) {
        struct sma_proto_group group = {0};
        read_group_rest(parser, start, &group);
        sma_proto_push(parser, groups, &group, sizeof group);
    } else if (sma_str_eqz(type.text, "option")) {
        struct sma_proto_option option;
        sma_proto_read_option(parser, &option);
        sma_proto_lex_require(lexer, ';');
        sma_proto_push(parser, options, &option, sizeof option);
    } else {
        struct sma_proto_field field = {0};
        read_field_rest(parser, start, &type, &field);
        sma_proto_push(parser, fields, &field, sizeof field);
    }
}

void sma_proto_read_oneof(struct sma_proto_parser *parser, size_t start,
                          struct sma_proto_oneof *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct sma_proto_list options = {0}, fields = {0}, groups = {0};
    *out = (struct sma_proto_oneof){.name = sma_proto_lex_word(lexer)};
    sma_proto_lex_require(lexer, '{');
    while (!lexer->status && !sma_proto_lex_accept(lexer, '}'))
        read_oneof_part(parser, &options, &fields, &groups);
    out->options = (struct sma_proto_options){options.items, options.count};
    out->fields = (struct sma_proto_fields){fields.items, fields.count};
    out->groups = (struct sma_proto_groups){groups.items, groups.count};
    out->span = sma_proto_span_to_here(parser, start);
}

/* int [ "to" ( int | "max" ) ], up to one of the characters in `stops` */
static void read_range(struct sma_proto_parser *parser, size_t start, const char *stops,
                       const char *expected, struct sma_proto_range *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    out->start = out->end = sma_proto_lex_integer(lexer);
    int c = lexer->status ? -1 : sma_proto_lex_peek(lexer);
    out->is_single = c > 0 && strchr(stops, c);
    if (out->is_single || c < 0)
        return;
    if (!sma_str_eqz(sma_proto_lex_word(lexer), "to"))
        sma_proto_lex_fail(lexer, start, "%s", expected);
    sma_proto_lex_at_end(lexer);
    size_t at = lexer->pos;
    out->end = SMA_PROTO_NUMBER_MAX;
    if (!sma_str_eqz(sma_proto_lex_word(lexer), "max") && !lexer->status) {
        lexer->pos = at;
        out->end = sma_proto_lex_integer(lexer);
    }
}

static void read_reserved_value(struct sma_proto_parser *parser, size_t start,
                                struct sma_proto_range *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    int c = sma_proto_lex_peek(lexer);
    if (c == '"' || c == '\'') {
        out->name = sma_proto_lex_string(lexer, NULL);
    } else if (parser->file->syntax == SMA_PROTO_EDITION && c != '-' && !(c >= '0' && c <= '9')) {
        out->name = sma_proto_lex_word(lexer);
        out->is_identifier = true;
    } else {
        read_range(parser, start, ",;", "expected ',', ';', or 'to'", out);
    }
}

void sma_proto_read_reserved(struct sma_proto_parser *parser, size_t start,
                             struct sma_proto_ranges *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct sma_proto_list list = {0};
    int c = ',';
    while (c == ',' && !lexer->status) {
        struct sma_proto_range range = {0};
        read_reserved_value(parser, start, &range);
        sma_proto_push(parser, &list, &range, sizeof range);
        c = sma_proto_lex_char(lexer);
    }
    if (c != ';')
        sma_proto_lex_fail(lexer, lexer->pos, "expected ',' or ';'");
    *out = (struct sma_proto_ranges){.items = list.items, .count = list.count};
    out->span = sma_proto_span_to_here(parser, start);
    if (!lexer->status)
        sma_proto_lex_trailing_comment(lexer);
}

void sma_proto_read_extensions(struct sma_proto_parser *parser, size_t start,
                               struct sma_proto_ranges *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct sma_proto_list list = {0};
    int c = ',';
    *out = (struct sma_proto_ranges){0};
    while (c == ',' && !lexer->status) {
        struct sma_proto_range range = {0};
        read_range(parser, start, ",;[", "expected ',' or ';' or 'to'", &range);
        sma_proto_push(parser, &list, &range, sizeof range);
        if (!lexer->status && sma_proto_lex_peek(lexer) == '[') {
            out->options = sma_proto_read_options(parser);
            sma_proto_lex_require(lexer, ';');
            c = ';';
        } else {
            c = sma_proto_lex_char(lexer);
        }
    }
    if (c != ';')
        sma_proto_lex_fail(lexer, lexer->pos, "expected ',' or ';'");
    out->items = list.items;
    out->count = list.count;
    out->span = sma_proto_span_to_here(parser, start);
    if (!lexer->status)
        sma_proto_lex_trailing_comment(lexer);
}

/* "(" ["stream"] type ")" */
static struct sma_str read_rpc_type(struct sma_proto_parser *parser, bool *is_stream)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct type type;
    sma_proto_lex_require(lexer, '(');
    struct sma_str word = sma_proto_lex_word(lexer);
    *is_stream = sma_str_eqz(word, "stream");
    read_type(parser, *is_stream ? sma_proto_lex_word(lexer) : word, &type);
    sma_proto_lex_require(lexer, ')');
    return type.text;
}

/* "{" { option } "}" */
static struct sma_proto_options read_rpc_options(struct sma_proto_parser *parser)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct sma_proto_list list = {0};
    while (!lexer->status && !sma_proto_lex_accept(lexer, '}')) {
        struct sma_proto_option option;
        if (sma_proto_lex_accept(lexer, ';'))
            continue;
        size_t start = lexer->pos;
        struct sma_str word = sma_proto_lex_word(lexer);
        if (!sma_str_eqz(word, "option"))
            sma_proto_lex_fail(lexer, start, "unexpected label: %.*s", SMA_STR_ARG(word));
        sma_proto_read_option(parser, &option);
        sma_proto_lex_require(lexer, ';');
        sma_proto_push(parser, &list, &option, sizeof option);
    }
    return (struct sma_proto_options){list.items, list.count};
}

void sma_proto_read_rpc(struct sma_proto_parser *parser, size_t start, struct sma_proto_rpc *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    *out = (struct sma_proto_rpc){.name = sma_proto_lex_word(lexer)};
    out->request = read_rpc_type(parser, &out->is_request_stream);
    if (!sma_str_eqz(sma_proto_lex_word(lexer), "returns"))
        sma_proto_lex_fail(lexer, lexer->pos, "expected 'returns'");
    out->response = read_rpc_type(parser, &out->is_response_stream);
    out->has_body = !lexer->status && sma_proto_lex_accept(lexer, '{');
    if (out->has_body)
        out->options = read_rpc_options(parser);
    else
        sma_proto_lex_require(lexer, ';');
    out->span = sma_proto_span_to_here(parser, start);
}
