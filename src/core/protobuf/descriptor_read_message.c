/* Messages, fields, enums and ranges of a descriptor. */
#include "core/protobuf/descriptor_read.h"
#include "core/protobuf/parse.h"

static bool enter(struct sma_proto_descriptor_reader *r)
{
    if (r->depth >= SMA_PROTO_DEPTH_MAX && !r->status)
        r->status = sma_fail(r->err, SMA_ELIMIT, "messages nested deeper than %d levels",
                             SMA_PROTO_DEPTH_MAX);
    r->depth++;
    return !r->status;
}

static enum sma_proto_label label_of(const struct sma_proto_descriptor_reader *r,
                                     const struct sma_proto_read_field *f)
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

static void finish_field(struct sma_proto_descriptor_reader *r, struct sma_proto_read_field *f)
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

void sma_proto_read_field(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                          struct sma_proto_read_field *out)
{
    struct sma_proto_record record;
    *out = (struct sma_proto_read_field){.oneof = -1};
    while (sma_proto_read_next(r, &bytes, &record)) {
        switch (record.number) {
        case 1:
            out->field.name = sma_proto_read_word(r, &record);
            break;
        case 2:
            out->extendee = sma_proto_read_word(r, &record);
            break;
        case 3:
            out->field.number = sma_proto_read_int(r, &record);
            break;
        case 4:
            out->label = sma_proto_read_int(r, &record);
            break;
        case 5:
            out->type = sma_proto_read_int(r, &record);
            break;
        case 6:
            out->field.type = sma_proto_read_word(r, &record);
            break;
        case 7:
            out->default_text = sma_proto_read_text(r, &record);
            break;
        case 8:
            out->field.options = sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_FIELD,
                                                             sma_proto_read_bytes(r, &record));
            break;
        case 9:
            out->oneof = sma_proto_read_int(r, &record);
            break;
        case 10:
            out->field.json_name = string_value(r, sma_proto_read_text(r, &record));
            break;
        case 17:
            out->is_proto3_optional = sma_proto_read_int(r, &record) != 0;
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
            out.start = sma_proto_read_int(r, &record);
        else if (record.number == 2)
            out.end = sma_proto_read_int(r, &record);
        else if (record.number == 3 && options)
            *options = sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_RANGE,
                                                   sma_proto_read_bytes(r, &record));
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
    struct sma_proto_range range = {.name = sma_proto_read_text(r, record)};
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
            out->name = sma_proto_read_word(r, &record);
        else if (record.number == 2)
            out->number = sma_proto_read_int(r, &record);
        else if (record.number == 3)
            out->options = sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_ENUM_VALUE,
                                                       sma_proto_read_bytes(r, &record));
    }
    if (!out->name.len)
        sma_proto_read_fail(r, "an enum constant without name");
}

void sma_proto_read_enum(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
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
            out->name = sma_proto_read_word(r, &record);
            break;
        case 2:
            read_enum_value(r, sma_proto_read_bytes(r, &record), &value);
            sma_proto_read_push(r, &values, &value, sizeof value);
            break;
        case 3:
            out->options = sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_ENUM,
                                                       sma_proto_read_bytes(r, &record));
            break;
        case 4:
            range = read_range(r, sma_proto_read_bytes(r, &record), 0, NULL);
            if (range.end == INT32_MAX && !range.is_single)
                range.end = SMA_PROTO_NUMBER_MAX; /* what the text calls max */
            sma_proto_read_push(r, &ranges, &range, sizeof range);
            break;
        case 5:
            range = name_range(r, &record);
            sma_proto_read_push(r, &names, &range, sizeof range);
            break;
        case 6:
            out->visibility = (enum sma_proto_visibility)(sma_proto_read_int(r, &record) & 3);
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
            out->name = sma_proto_read_word(r, &record);
        else if (record.number == 2)
            out->options = sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_ONEOF,
                                                       sma_proto_read_bytes(r, &record));
    }
    if (!out->name.len)
        sma_proto_read_fail(r, "a oneof without name");
}

void sma_proto_read_extends(struct sma_proto_descriptor_reader *r,
                            const struct sma_proto_read_list *fields, struct sma_proto_extends *out)
{
    const struct sma_proto_read_field *all = fields->items;
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
    const struct sma_proto_read_field *all = in->fields.items;
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
    sma_proto_read_extends(r, &in->extends, &out->extends);
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

/* Records of lists whose elements are messages themselves. */
static void read_part(struct sma_proto_descriptor_reader *r, const struct sma_proto_record *record,
                      struct read_message *in)
{
    struct sma_proto_read_field field;
    struct sma_proto_message message;
    struct sma_proto_enum one;
    struct sma_proto_oneof oneof;
    struct sma_str bytes = sma_proto_read_bytes(r, record);
    switch (record->number) {
    case 2:
    case 6:
        sma_proto_read_field(r, bytes, &field);
        sma_proto_read_push(r, record->number == 2 ? &in->fields : &in->extends, &field,
                            sizeof field);
        break;
    case 3:
        sma_proto_read_message(r, bytes, &message);
        sma_proto_read_push(r, &in->messages, &message, sizeof message);
        break;
    case 4:
        sma_proto_read_enum(r, bytes, &one);
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
        out->name = sma_proto_read_word(r, record);
        break;
    case 2:
    case 3:
    case 4:
    case 6:
    case 8:
        read_part(r, record, in);
        break;
    case 5:
        push_extension_range(r, in, sma_proto_read_bytes(r, record));
        break;
    case 7:
        out->options = sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_MESSAGE,
                                                   sma_proto_read_bytes(r, record));
        break;
    case 9:
        range = read_range(r, sma_proto_read_bytes(r, record), 1, NULL);
        sma_proto_read_push(r, &in->ranges, &range, sizeof range);
        break;
    case 10:
        range = name_range(r, record);
        sma_proto_read_push(r, &in->names, &range, sizeof range);
        break;
    case 11:
        out->visibility = (enum sma_proto_visibility)(sma_proto_read_int(r, record) & 3);
        if (out->visibility > SMA_PROTO_EXPORT)
            sma_proto_read_fail(r, "unknown visibility");
        break;
    default:
        break;
    }
}

void sma_proto_read_message(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
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
