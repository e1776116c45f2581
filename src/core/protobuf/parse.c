/* Files, messages, enums, services and extends. The other productions are in parse_member.c and
 * parse_option.c. */
#include "core/protobuf/parser.h"

#include "base/map.h"

void sma_proto_push(struct sma_proto_parser *parser, struct sma_proto_list *list, const void *item,
                    size_t size)
{
    if (parser->lexer.status)
        return;
    void *items = sma_arena_grow(parser->lexer.arena, list->items, list->count, &list->capacity,
                                 list->count + 1, size);
    if (!items) {
        sma_proto_lex_fail_plain(&parser->lexer, SMA_ENOMEM, SMA_NO_OFFSET, "out of memory");
        return;
    }
    list->items = items;
    memcpy((char *)items + list->count++ * size, item, size);
}

bool sma_proto_enter(struct sma_proto_parser *parser, const char *what)
{
    if (parser->depth >= SMA_PROTO_DEPTH_MAX)
        sma_proto_lex_fail_plain(&parser->lexer, SMA_ELIMIT, parser->lexer.pos,
                                 "%s nested deeper than %d levels", what, SMA_PROTO_DEPTH_MAX);
    if (parser->lexer.status)
        return false;
    parser->depth++;
    return true;
}

void sma_proto_leave(struct sma_proto_parser *parser)
{
    parser->depth--;
}

/* What a block has collected so far: messages use all of it, others their part. */
struct body {
    struct sma_proto_list options, reserved, fields, oneofs, groups, extensions, extends, messages,
        enums, values, rpcs, services, imports;
};

static struct sma_proto_options options_of(const struct body *body)
{
    return (struct sma_proto_options){body->options.items, body->options.count};
}

/* "option" optname "=" value ";", behind the keyword */
static void read_option_statement(struct sma_proto_parser *parser, struct body *body)
{
    struct sma_proto_option option;
    sma_proto_read_option(parser, &option);
    sma_proto_lex_require(&parser->lexer, ';');
    sma_proto_push(parser, &body->options, &option, sizeof option);
}

static void unexpected_label(struct sma_proto_parser *parser, size_t start, struct sma_str word)
{
    sma_proto_lex_fail(&parser->lexer, start, "unexpected label: %.*s", SMA_STR_ARG(word));
}

/* word "=" int [ options ] ";", behind its name */
static void read_enum_value(struct sma_proto_parser *parser, size_t start, struct sma_str name,
                            struct body *body)
{
    struct sma_proto_enum_value value = {.name = name};
    sma_proto_lex_require(&parser->lexer, '=');
    value.number = sma_proto_lex_integer(&parser->lexer);
    value.options = sma_proto_read_options(parser);
    sma_proto_lex_require(&parser->lexer, ';');
    value.span = sma_proto_span_to_here(parser, start);
    if (!parser->lexer.status)
        sma_proto_lex_trailing_comment(&parser->lexer);
    sma_proto_push(parser, &body->values, &value, sizeof value);
}

/* One part of an enum: a constant, an option, a reserved statement or a stray ';'. */
static void read_enum_part(struct sma_proto_parser *parser, struct body *body)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    if (sma_proto_lex_accept(lexer, ';'))
        return;
    size_t start = lexer->pos;
    struct sma_str word = sma_proto_lex_word(lexer);
    if (sma_str_eqz(word, "option")) {
        read_option_statement(parser, body);
    } else if (sma_str_eqz(word, "reserved")) {
        struct sma_proto_ranges ranges;
        sma_proto_read_reserved(parser, start, &ranges);
        sma_proto_push(parser, &body->reserved, &ranges, sizeof ranges);
    } else {
        read_enum_value(parser, start, word, body);
    }
}

/* enum = "enum" word "{" … "}", behind the keyword */
static void read_enum(struct sma_proto_parser *parser, size_t start, struct sma_proto_enum *out)
{
    struct body body = {0};
    *out = (struct sma_proto_enum){.name = sma_proto_lex_word(&parser->lexer)};
    sma_proto_lex_require(&parser->lexer, '{');
    while (!parser->lexer.status && !sma_proto_lex_accept(&parser->lexer, '}'))
        read_enum_part(parser, &body);
    out->options = options_of(&body);
    out->reserved = (struct sma_proto_range_lists){body.reserved.items, body.reserved.count};
    out->values = body.values.items;
    out->value_count = body.values.count;
    out->span = sma_proto_span_to_here(parser, start);
}

/* extend = "extend" word "{" { field } "}", behind the keyword. Groups are kept here too, where the
 * original loses them. */
static void read_extend(struct sma_proto_parser *parser, size_t start, struct body *outer)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct body body = {0};
    struct sma_proto_extend extend = {.target = sma_proto_lex_word(lexer)};
    sma_proto_lex_require(lexer, '{');
    while (!lexer->status && !sma_proto_lex_accept(lexer, '}')) {
        struct sma_proto_field field;
        struct sma_proto_group group;
        if (sma_proto_lex_accept(lexer, ';'))
            continue;
        size_t at = lexer->pos;
        if (sma_proto_read_member(parser, at, sma_proto_lex_word(lexer), &field, &group))
            sma_proto_push(parser, &body.fields, &field, sizeof field);
        else
            sma_proto_push(parser, &body.groups, &group, sizeof group);
    }
    extend.fields = (struct sma_proto_fields){body.fields.items, body.fields.count};
    extend.groups = (struct sma_proto_groups){body.groups.items, body.groups.count};
    extend.span = sma_proto_span_to_here(parser, start);
    sma_proto_push(parser, &outer->extends, &extend, sizeof extend);
}

static void read_message(struct sma_proto_parser *parser, size_t start,
                         struct sma_proto_message *out);

/* "export message M" and "local enum E" of edition 2024. `word` and the returned word are the
 * keyword in front of the name; a field whose type is called export stays one. */
static struct sma_str read_visibility(struct sma_proto_parser *parser, struct sma_str word,
                                      enum sma_proto_visibility *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    bool is_export = sma_str_eqz(word, "export");
    *out = SMA_PROTO_VISIBILITY_UNSET;
    if (parser->file->syntax != SMA_PROTO_EDITION || (!is_export && !sma_str_eqz(word, "local")))
        return word;
    size_t back = lexer->pos;
    struct sma_str next = sma_proto_lex_word(lexer);
    if ((sma_str_eqz(next, "message") || sma_str_eqz(next, "enum")) &&
        sma_proto_lex_peek(lexer) != '=') {
        *out = is_export ? SMA_PROTO_EXPORT : SMA_PROTO_LOCAL;
        return next;
    }
    if (!lexer->status)
        lexer->pos = back;
    return word;
}

/* A declaration that files and messages share; false when `word` begins none of them. */
static bool read_type_declaration(struct sma_proto_parser *parser, size_t start,
                                  struct sma_str word, struct body *body)
{
    enum sma_proto_visibility visibility;
    word = read_visibility(parser, word, &visibility);
    if (sma_str_eqz(word, "message")) {
        struct sma_proto_message message = {0};
        read_message(parser, start, &message);
        message.visibility = visibility;
        sma_proto_push(parser, &body->messages, &message, sizeof message);
    } else if (sma_str_eqz(word, "enum")) {
        struct sma_proto_enum one;
        read_enum(parser, start, &one);
        one.visibility = visibility;
        sma_proto_push(parser, &body->enums, &one, sizeof one);
    } else if (sma_str_eqz(word, "extend")) {
        read_extend(parser, start, body);
    } else if (sma_str_eqz(word, "option")) {
        read_option_statement(parser, body);
    } else {
        return false;
    }
    return true;
}

static void read_member(struct sma_proto_parser *parser, size_t start, struct sma_str word,
                        struct body *body)
{
    struct sma_proto_field field;
    struct sma_proto_group group;
    if (sma_proto_read_member(parser, start, word, &field, &group))
        sma_proto_push(parser, &body->fields, &field, sizeof field);
    else
        sma_proto_push(parser, &body->groups, &group, sizeof group);
}

/* messagepart, or a stray ';' */
static void read_message_part(struct sma_proto_parser *parser, struct body *body)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    if (sma_proto_lex_accept(lexer, ';'))
        return;
    size_t start = lexer->pos;
    struct sma_str word = sma_proto_lex_word(lexer);
    if (read_type_declaration(parser, start, word, body))
        return;
    if (sma_str_eqz(word, "oneof")) {
        struct sma_proto_oneof oneof;
        sma_proto_read_oneof(parser, start, &oneof);
        sma_proto_push(parser, &body->oneofs, &oneof, sizeof oneof);
    } else if (sma_str_eqz(word, "reserved") || sma_str_eqz(word, "extensions")) {
        struct sma_proto_ranges ranges;
        bool is_reserved = word.ptr[0] == 'r';
        (is_reserved ? sma_proto_read_reserved : sma_proto_read_extensions)(parser, start, &ranges);
        sma_proto_push(parser, is_reserved ? &body->reserved : &body->extensions, &ranges,
                       sizeof ranges);
    } else {
        read_member(parser, start, word, body);
    }
}

static bool says_map_entry(struct sma_proto_options options)
{
    for (size_t i = 0; i < options.count; i++)
        if (!options.items[i].is_parenthesized && sma_str_eqz(options.items[i].name, "map_entry") &&
            sma_str_eqz(options.items[i].value.text, "true"))
            return true;
    return false;
}

static void finish_message(struct sma_proto_message *out, const struct body *body)
{
    out->options = options_of(body);
    out->is_map_entry = says_map_entry(out->options);
    out->reserved = (struct sma_proto_range_lists){body->reserved.items, body->reserved.count};
    out->fields = (struct sma_proto_fields){body->fields.items, body->fields.count};
    out->oneofs = body->oneofs.items;
    out->oneof_count = body->oneofs.count;
    out->groups = (struct sma_proto_groups){body->groups.items, body->groups.count};
    out->extensions =
        (struct sma_proto_range_lists){body->extensions.items, body->extensions.count};
    out->extends = (struct sma_proto_extends){body->extends.items, body->extends.count};
    out->messages = (struct sma_proto_messages){body->messages.items, body->messages.count};
    out->enums = (struct sma_proto_enums){body->enums.items, body->enums.count};
}

/* message = "message" word "{" { messagepart | ";" } "}", behind the keyword */
static void read_message(struct sma_proto_parser *parser, size_t start,
                         struct sma_proto_message *out)
{
    struct body body = {0};
    out->name = sma_proto_lex_word(&parser->lexer);
    sma_proto_lex_require(&parser->lexer, '{');
    if (!sma_proto_enter(parser, "messages"))
        return;
    while (!parser->lexer.status && !sma_proto_lex_accept(&parser->lexer, '}'))
        read_message_part(parser, &body);
    sma_proto_leave(parser);
    finish_message(out, &body);
    out->span = sma_proto_span_to_here(parser, start);
}

/* service = "service" word "{" { rpc | option } "}", behind the keyword */
static void read_service(struct sma_proto_parser *parser, size_t start,
                         struct sma_proto_service *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct body body = {0};
    *out = (struct sma_proto_service){.name = sma_proto_lex_word(lexer)};
    sma_proto_lex_require(lexer, '{');
    while (!lexer->status && !sma_proto_lex_accept(lexer, '}')) {
        struct sma_proto_rpc rpc;
        if (sma_proto_lex_accept(lexer, ';'))
            continue;
        size_t at = lexer->pos;
        struct sma_str word = sma_proto_lex_word(lexer);
        if (sma_str_eqz(word, "option")) {
            read_option_statement(parser, &body);
        } else if (sma_str_eqz(word, "rpc")) {
            sma_proto_read_rpc(parser, at, &rpc);
            sma_proto_push(parser, &body.rpcs, &rpc, sizeof rpc);
        } else {
            unexpected_label(parser, at, word);
        }
    }
    out->options = options_of(&body);
    out->rpcs = body.rpcs.items;
    out->rpc_count = body.rpcs.count;
    out->span = sma_proto_span_to_here(parser, start);
}

/* import = "import" [ "public" | "weak" | "option" ] string ";", behind the keyword. Like the
 * original, takes a bare word for a string. */
static void read_import(struct sma_proto_parser *parser, size_t start, struct body *body)
{
    static const char *const kinds[] = {"", "public", "weak", "option"};
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct sma_proto_import import = {0};
    size_t last = parser->file->syntax == SMA_PROTO_EDITION ? 3 : 2;
    for (int turn = 0; turn < 2 && !lexer->status; turn++) {
        int c = sma_proto_lex_peek(lexer);
        if (c == '"' || c == '\'') {
            import.path = sma_proto_lex_string(lexer, NULL);
            break;
        }
        import.path = sma_proto_lex_word(lexer);
        size_t kind = last;
        while (kind > 0 && !sma_str_eqz(import.path, kinds[kind]))
            kind--;
        if (kind == 0 || turn > 0)
            break;
        import.kind = (enum sma_proto_import_kind)kind;
    }
    sma_proto_lex_require(lexer, ';');
    import.span = sma_proto_span_to_here(parser, start);
    sma_proto_push(parser, &body->imports, &import, sizeof import);
}

/* syntax = "syntax" "=" string ";", behind the keyword; edition likewise */
static void read_syntax(struct sma_proto_parser *parser, size_t start, bool is_edition,
                        bool is_first)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct sma_proto_file *file = parser->file;
    const char *word = is_edition ? "edition" : "syntax";
    if (file->syntax != SMA_PROTO_ABSENT)
        sma_proto_lex_fail(lexer, start, "too many syntax definitions");
    sma_proto_lex_require(lexer, '=');
    if (!is_first)
        sma_proto_lex_fail(lexer, start, "'%s' element must be the first declaration in a file",
                           word);
    struct sma_str name = sma_proto_lex_string(lexer, NULL);
    if (is_edition && (sma_str_eqz(name, "2023") || sma_str_eqz(name, "2024"))) {
        file->syntax = SMA_PROTO_EDITION;
        file->edition = name;
    } else if (!is_edition && sma_str_eqz(name, "proto2")) {
        file->syntax = SMA_PROTO_2;
    } else if (!is_edition && sma_str_eqz(name, "proto3")) {
        file->syntax = SMA_PROTO_3;
    } else {
        sma_proto_lex_fail(lexer, start, "unexpected %s: %.*s", word, SMA_STR_ARG(name));
    }
    sma_proto_lex_require(lexer, ';');
}

/* Names of the file's types, or of its services, with the place of each. */
static void check_unique(struct sma_proto_parser *parser, struct sma_map *names,
                         struct sma_str name, size_t start)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    uint32_t line, column, first_line, first_column;
    if (lexer->status)
        return;
    int added = sma_map_add(names, name, (void *)(uintptr_t)(start + 1));
    if (added < 0)
        sma_proto_lex_fail_plain(lexer, SMA_ENOMEM, SMA_NO_OFFSET, "out of memory");
    if (added)
        return;
    size_t first = (size_t)(uintptr_t)sma_map_get(names, name) - 1;
    sma_proto_lex_position(lexer, start, &line, &column);
    sma_proto_lex_position(lexer, first, &first_line, &first_column);
    sma_proto_lex_fail_plain(lexer, SMA_EINVAL, start, "%.*s (:%u:%u) is already defined at :%u:%u",
                             SMA_STR_ARG(name), line, column, first_line, first_column);
}

struct tables {
    struct sma_map types, services;
};

/* The name of the type that was just read into `body`, if it is one. */
static void check_new_type(struct sma_proto_parser *parser, struct tables *tables,
                           const struct body *body, size_t messages, size_t enums, size_t start)
{
    if (body->messages.count > messages) {
        const struct sma_proto_message *all = body->messages.items;
        check_unique(parser, &tables->types, all[messages].name, start);
    }
    if (body->enums.count > enums) {
        const struct sma_proto_enum *all = body->enums.items;
        check_unique(parser, &tables->types, all[enums].name, start);
    }
}

/* declaration, or a stray ';' */
static void read_declaration(struct sma_proto_parser *parser, struct tables *tables,
                             struct body *body, bool is_first)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    if (sma_proto_lex_accept(lexer, ';'))
        return;
    size_t start = lexer->pos, messages = body->messages.count, enums = body->enums.count;
    struct sma_str word = sma_proto_lex_word(lexer);
    if (read_type_declaration(parser, start, word, body)) {
        check_new_type(parser, tables, body, messages, enums, start);
    } else if (sma_str_eqz(word, "import")) {
        read_import(parser, start, body);
    } else if (sma_str_eqz(word, "service")) {
        struct sma_proto_service service;
        read_service(parser, start, &service);
        sma_proto_push(parser, &body->services, &service, sizeof service);
        check_unique(parser, &tables->services, service.name, start);
    } else if (sma_str_eqz(word, "package")) {
        parser->file->package = sma_proto_lex_word(lexer);
        sma_proto_lex_require(lexer, ';');
        parser->file->package_span = sma_proto_span_to_here(parser, start);
    } else if (sma_str_eqz(word, "syntax") || sma_str_eqz(word, "edition")) {
        read_syntax(parser, start, word.ptr[0] == 'e', is_first);
    } else {
        unexpected_label(parser, start, word);
    }
}

static void finish_file(struct sma_proto_file *file, const struct body *body)
{
    file->imports = body->imports.items;
    file->import_count = body->imports.count;
    file->options = options_of(body);
    file->messages = (struct sma_proto_messages){body->messages.items, body->messages.count};
    file->enums = (struct sma_proto_enums){body->enums.items, body->enums.count};
    file->extends = (struct sma_proto_extends){body->extends.items, body->extends.count};
    file->services = body->services.items;
    file->service_count = body->services.count;
}

enum sma_status sma_proto_parse(const struct sma_proto_file **out, struct sma_arena *arena,
                                struct sma_str text, struct sma_error *err)
{
    struct sma_proto_parser parser = {0};
    struct tables tables;
    struct body body = {0};
    struct sma_proto_file *file = sma_arena_calloc(arena, 1, sizeof *file);
    if (!file)
        return sma_fail_nomem(err);
    parser.file = file;
    sma_map_init(&tables.types);
    sma_map_init(&tables.services);
    sma_proto_lex_init(&parser.lexer, text, arena, err);
    for (bool is_first = true; !sma_proto_lex_at_end(&parser.lexer); is_first = false)
        read_declaration(&parser, &tables, &body, is_first);
    sma_map_fini(&tables.types);
    sma_map_fini(&tables.services);
    if (parser.lexer.status)
        return parser.lexer.status;
    finish_file(file, &body);
    *out = file;
    return SMA_OK;
}
