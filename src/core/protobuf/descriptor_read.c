/* Descriptors to syntax trees (compat-protobuf section 8). Records of known fields with a wrong
 * wire type are refused: what reaches this code is often text that happens to be base64. */
#include "core/protobuf/descriptor_read.h"

#include "base/utf8.h"
#include "core/protobuf/parse.h"

/* Wire type and kind of use of each field of the descriptor messages that is looked at. */
enum {
    FILE_PACKAGE = 2,
    FILE_DEPENDENCY = 3,
    FILE_MESSAGE = 4,
    FILE_ENUM = 5,
    FILE_SERVICE = 6,
    FILE_EXTENSION = 7,
    FILE_OPTIONS = 8,
    FILE_PUBLIC = 10,
    FILE_WEAK = 11,
    FILE_SYNTAX = 12,
    FILE_EDITION = 14
};

void sma_proto_read_fail(struct sma_proto_descriptor_reader *r, const char *what)
{
    if (!r->status)
        r->status = sma_fail(r->err, SMA_EINVAL, "not a FileDescriptorProto: %s", what);
}

void sma_proto_read_nomem(struct sma_proto_descriptor_reader *r)
{
    if (!r->status)
        r->status = sma_fail_nomem(r->err);
}

void sma_proto_read_push(struct sma_proto_descriptor_reader *r, struct sma_proto_read_list *list,
                         const void *item, size_t size)
{
    void *items = r->status ? NULL
                            : sma_arena_grow(r->arena, list->items, list->count, &list->capacity,
                                             list->count + 1, size);
    if (!items) {
        sma_proto_read_nomem(r);
        return;
    }
    list->items = items;
    memcpy((char *)items + list->count++ * size, item, size);
}

bool sma_proto_read_next(struct sma_proto_descriptor_reader *r, struct sma_str *rest,
                         struct sma_proto_record *out)
{
    bool is_broken = false;
    if (r->status)
        return false;
    if (sma_proto_next_record(rest, out, SMA_PROTO_DEPTH_MAX, &is_broken))
        return true;
    if (is_broken)
        sma_proto_read_fail(r, "broken record");
    return false;
}

/* The content of a length-delimited record. */
static struct sma_str bytes_of(struct sma_proto_descriptor_reader *r,
                               const struct sma_proto_record *record)
{
    if (record->wire != SMA_PROTO_WIRE_BYTES)
        sma_proto_read_fail(r, "wrong wire type");
    return record->bytes;
}

static int32_t int_of(struct sma_proto_descriptor_reader *r, const struct sma_proto_record *record)
{
    if (record->wire != SMA_PROTO_WIRE_VARINT)
        sma_proto_read_fail(r, "wrong wire type");
    return (int32_t)(uint32_t)record->value;
}

/* Something that the text will have as a word. */
static struct sma_str word_of(struct sma_proto_descriptor_reader *r,
                              const struct sma_proto_record *record)
{
    struct sma_str word = bytes_of(r, record);
    if (!r->status && !sma_proto_is_word(word))
        sma_proto_read_fail(r, "a name is no word");
    return word;
}

static struct sma_str text_of(struct sma_proto_descriptor_reader *r,
                              const struct sma_proto_record *record)
{
    struct sma_str text = bytes_of(r, record);
    if (!r->status && !sma_utf8_valid(text, NULL))
        sma_proto_read_fail(r, "a text is not UTF-8");
    return text;
}

static bool enter(struct sma_proto_descriptor_reader *r)
{
    if (r->depth >= SMA_PROTO_DEPTH_MAX && !r->status)
        r->status = sma_fail(r->err, SMA_ELIMIT, "messages nested deeper than %d levels",
                             SMA_PROTO_DEPTH_MAX);
    r->depth++;
    return !r->status;
}

/* A field as the descriptor has it, before it is sorted into a message. */
struct read_field {
    struct sma_proto_field field;
    struct sma_str extendee, default_text;
    int32_t type, label, oneof; /* oneof: -1 = none */
    bool is_proto3_optional;
};

static enum sma_proto_label label_of(const struct sma_proto_descriptor_reader *r,
                                     const struct read_field *f)
{
    enum { REQUIRED = 2, REPEATED = 3 };
    if (f->label == REPEATED)
        return SMA_PROTO_REPEATED;
    if (r->file->syntax == SMA_PROTO_3)
        return f->is_proto3_optional ? SMA_PROTO_OPTIONAL : SMA_PROTO_NO_LABEL;
    if (r->file->syntax == SMA_PROTO_EDITION || f->oneof >= 0)
        return SMA_PROTO_NO_LABEL;
    return f->label == REQUIRED ? SMA_PROTO_REQUIRED : SMA_PROTO_OPTIONAL;
}

static struct sma_proto_value *string_value(struct sma_proto_descriptor_reader *r,
                                            struct sma_str text)
{
    struct sma_proto_value *value = sma_arena_calloc(r->arena, 1, sizeof *value);
    if (!value) {
        sma_proto_read_nomem(r);
        return NULL;
    }
    value->kind = SMA_PROTO_VALUE_STRING;
    value->text = value->bytes = text;
    return value;
}

/* Undoes the C escapes of a bytes default. */
static struct sma_str unescape(struct sma_proto_descriptor_reader *r, struct sma_str text)
{
    char *out = sma_arena_alloc(r->arena, text.len);
    size_t n = 0;
    if (!out) {
        sma_proto_read_nomem(r);
        return text;
    }
    for (size_t i = 0; i < text.len; i++) {
        static const char names[] = "nrtabfv", codes[] = "\n\r\t\a\b\f\v";
        char c = text.ptr[i];
        if (c != '\\' || i + 1 >= text.len) {
            out[n++] = c;
            continue;
        }
        c = text.ptr[++i];
        const char *at = c ? strchr(names, c) : NULL;
        if (c >= '0' && c <= '7') {
            unsigned code = 0;
            for (int d = 0; d < 3 && i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '7';
                 d++, i++)
                code = code * 8 + (unsigned)(text.ptr[i] - '0');
            i--;
            c = (char)code;
        }
        out[n++] = at ? codes[at - names] : c;
    }
    return sma_str_make(out, n);
}

static void finish_field(struct sma_proto_descriptor_reader *r, struct read_field *f)
{
    if (f->type > 0 && f->type <= SMA_PROTO_SINT64 && f->type != SMA_PROTO_MESSAGE &&
        f->type != SMA_PROTO_ENUM && f->type != SMA_PROTO_GROUP) {
        f->field.kind = (enum sma_proto_kind)f->type;
        f->field.type = sma_proto_kind_name(f->field.kind);
    }
    if (!f->field.name.len || (f->type != SMA_PROTO_GROUP && !f->field.type.len))
        sma_proto_read_fail(r, "a field without name or type");
    if (f->default_text.ptr && r->file->syntax != SMA_PROTO_3) {
        struct sma_proto_value *value = string_value(r, f->default_text);
        if (value && f->field.kind == SMA_PROTO_BYTES)
            value->bytes = unescape(r, f->default_text);
        f->field.default_value = value;
    }
    f->field.label = label_of(r, f);
}

static void read_field(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                       struct read_field *out)
{
    struct sma_proto_record record;
    *out = (struct read_field){.oneof = -1};
    while (sma_proto_read_next(r, &bytes, &record)) {
        switch (record.number) {
        case 1:
            out->field.name = word_of(r, &record);
            break;
        case 2:
            out->extendee = word_of(r, &record);
            break;
        case 3:
            out->field.number = int_of(r, &record);
            break;
        case 4:
            out->label = int_of(r, &record);
            break;
        case 5:
            out->type = int_of(r, &record);
            break;
        case 6:
            out->field.type = word_of(r, &record);
            break;
        case 7:
            out->default_text = text_of(r, &record);
            break;
        case 8:
            out->field.options =
                sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_FIELD, bytes_of(r, &record));
            break;
        case 9:
            out->oneof = int_of(r, &record);
            break;
        case 10:
            out->field.json_name = string_value(r, text_of(r, &record));
            break;
        case 17:
            out->is_proto3_optional = int_of(r, &record) != 0;
            break;
        default:
            break;
        }
    }
    if (out->is_proto3_optional)
        out->oneof = -1;
    finish_field(r, out);
}

/* start = 1, end = 2; `extra` is how far the end is behind the last number. */
static struct sma_proto_range read_range(struct sma_proto_descriptor_reader *r,
                                         struct sma_str bytes, int32_t extra,
                                         struct sma_proto_options *options)
{
    struct sma_proto_record record;
    struct sma_proto_range out = {0};
    while (sma_proto_read_next(r, &bytes, &record)) {
        if (record.number == 1)
            out.start = int_of(r, &record);
        else if (record.number == 2)
            out.end = int_of(r, &record);
        else if (record.number == 3 && options)
            *options =
                sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_RANGE, bytes_of(r, &record));
    }
    if (out.end > INT32_MIN)
        out.end -= extra;
    out.is_single = out.start == out.end;
    return out;
}

/* Ranges and names of one kind as one statement each, as protoc has them. */
static void push_ranges(struct sma_proto_descriptor_reader *r, struct sma_proto_read_list *lists,
                        const struct sma_proto_read_list *ranges)
{
    struct sma_proto_ranges list = {.items = ranges->items, .count = ranges->count};
    if (ranges->count)
        sma_proto_read_push(r, lists, &list, sizeof list);
}

static struct sma_proto_range name_range(struct sma_proto_descriptor_reader *r,
                                         const struct sma_proto_record *record)
{
    struct sma_proto_range range = {.name = text_of(r, record)};
    range.is_identifier = r->file->syntax == SMA_PROTO_EDITION && sma_proto_is_word(range.name);
    return range;
}

static void read_enum_value(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                            struct sma_proto_enum_value *out)
{
    struct sma_proto_record record;
    *out = (struct sma_proto_enum_value){0};
    while (sma_proto_read_next(r, &bytes, &record)) {
        if (record.number == 1)
            out->name = word_of(r, &record);
        else if (record.number == 2)
            out->number = int_of(r, &record);
        else if (record.number == 3)
            out->options =
                sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_ENUM_VALUE, bytes_of(r, &record));
    }
    if (!out->name.len)
        sma_proto_read_fail(r, "an enum constant without name");
}

static void read_enum(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                      struct sma_proto_enum *out)
{
    struct sma_proto_record record;
    struct sma_proto_read_list values = {0}, ranges = {0}, names = {0}, reserved = {0};
    *out = (struct sma_proto_enum){0};
    while (sma_proto_read_next(r, &bytes, &record)) {
        struct sma_proto_enum_value value;
        struct sma_proto_range range;
        switch (record.number) {
        case 1:
            out->name = word_of(r, &record);
            break;
        case 2:
            read_enum_value(r, bytes_of(r, &record), &value);
            sma_proto_read_push(r, &values, &value, sizeof value);
            break;
        case 3:
            out->options =
                sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_ENUM, bytes_of(r, &record));
            break;
        case 4:
            range = read_range(r, bytes_of(r, &record), 0, NULL);
            if (range.end == INT32_MAX && !range.is_single)
                range.end = SMA_PROTO_NUMBER_MAX; /* what the text calls max */
            sma_proto_read_push(r, &ranges, &range, sizeof range);
            break;
        case 5:
            range = name_range(r, &record);
            sma_proto_read_push(r, &names, &range, sizeof range);
            break;
        case 6:
            out->visibility = (enum sma_proto_visibility)(int_of(r, &record) & 3);
            break;
        default:
            break;
        }
    }
    if (!out->name.len || out->visibility > SMA_PROTO_EXPORT)
        sma_proto_read_fail(r, "an enum without name");
    push_ranges(r, &reserved, &ranges);
    push_ranges(r, &reserved, &names);
    out->reserved = (struct sma_proto_range_lists){reserved.items, reserved.count};
    out->values = values.items;
    out->value_count = values.count;
}

/* What a message's records come to before fields and oneofs are sorted out. */
struct read_message {
    struct sma_proto_read_list fields, oneofs, messages, enums, extensions, extends, ranges, names,
        extension_ranges;
};

static void read_oneof(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                       struct sma_proto_oneof *out)
{
    struct sma_proto_record record;
    *out = (struct sma_proto_oneof){0};
    while (sma_proto_read_next(r, &bytes, &record)) {
        if (record.number == 1)
            out->name = word_of(r, &record);
        else if (record.number == 2)
            out->options =
                sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_ONEOF, bytes_of(r, &record));
    }
    if (!out->name.len)
        sma_proto_read_fail(r, "a oneof without name");
}

/* One extend block per run of extensions with one target. */
static void finish_extends(struct sma_proto_descriptor_reader *r,
                           const struct sma_proto_read_list *fields, struct sma_proto_extends *out)
{
    const struct read_field *all = fields->items;
    struct sma_proto_read_list extends = {0};
    for (size_t i = 0; i < fields->count && !r->status;) {
        struct sma_proto_read_list run = {0};
        struct sma_proto_extend extend = {.target = all[i].extendee};
        if (!extend.target.len)
            sma_proto_read_fail(r, "an extension without target");
        for (; i < fields->count && sma_str_eq(all[i].extendee, extend.target); i++)
            if (all[i].type != SMA_PROTO_GROUP)
                sma_proto_read_push(r, &run, &all[i].field, sizeof all[i].field);
        extend.fields = (struct sma_proto_fields){run.items, run.count};
        if (run.count)
            sma_proto_read_push(r, &extends, &extend, sizeof extend);
    }
    *out = (struct sma_proto_extends){extends.items, extends.count};
}

/* Sorts the fields into the message and its oneofs; groups and empty oneofs are dropped, as in the
 * original. */
static void finish_fields(struct sma_proto_descriptor_reader *r, struct sma_proto_message *out,
                          const struct read_message *in)
{
    const struct read_field *all = in->fields.items;
    struct sma_proto_read_list plain = {0}, oneofs = {0};
    struct sma_proto_read_list *members =
        sma_arena_calloc(r->arena, in->oneofs.count, sizeof *members);
    if (!members) {
        sma_proto_read_nomem(r);
        return;
    }
    for (size_t i = 0; i < in->fields.count && !r->status; i++) {
        if (all[i].type == SMA_PROTO_GROUP)
            continue;
        if (all[i].oneof >= 0 && (size_t)all[i].oneof >= in->oneofs.count)
            sma_proto_read_fail(r, "a field of a oneof that is not there");
        else
            sma_proto_read_push(r, all[i].oneof >= 0 ? &members[all[i].oneof] : &plain,
                                &all[i].field, sizeof all[i].field);
    }
    for (size_t i = 0; i < in->oneofs.count; i++) {
        struct sma_proto_oneof oneof = ((const struct sma_proto_oneof *)in->oneofs.items)[i];
        oneof.fields = (struct sma_proto_fields){members[i].items, members[i].count};
        if (members[i].count)
            sma_proto_read_push(r, &oneofs, &oneof, sizeof oneof);
    }
    out->fields = (struct sma_proto_fields){plain.items, plain.count};
    out->oneofs = oneofs.items;
    out->oneof_count = oneofs.count;
}

static void finish_message(struct sma_proto_descriptor_reader *r, struct sma_proto_message *out,
                           const struct read_message *in)
{
    struct sma_proto_read_list reserved = {0};
    finish_fields(r, out, in);
    finish_extends(r, &in->extends, &out->extends);
    push_ranges(r, &reserved, &in->ranges);
    push_ranges(r, &reserved, &in->names);
    out->reserved = (struct sma_proto_range_lists){reserved.items, reserved.count};
    out->extensions =
        (struct sma_proto_range_lists){in->extension_ranges.items, in->extension_ranges.count};
    out->messages = (struct sma_proto_messages){in->messages.items, in->messages.count};
    out->enums = (struct sma_proto_enums){in->enums.items, in->enums.count};
    if (!out->name.len)
        sma_proto_read_fail(r, "a message without name");
}

static void read_message(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                         struct sma_proto_message *out);

/* Records of lists whose elements are messages themselves. */
static void read_part(struct sma_proto_descriptor_reader *r, const struct sma_proto_record *record,
                      struct read_message *in)
{
    struct read_field field;
    struct sma_proto_message message;
    struct sma_proto_enum one;
    struct sma_proto_oneof oneof;
    struct sma_str bytes = bytes_of(r, record);
    switch (record->number) {
    case 2:
    case 6:
        read_field(r, bytes, &field);
        sma_proto_read_push(r, record->number == 2 ? &in->fields : &in->extends, &field,
                            sizeof field);
        break;
    case 3:
        read_message(r, bytes, &message);
        sma_proto_read_push(r, &in->messages, &message, sizeof message);
        break;
    case 4:
        read_enum(r, bytes, &one);
        sma_proto_read_push(r, &in->enums, &one, sizeof one);
        break;
    default:
        read_oneof(r, bytes, &oneof);
        sma_proto_read_push(r, &in->oneofs, &oneof, sizeof oneof);
    }
}

static void push_extension_range(struct sma_proto_descriptor_reader *r, struct read_message *in,
                                 struct sma_str bytes)
{
    struct sma_proto_ranges list = {.count = 1};
    struct sma_proto_read_list one = {0};
    struct sma_proto_range range = read_range(r, bytes, 1, &list.options);
    sma_proto_read_push(r, &one, &range, sizeof range);
    list.items = one.items;
    sma_proto_read_push(r, &in->extension_ranges, &list, sizeof list);
}

static void read_message_record(struct sma_proto_descriptor_reader *r,
                                const struct sma_proto_record *record,
                                struct sma_proto_message *out, struct read_message *in)
{
    struct sma_proto_range range;
    switch (record->number) {
    case 1:
        out->name = word_of(r, record);
        break;
    case 2:
    case 3:
    case 4:
    case 6:
    case 8:
        read_part(r, record, in);
        break;
    case 5:
        push_extension_range(r, in, bytes_of(r, record));
        break;
    case 7:
        out->options =
            sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_MESSAGE, bytes_of(r, record));
        break;
    case 9:
        range = read_range(r, bytes_of(r, record), 1, NULL);
        sma_proto_read_push(r, &in->ranges, &range, sizeof range);
        break;
    case 10:
        range = name_range(r, record);
        sma_proto_read_push(r, &in->names, &range, sizeof range);
        break;
    case 11:
        out->visibility = (enum sma_proto_visibility)(int_of(r, record) & 3);
        if (out->visibility > SMA_PROTO_EXPORT)
            sma_proto_read_fail(r, "unknown visibility");
        break;
    default:
        break;
    }
}

static void read_message(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                         struct sma_proto_message *out)
{
    struct sma_proto_record record;
    struct read_message in = {0};
    *out = (struct sma_proto_message){0};
    if (enter(r)) {
        while (sma_proto_read_next(r, &bytes, &record))
            read_message_record(r, &record, out, &in);
        finish_message(r, out, &in);
    }
    r->depth--;
}

static void read_rpc(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                     struct sma_proto_rpc *out)
{
    struct sma_proto_record record;
    *out = (struct sma_proto_rpc){0};
    while (sma_proto_read_next(r, &bytes, &record)) {
        if (record.number == 1)
            out->name = word_of(r, &record);
        else if (record.number == 2)
            out->request = word_of(r, &record);
        else if (record.number == 3)
            out->response = word_of(r, &record);
        else if (record.number == 4)
            out->options =
                sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_METHOD, bytes_of(r, &record));
        else if (record.number == 5)
            out->is_request_stream = int_of(r, &record) != 0;
        else if (record.number == 6)
            out->is_response_stream = int_of(r, &record) != 0;
    }
    if (!out->name.len || !out->request.len || !out->response.len)
        sma_proto_read_fail(r, "a method without name or types");
}

static void read_service(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                         struct sma_proto_service *out)
{
    struct sma_proto_record record;
    struct sma_proto_read_list rpcs = {0};
    *out = (struct sma_proto_service){0};
    while (sma_proto_read_next(r, &bytes, &record)) {
        struct sma_proto_rpc rpc;
        if (record.number == 1) {
            out->name = word_of(r, &record);
        } else if (record.number == 2) {
            read_rpc(r, bytes_of(r, &record), &rpc);
            sma_proto_read_push(r, &rpcs, &rpc, sizeof rpc);
        } else if (record.number == 3) {
            out->options =
                sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_SERVICE, bytes_of(r, &record));
        }
    }
    if (!out->name.len)
        sma_proto_read_fail(r, "a service without name");
    out->rpcs = rpcs.items;
    out->rpc_count = rpcs.count;
}

/* Syntax and edition decide how the rest is read, so they are looked for first. */
static void read_syntax(struct sma_proto_descriptor_reader *r, struct sma_str bytes)
{
    struct sma_proto_record record;
    bool has_known = false;
    while (sma_proto_read_next(r, &bytes, &record)) {
        has_known |= record.number <= FILE_OPTIONS || record.number == FILE_SYNTAX;
        if (record.number == FILE_SYNTAX) {
            struct sma_str syntax = text_of(r, &record);
            if (sma_str_eqz(syntax, "proto3"))
                r->file->syntax = SMA_PROTO_3;
            else if (sma_str_eqz(syntax, "proto2"))
                r->file->syntax = SMA_PROTO_2;
            else if (!sma_str_eqz(syntax, "editions") && syntax.len)
                sma_proto_read_fail(r, "unknown syntax");
        } else if (record.number == FILE_EDITION) {
            int32_t edition = int_of(r, &record);
            r->file->edition = edition == 1001 ? SMA_STR("2024") : SMA_STR("2023");
            r->file->syntax = SMA_PROTO_EDITION;
            if (edition != 1000 && edition != 1001)
                sma_proto_read_fail(r, "unknown edition");
        }
    }
    if (!has_known)
        sma_proto_read_fail(r, "nothing of a file in it");
}

struct read_file {
    struct sma_proto_read_list imports, messages, enums, services, extensions;
};

/* Indexes of dependencies that are public or weak; packed or not. */
static void mark_imports(struct sma_proto_descriptor_reader *r, struct read_file *in,
                         const struct sma_proto_record *record, enum sma_proto_import_kind kind)
{
    struct sma_proto_import *imports = in->imports.items;
    struct sma_str rest = record->bytes;
    uint64_t index = record->value;
    do {
        if (record->wire == SMA_PROTO_WIRE_BYTES && !sma_proto_take_varint(&rest, &index))
            break;
        if (index >= in->imports.count) {
            sma_proto_read_fail(r, "a dependency that is not there");
            return;
        }
        imports[index].kind = kind;
    } while (record->wire == SMA_PROTO_WIRE_BYTES && rest.len);
}

static void read_file_record(struct sma_proto_descriptor_reader *r,
                             const struct sma_proto_record *record, struct read_file *in)
{
    struct sma_proto_import import = {0};
    struct sma_proto_message message;
    struct sma_proto_enum one;
    struct sma_proto_service service;
    struct read_field field;
    switch (record->number) {
    case FILE_PACKAGE:
        if (bytes_of(r, record).len)
            r->file->package = word_of(r, record);
        break;
    case FILE_DEPENDENCY:
        import.path = text_of(r, record);
        sma_proto_read_push(r, &in->imports, &import, sizeof import);
        break;
    case FILE_MESSAGE:
        read_message(r, bytes_of(r, record), &message);
        sma_proto_read_push(r, &in->messages, &message, sizeof message);
        break;
    case FILE_ENUM:
        read_enum(r, bytes_of(r, record), &one);
        sma_proto_read_push(r, &in->enums, &one, sizeof one);
        break;
    case FILE_SERVICE:
        read_service(r, bytes_of(r, record), &service);
        sma_proto_read_push(r, &in->services, &service, sizeof service);
        break;
    case FILE_EXTENSION:
        read_field(r, bytes_of(r, record), &field);
        sma_proto_read_push(r, &in->extensions, &field, sizeof field);
        break;
    case FILE_OPTIONS:
        r->file->options =
            sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_FILE, bytes_of(r, record));
        break;
    default:
        break;
    }
}

static void read_file(struct sma_proto_descriptor_reader *r, struct sma_str bytes)
{
    struct sma_proto_record record;
    struct read_file in = {0};
    struct sma_proto_file *file = r->file;
    for (struct sma_str rest = bytes; sma_proto_read_next(r, &rest, &record);)
        read_file_record(r, &record, &in);
    for (struct sma_str rest = bytes; sma_proto_read_next(r, &rest, &record);)
        if (record.number == FILE_PUBLIC || record.number == FILE_WEAK)
            mark_imports(r, &in, &record,
                         record.number == FILE_PUBLIC ? SMA_PROTO_IMPORT_PUBLIC
                                                      : SMA_PROTO_IMPORT_WEAK);
    finish_extends(r, &in.extensions, &file->extends);
    file->imports = in.imports.items;
    file->import_count = in.imports.count;
    file->messages = (struct sma_proto_messages){in.messages.items, in.messages.count};
    file->enums = (struct sma_proto_enums){in.enums.items, in.enums.count};
    file->services = in.services.items;
    file->service_count = in.services.count;
}

enum sma_status sma_proto_read_descriptor(const struct sma_proto_file **out,
                                          struct sma_arena *arena, struct sma_str bytes,
                                          struct sma_error *err)
{
    struct sma_proto_descriptor_reader r = {.arena = arena, .err = err};
    r.file = sma_arena_calloc(arena, 1, sizeof *r.file);
    if (!r.file)
        return sma_fail_nomem(err);
    read_syntax(&r, bytes);
    if (!r.status)
        sma_proto_read_options_init(&r);
    if (!r.status)
        read_file(&r, bytes);
    sma_proto_read_options_fini(&r);
    if (!r.status)
        *out = r.file;
    return r.status;
}
