/* The printer. Every construct is printed at an indent; the blank lines between the blocks of a
 * construct carry the spaces of that indent, because the original indents finished text, blank
 * lines included. */
#include "core/protobuf/print.h"

#include <stdio.h>

struct printer {
    struct sma_buf *buf;
    bool skip_extensions;
};

static void put_indent(struct printer *p, unsigned indent)
{
    static const char spaces[] = "                                ";
    while (indent > 0) {
        unsigned n = indent < sizeof spaces - 1 ? indent : (unsigned)sizeof spaces - 1;
        sma_buf_append(p->buf, spaces, n);
        indent -= n;
    }
}

/* Begins a block of a braced construct: the first ends the opening line, the others stand apart. */
static void begin_block(struct printer *p, bool *is_first, unsigned indent)
{
    if (!*is_first)
        put_indent(p, indent);
    sma_buf_putc(p->buf, '\n');
    *is_first = false;
}

static void end_body(struct printer *p, bool is_empty, unsigned indent)
{
    if (!is_empty)
        put_indent(p, indent);
    sma_buf_putz(p->buf, "}\n");
}

/* The letter of a character's two-character escape, 0 when it has none. */
static char escape_of(char c)
{
    static const char codes[] = "\a\b\f\n\r\t\v\\'\"", names[] = "abfnrtv\\'\"";
    const char *at = c ? strchr(codes, c) : NULL;
    return at ? names[at - codes] : '\0';
}

void sma_proto_put_string(struct sma_buf *out, struct sma_str s)
{
    size_t from = 0;
    sma_buf_putc(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        char name = escape_of(s.ptr[i]);
        if (!name)
            continue;
        sma_buf_append(out, s.ptr + from, i - from);
        sma_buf_putc(out, '\\');
        sma_buf_putc(out, name);
        from = i + 1;
    }
    if (s.len > from)
        sma_buf_append(out, s.ptr + from, s.len - from);
    sma_buf_putc(out, '"');
}

void sma_proto_put_bytes(struct sma_buf *out, struct sma_str s)
{
    sma_buf_putc(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        char name = escape_of((char)c);
        if (name) {
            sma_buf_putc(out, '\\');
            sma_buf_putc(out, name);
        } else if (c < 0x20 || c > 0x7e) {
            sma_buf_printf(out, "\\%03o", c);
        } else {
            sma_buf_putc(out, (char)c);
        }
    }
    sma_buf_putc(out, '"');
}

static void print_value(struct printer *p, const struct sma_proto_value *value, unsigned indent);

static void print_entry(struct printer *p, const struct sma_proto_entry *entry, unsigned indent)
{
    if (entry->is_extension)
        sma_buf_putc(p->buf, '[');
    sma_buf_puts(p->buf, entry->key);
    sma_buf_putz(p->buf, entry->is_extension ? "]: " : ": ");
    print_value(p, &entry->value, indent);
}

static void print_elements(struct printer *p, const struct sma_proto_value *value, unsigned indent)
{
    bool is_map = value->kind == SMA_PROTO_VALUE_MAP;
    sma_buf_putz(p->buf, is_map ? "{\n" : "[\n");
    for (uint32_t i = 0; i < value->count; i++) {
        put_indent(p, indent + 2);
        if (is_map)
            print_entry(p, &value->entries[i], indent + 2);
        else
            print_value(p, &value->items[i], indent + 2);
        sma_buf_putz(p->buf, i + 1 < value->count ? ",\n" : "\n");
    }
    put_indent(p, indent);
    sma_buf_putc(p->buf, is_map ? '}' : ']');
}

static void print_value(struct printer *p, const struct sma_proto_value *value, unsigned indent)
{
    switch (value->kind) {
    case SMA_PROTO_VALUE_STRING:
        sma_proto_put_string(p->buf, value->text);
        break;
    case SMA_PROTO_VALUE_MAP:
    case SMA_PROTO_VALUE_LIST:
        print_elements(p, value, indent);
        break;
    case SMA_PROTO_VALUE_BYTES:
        sma_proto_put_bytes(p->buf, value->bytes);
        break;
    case SMA_PROTO_VALUE_NUMBER:
    case SMA_PROTO_VALUE_BOOL:
    case SMA_PROTO_VALUE_WORD:
        sma_buf_puts(p->buf, value->text);
        break;
    }
}

static bool is_wanted(const struct printer *p, const struct sma_proto_option *option)
{
    return !p->skip_extensions || !option->is_parenthesized ||
           sma_str_starts(option->name, SMA_STR("confluent."));
}

static size_t count_wanted(const struct printer *p, struct sma_proto_options options)
{
    size_t count = 0;
    if (!p->skip_extensions)
        return options.count;
    for (size_t i = 0; i < options.count; i++)
        count += is_wanted(p, &options.items[i]);
    return count;
}

static void put_part(struct printer *p, struct sma_str name, bool is_parenthesized)
{
    if (is_parenthesized)
        sma_buf_putc(p->buf, '(');
    sma_buf_puts(p->buf, name);
    if (is_parenthesized)
        sma_buf_putc(p->buf, ')');
}

static void print_option(struct printer *p, const struct sma_proto_option *option, unsigned indent)
{
    put_part(p, option->name, option->is_parenthesized);
    for (uint32_t i = 0; i < option->part_count; i++) {
        sma_buf_putc(p->buf, '.');
        put_part(p, option->parts[i].name, option->parts[i].is_parenthesized);
    }
    sma_buf_putz(p->buf, " = ");
    print_value(p, &option->value, indent);
}

/* option lines; the caller has begun the block. */
static void print_option_lines(struct printer *p, struct sma_proto_options options, unsigned indent)
{
    for (size_t i = 0; i < options.count; i++) {
        if (!is_wanted(p, &options.items[i]))
            continue;
        put_indent(p, indent);
        sma_buf_putz(p->buf, "option ");
        print_option(p, &options.items[i], indent);
        sma_buf_putz(p->buf, ";\n");
    }
}

/* Strings are quoted. The original prints bytes raw, which does not parse again. */
static void print_default(struct printer *p, const struct sma_proto_field *field, unsigned indent)
{
    const struct sma_proto_value *value = field->default_value;
    bool is_text = value->kind != SMA_PROTO_VALUE_MAP && value->kind != SMA_PROTO_VALUE_LIST;
    sma_buf_putz(p->buf, "default = ");
    if (is_text && field->kind == SMA_PROTO_STRING)
        sma_proto_put_string(p->buf, value->text);
    else if (is_text && field->kind == SMA_PROTO_BYTES)
        sma_proto_put_bytes(p->buf,
                            value->kind == SMA_PROTO_VALUE_STRING ? value->bytes : value->text);
    else if (is_text && sma_proto_is_word(value->text))
        sma_buf_puts(p->buf, value->text);
    else
        print_value(p, value, indent);
}

static void print_json_name(struct printer *p, const struct sma_proto_value *value, unsigned indent)
{
    sma_buf_putz(p->buf, "json_name = ");
    if (value->kind == SMA_PROTO_VALUE_MAP || value->kind == SMA_PROTO_VALUE_LIST)
        print_value(p, value, indent);
    else
        sma_proto_put_string(p->buf, value->text);
}

/* One of several bracketed options stands on its own line; a single one stays on the field's. */
static void begin_listed(struct printer *p, size_t total, size_t i, unsigned indent)
{
    if (total == 1)
        return;
    if (i > 0)
        sma_buf_putz(p->buf, ",\n");
    put_indent(p, indent + 2);
}

/* " [a = 1]" or the list over several lines. `field` is NULL for what has no default or JSON name.
 */
static void print_listed(struct printer *p, struct sma_proto_options options,
                         const struct sma_proto_field *field, unsigned indent)
{
    bool has_default = field && field->default_value, has_json = field && field->json_name;
    size_t total = count_wanted(p, options) + has_default + has_json, n = 0;
    unsigned inner = total > 1 ? indent + 2 : indent;
    if (total == 0)
        return;
    sma_buf_putz(p->buf, total > 1 ? " [\n" : " [");
    for (size_t i = 0; i < options.count; i++) {
        if (!is_wanted(p, &options.items[i]))
            continue;
        begin_listed(p, total, n++, indent);
        print_option(p, &options.items[i], inner);
    }
    if (has_default) {
        begin_listed(p, total, n++, indent);
        print_default(p, field, inner);
    }
    if (has_json) {
        begin_listed(p, total, n++, indent);
        print_json_name(p, field->json_name, inner);
    }
    if (total > 1) {
        sma_buf_putc(p->buf, '\n');
        put_indent(p, indent);
    }
    sma_buf_putc(p->buf, ']');
}

static void put_label(struct printer *p, enum sma_proto_label label)
{
    static const char *const words[] = {"", "optional ", "required ", "repeated "};
    sma_buf_putz(p->buf, words[label]);
}

static void print_field(struct printer *p, const struct sma_proto_field *field, unsigned indent)
{
    put_indent(p, indent);
    put_label(p, field->label);
    if (field->map) {
        sma_buf_putz(p->buf, "map<");
        sma_buf_puts(p->buf, field->map->key_type);
        sma_buf_putz(p->buf, ", ");
        sma_buf_puts(p->buf, field->map->value_type);
        sma_buf_putc(p->buf, '>');
    } else {
        sma_buf_puts(p->buf, field->type);
    }
    sma_buf_putc(p->buf, ' ');
    sma_buf_puts(p->buf, field->name);
    sma_buf_putz(p->buf, " = ");
    sma_buf_put_i64(p->buf, field->number);
    print_listed(p, field->options, field, indent);
    sma_buf_putz(p->buf, ";\n");
}

static void print_fields(struct printer *p, struct sma_proto_fields fields, unsigned indent)
{
    for (size_t i = 0; i < fields.count; i++)
        print_field(p, &fields.items[i], indent);
}

static void print_groups(struct printer *p, struct sma_proto_groups groups, unsigned indent)
{
    for (size_t i = 0; i < groups.count; i++) {
        const struct sma_proto_group *group = &groups.items[i];
        put_indent(p, indent);
        put_label(p, group->label);
        sma_buf_putz(p->buf, "group ");
        sma_buf_puts(p->buf, group->name);
        sma_buf_putz(p->buf, " = ");
        sma_buf_put_i64(p->buf, group->number);
        sma_buf_putz(p->buf, group->fields.count ? " {\n" : " {");
        print_fields(p, group->fields, indent + 2);
        end_body(p, group->fields.count == 0, indent);
    }
}

static void print_oneof(struct printer *p, const struct sma_proto_oneof *oneof, unsigned indent)
{
    bool is_first = true;
    put_indent(p, indent);
    sma_buf_putz(p->buf, "oneof ");
    sma_buf_puts(p->buf, oneof->name);
    sma_buf_putz(p->buf, " {");
    if (count_wanted(p, oneof->options)) {
        begin_block(p, &is_first, indent);
        print_option_lines(p, oneof->options, indent + 2);
    }
    if (oneof->fields.count) {
        begin_block(p, &is_first, indent);
        print_fields(p, oneof->fields, indent + 2);
    }
    if (oneof->groups.count) {
        begin_block(p, &is_first, indent);
        print_groups(p, oneof->groups, indent + 2);
    }
    end_body(p, is_first, indent);
}

static void print_range(struct printer *p, const struct sma_proto_range *range)
{
    if (range->name.ptr && range->is_identifier) {
        sma_buf_puts(p->buf, range->name);
    } else if (range->name.ptr) {
        sma_proto_put_string(p->buf, range->name);
    } else {
        sma_buf_put_i64(p->buf, range->start);
        if (range->is_single)
            return;
        sma_buf_putz(p->buf, " to ");
        if (range->end >= SMA_PROTO_NUMBER_MAX)
            sma_buf_putz(p->buf, "max");
        else
            sma_buf_put_i64(p->buf, range->end);
    }
}

static void print_range_lists(struct printer *p, const char *word,
                              struct sma_proto_range_lists lists, unsigned indent)
{
    for (size_t i = 0; i < lists.count; i++) {
        const struct sma_proto_ranges *list = &lists.items[i];
        put_indent(p, indent);
        sma_buf_putz(p->buf, word);
        for (size_t j = 0; j < list->count; j++) {
            sma_buf_putz(p->buf, j ? ", " : " ");
            print_range(p, &list->items[j]);
        }
        print_listed(p, list->options, NULL, indent);
        sma_buf_putz(p->buf, ";\n");
    }
}

static void print_extends(struct printer *p, struct sma_proto_extends extends, unsigned indent)
{
    for (size_t i = 0; i < extends.count; i++) {
        const struct sma_proto_extend *extend = &extends.items[i];
        bool is_empty = extend->fields.count + extend->groups.count == 0;
        put_indent(p, indent);
        sma_buf_putz(p->buf, "extend ");
        sma_buf_puts(p->buf, extend->target);
        sma_buf_putz(p->buf, is_empty ? " {" : " {\n");
        print_fields(p, extend->fields, indent + 2);
        print_groups(p, extend->groups, indent + 2);
        end_body(p, is_empty, indent);
    }
}

static void put_visibility(struct printer *p, enum sma_proto_visibility visibility)
{
    static const char *const words[] = {"", "local ", "export "};
    sma_buf_putz(p->buf, words[visibility]);
}

static void print_enum(struct printer *p, const struct sma_proto_enum *one, unsigned indent)
{
    bool is_empty = one->reserved.count + one->value_count + count_wanted(p, one->options) == 0;
    put_indent(p, indent);
    put_visibility(p, one->visibility);
    sma_buf_putz(p->buf, "enum ");
    sma_buf_puts(p->buf, one->name);
    sma_buf_putz(p->buf, is_empty ? " {" : " {\n");
    print_range_lists(p, "reserved", one->reserved, indent + 2);
    print_option_lines(p, one->options, indent + 2);
    for (size_t i = 0; i < one->value_count; i++) {
        put_indent(p, indent + 2);
        sma_buf_puts(p->buf, one->values[i].name);
        sma_buf_putz(p->buf, " = ");
        sma_buf_put_i64(p->buf, one->values[i].number);
        print_listed(p, one->values[i].options, NULL, indent + 2);
        sma_buf_putz(p->buf, ";\n");
    }
    end_body(p, is_empty, indent);
}

static void print_message(struct printer *p, const struct sma_proto_message *m, unsigned indent);

static void print_types(struct printer *p, struct sma_proto_messages messages,
                        struct sma_proto_enums enums, unsigned indent)
{
    for (size_t i = 0; i < messages.count; i++)
        print_message(p, &messages.items[i], indent);
    for (size_t i = 0; i < enums.count; i++)
        print_enum(p, &enums.items[i], indent);
}

/* Reserved lines, options, fields, oneofs, groups: the blocks that come before the extensions. */
static void print_members(struct printer *p, const struct sma_proto_message *m, bool *is_first,
                          unsigned indent)
{
    if (m->reserved.count) {
        begin_block(p, is_first, indent);
        print_range_lists(p, "reserved", m->reserved, indent + 2);
    }
    if (count_wanted(p, m->options)) {
        begin_block(p, is_first, indent);
        print_option_lines(p, m->options, indent + 2);
    }
    if (m->fields.count) {
        begin_block(p, is_first, indent);
        print_fields(p, m->fields, indent + 2);
    }
    if (m->oneof_count) {
        begin_block(p, is_first, indent);
        for (size_t i = 0; i < m->oneof_count; i++)
            print_oneof(p, &m->oneofs[i], indent + 2);
    }
    if (m->groups.count) {
        begin_block(p, is_first, indent);
        print_groups(p, m->groups, indent + 2);
    }
}

static void print_message(struct printer *p, const struct sma_proto_message *m, unsigned indent)
{
    bool is_first = true;
    put_indent(p, indent);
    put_visibility(p, m->visibility);
    sma_buf_putz(p->buf, "message ");
    sma_buf_puts(p->buf, m->name);
    sma_buf_putz(p->buf, " {");
    print_members(p, m, &is_first, indent);
    if (m->extensions.count && !p->skip_extensions) {
        begin_block(p, &is_first, indent);
        print_range_lists(p, "extensions", m->extensions, indent + 2);
    }
    if (m->extends.count && !p->skip_extensions) {
        begin_block(p, &is_first, indent);
        print_extends(p, m->extends, indent + 2);
    }
    if (m->messages.count + m->enums.count) {
        begin_block(p, &is_first, indent);
        print_types(p, m->messages, m->enums, indent + 2);
    }
    /* The original has begun the block of the oneofs before it finds that none is left. */
    if (is_first && m->lost_oneofs)
        begin_block(p, &is_first, indent);
    end_body(p, is_first, indent);
}

static void put_rpc_type(struct printer *p, struct sma_str type, bool is_stream)
{
    sma_buf_putz(p->buf, is_stream ? "(stream " : "(");
    sma_buf_puts(p->buf, type);
    sma_buf_putc(p->buf, ')');
}

static void print_rpc(struct printer *p, const struct sma_proto_rpc *rpc, unsigned indent)
{
    put_indent(p, indent);
    sma_buf_putz(p->buf, "rpc ");
    sma_buf_puts(p->buf, rpc->name);
    sma_buf_putc(p->buf, ' ');
    put_rpc_type(p, rpc->request, rpc->is_request_stream);
    sma_buf_putz(p->buf, " returns ");
    put_rpc_type(p, rpc->response, rpc->is_response_stream);
    if (count_wanted(p, rpc->options)) {
        sma_buf_putz(p->buf, " {\n");
        print_option_lines(p, rpc->options, indent + 2);
        put_indent(p, indent);
        sma_buf_putc(p->buf, '}');
    }
    sma_buf_putz(p->buf, ";\n");
}

static void print_service(struct printer *p, const struct sma_proto_service *service)
{
    bool is_first = true;
    sma_buf_putz(p->buf, "service ");
    sma_buf_puts(p->buf, service->name);
    sma_buf_putz(p->buf, " {");
    if (count_wanted(p, service->options)) {
        begin_block(p, &is_first, 0);
        print_option_lines(p, service->options, 2);
    }
    if (service->rpc_count) {
        begin_block(p, &is_first, 0);
        for (size_t i = 0; i < service->rpc_count; i++)
            print_rpc(p, &service->rpcs[i], 2);
    }
    end_body(p, is_first, 0);
}

/* Plain imports, then public ones; weak ones are lost, as in the original. */
static void print_imports(struct printer *p, const struct sma_proto_file *file)
{
    static const struct {
        enum sma_proto_import_kind kind;
        const char *word;
    } passes[] = {{SMA_PROTO_IMPORT, "import "},
                  {SMA_PROTO_IMPORT_PUBLIC, "import public "},
                  {SMA_PROTO_IMPORT_OPTION, "import option "}};
    bool has_begun = false;
    for (size_t pass = 0; pass < sizeof passes / sizeof passes[0]; pass++)
        for (size_t i = 0; i < file->import_count; i++) {
            if (file->imports[i].kind != passes[pass].kind)
                continue;
            if (!has_begun)
                sma_buf_putc(p->buf, '\n');
            has_begun = true;
            sma_buf_putz(p->buf, passes[pass].word);
            sma_proto_put_string(p->buf, file->imports[i].path);
            sma_buf_putz(p->buf, ";\n");
        }
}

static void print_head(struct printer *p, const struct sma_proto_file *file)
{
    if (file->syntax == SMA_PROTO_EDITION)
        sma_buf_printf(p->buf, "edition = \"%.*s\";\n", SMA_STR_ARG(file->edition));
    else if (file->syntax != SMA_PROTO_ABSENT)
        sma_buf_putz(p->buf, file->syntax == SMA_PROTO_3 ? "syntax = \"proto3\";\n"
                                                         : "syntax = \"proto2\";\n");
    if (!file->package.ptr)
        return;
    sma_buf_putz(p->buf, "package ");
    sma_buf_puts(p->buf, file->package);
    sma_buf_putz(p->buf, ";\n");
}

void sma_proto_print(struct sma_buf *out, const struct sma_proto_file *file, bool skip_extensions)
{
    struct printer printer = {out, skip_extensions}, *p = &printer;
    print_head(p, file);
    print_imports(p, file);
    if (count_wanted(p, file->options)) {
        sma_buf_putc(out, '\n');
        print_option_lines(p, file->options, 0);
    }
    if (file->messages.count + file->enums.count) {
        sma_buf_putc(out, '\n');
        print_types(p, file->messages, file->enums, 0);
    }
    if (file->extends.count && !skip_extensions) {
        sma_buf_putc(out, '\n');
        print_extends(p, file->extends, 0);
    }
    if (file->service_count) {
        sma_buf_putc(out, '\n');
        for (size_t i = 0; i < file->service_count; i++)
            print_service(p, &file->services[i]);
    }
}
