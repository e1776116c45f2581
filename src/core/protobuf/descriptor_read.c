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

struct sma_str sma_proto_read_bytes(struct sma_proto_descriptor_reader *r,
                                    const struct sma_proto_record *record)
{
    if (record->wire != SMA_PROTO_WIRE_BYTES)
        sma_proto_read_fail(r, "wrong wire type");
    return record->bytes;
}

int32_t sma_proto_read_int(struct sma_proto_descriptor_reader *r,
                           const struct sma_proto_record *record)
{
    if (record->wire != SMA_PROTO_WIRE_VARINT)
        sma_proto_read_fail(r, "wrong wire type");
    return (int32_t)(uint32_t)record->value;
}

struct sma_str sma_proto_read_word(struct sma_proto_descriptor_reader *r,
                                   const struct sma_proto_record *record)
{
    struct sma_str word = sma_proto_read_bytes(r, record);
    if (!r->status && !sma_proto_is_word(word))
        sma_proto_read_fail(r, "a name is no word");
    return word;
}

struct sma_str sma_proto_read_text(struct sma_proto_descriptor_reader *r,
                                   const struct sma_proto_record *record)
{
    struct sma_str text = sma_proto_read_bytes(r, record);
    if (!r->status && !sma_utf8_valid(text, NULL))
        sma_proto_read_fail(r, "a text is not UTF-8");
    return text;
}

static void read_rpc(struct sma_proto_descriptor_reader *r, struct sma_str bytes,
                     struct sma_proto_rpc *out)
{
    struct sma_proto_record record;
    *out = (struct sma_proto_rpc){0};
    while (sma_proto_read_next(r, &bytes, &record)) {
        if (record.number == 1)
            out->name = sma_proto_read_word(r, &record);
        else if (record.number == 2)
            out->request = sma_proto_read_word(r, &record);
        else if (record.number == 3)
            out->response = sma_proto_read_word(r, &record);
        else if (record.number == 4)
            out->options = sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_METHOD,
                                                       sma_proto_read_bytes(r, &record));
        else if (record.number == 5)
            out->is_request_stream = sma_proto_read_int(r, &record) != 0;
        else if (record.number == 6)
            out->is_response_stream = sma_proto_read_int(r, &record) != 0;
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
            out->name = sma_proto_read_word(r, &record);
        } else if (record.number == 2) {
            read_rpc(r, sma_proto_read_bytes(r, &record), &rpc);
            sma_proto_read_push(r, &rpcs, &rpc, sizeof rpc);
        } else if (record.number == 3) {
            out->options = sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_SERVICE,
                                                       sma_proto_read_bytes(r, &record));
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
            struct sma_str syntax = sma_proto_read_text(r, &record);
            if (sma_str_eqz(syntax, "proto3"))
                r->file->syntax = SMA_PROTO_3;
            else if (sma_str_eqz(syntax, "proto2"))
                r->file->syntax = SMA_PROTO_2;
            else if (!sma_str_eqz(syntax, "editions") && syntax.len)
                sma_proto_read_fail(r, "unknown syntax");
        } else if (record.number == FILE_EDITION) {
            int32_t edition = sma_proto_read_int(r, &record);
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
    struct sma_proto_read_field field;
    switch (record->number) {
    case FILE_PACKAGE:
        if (sma_proto_read_bytes(r, record).len)
            r->file->package = sma_proto_read_word(r, record);
        break;
    case FILE_DEPENDENCY:
        import.path = sma_proto_read_text(r, record);
        sma_proto_read_push(r, &in->imports, &import, sizeof import);
        break;
    case FILE_MESSAGE:
        sma_proto_read_message(r, sma_proto_read_bytes(r, record), &message);
        sma_proto_read_push(r, &in->messages, &message, sizeof message);
        break;
    case FILE_ENUM:
        sma_proto_read_enum(r, sma_proto_read_bytes(r, record), &one);
        sma_proto_read_push(r, &in->enums, &one, sizeof one);
        break;
    case FILE_SERVICE:
        read_service(r, sma_proto_read_bytes(r, record), &service);
        sma_proto_read_push(r, &in->services, &service, sizeof service);
        break;
    case FILE_EXTENSION:
        sma_proto_read_field(r, sma_proto_read_bytes(r, record), &field);
        sma_proto_read_push(r, &in->extensions, &field, sizeof field);
        break;
    case FILE_OPTIONS:
        r->file->options =
            sma_proto_read_option_bytes(r, SMA_PROTO_OPTIONS_FILE, sma_proto_read_bytes(r, record));
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
    sma_proto_read_extends(r, &in.extensions, &file->extends);
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
