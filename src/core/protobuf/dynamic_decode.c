/* Binary to tree. Records are taken as they come and put in order at the end: singular messages
 * that occur twice are merged, of other singular fields and of oneofs the last counts, unknown
 * fields are kept. */
#include "base/utf8.h"
#include "core/protobuf/dynamic_tree.h"

/* What the wire has, in the form of the tree. */
static uint64_t value_of(enum sma_proto_kind kind, uint64_t raw)
{
    switch (kind) {
    case SMA_PROTO_INT32:
    case SMA_PROTO_ENUM:
    case SMA_PROTO_SFIXED32:
        return (uint64_t)(int64_t)(int32_t)(uint32_t)raw;
    case SMA_PROTO_UINT32:
    case SMA_PROTO_FIXED32:
    case SMA_PROTO_FLOAT:
        return (uint32_t)raw;
    case SMA_PROTO_SINT32:
        return (uint64_t)(int64_t)(int32_t)sma_proto_unzigzag((uint32_t)raw);
    case SMA_PROTO_SINT64:
        return (uint64_t)sma_proto_unzigzag(raw);
    case SMA_PROTO_BOOL:
        return raw != 0;
    default:
        return raw;
    }
}

static bool take_raw(struct sma_str *rest, enum sma_proto_wire wire, uint64_t *out)
{
    size_t size = wire == SMA_PROTO_WIRE_64 ? 8 : 4;
    if (wire == SMA_PROTO_WIRE_VARINT)
        return sma_proto_take_varint(rest, out);
    if (rest->len < size)
        return false;
    *out = 0;
    for (size_t i = 0; i < size; i++)
        *out |= (uint64_t)(unsigned char)rest->ptr[i] << (8 * i);
    *rest = sma_str_from(*rest, size);
    return true;
}

static void add_packed(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                       const struct sma_proto_field_type *field, struct sma_str bytes)
{
    enum sma_proto_wire wire = sma_proto_wire_of(field->kind);
    uint64_t raw;
    while (bytes.len && !d->status) {
        if (!take_raw(&bytes, wire, &raw)) {
            sma_proto_dynamic_fail(d, "%.*s: packed values are cut short",
                                   SMA_STR_ARG(field->name));
            return;
        }
        struct sma_proto_item *item = sma_proto_node_add(d, node, field);
        if (item)
            item->bits = value_of(field->kind, raw);
    }
}

static void check_text(struct sma_proto_dynamic *d, const struct sma_proto_field_type *field,
                       struct sma_str bytes)
{
    if (field->checks_utf8 && !sma_utf8_valid(bytes, NULL))
        sma_proto_dynamic_fail(d, "%.*s: the string is not UTF-8", SMA_STR_ARG(field->name));
}

/* A record of a known field; false when its wire type does not fit, which makes it unknown. */
static bool add_known(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                      const struct sma_proto_field_type *field,
                      const struct sma_proto_record *record)
{
    enum sma_proto_wire wire = sma_proto_wire_of(field->kind);
    if (record->wire != wire) {
        bool is_packed = record->wire == SMA_PROTO_WIRE_BYTES && field->is_repeated &&
                         wire != SMA_PROTO_WIRE_GROUP;
        if (is_packed)
            add_packed(d, node, field, record->bytes);
        return is_packed;
    }
    struct sma_proto_item *item = sma_proto_node_add(d, node, field);
    if (!item)
        return true;
    if (wire == SMA_PROTO_WIRE_BYTES || wire == SMA_PROTO_WIRE_GROUP) {
        check_text(d, field, record->bytes);
        item->bytes = record->bytes;
    } else {
        item->bits = value_of(field->kind, record->value);
    }
    return true;
}

static void add_records(struct sma_proto_dynamic *d, struct sma_proto_node *node,
                        struct sma_str bytes)
{
    struct sma_proto_record record;
    bool is_broken = false;
    while (!d->status &&
           sma_proto_next_record(&bytes, &record, SMA_PROTO_MESSAGE_DEPTH_MAX, &is_broken)) {
        const struct sma_proto_field_type *field =
            sma_proto_field_of_number(node->type, record.number);
        if (!field || field->kind == SMA_PROTO_NAMED || !add_known(d, node, field, &record))
            sma_proto_node_add_unknown(d, node, record.whole);
    }
    if (is_broken)
        sma_proto_dynamic_fail(d, "%.*s: broken record", SMA_STR_ARG(node->type->full_name));
}

/* Of each oneof only what the last member brought stays: a member that comes back after another
 * begins anew. */
static void keep_last_members(struct sma_proto_dynamic *d, struct sma_proto_node *node)
{
    size_t oneofs = node->type->ast ? node->type->ast->oneof_count : 0, kept = 0;
    struct last {
        int32_t number; /* 0: no member yet */
        size_t from;    /* first item of the last run */
    } *last = oneofs ? sma_arena_calloc(&d->arena, oneofs, sizeof *last) : NULL;
    if (oneofs == 0)
        return;
    if (!last) {
        sma_proto_dynamic_nomem(d);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct sma_proto_field_type *field = node->items[i].field;
        if (field->oneof < 0 || last[field->oneof].number == field->number)
            continue;
        last[field->oneof] = (struct last){field->number, i};
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct sma_proto_field_type *field = node->items[i].field;
        if (field->oneof < 0 ||
            (last[field->oneof].number == field->number && i >= last[field->oneof].from))
            node->items[kept++] = node->items[i];
    }
    node->count = kept;
}

static bool is_message(const struct sma_proto_field_type *field)
{
    return field->kind == SMA_PROTO_MESSAGE || field->kind == SMA_PROTO_GROUP;
}

static void finish(struct sma_proto_dynamic *d, struct sma_proto_node *node);

/* One message from all its encoded pieces. */
static struct sma_proto_node *decode_pieces(struct sma_proto_dynamic *d,
                                            const struct sma_proto_message_type *type,
                                            const struct sma_proto_item *pieces, size_t count)
{
    struct sma_proto_node *node = NULL;
    if (sma_proto_dynamic_enter(d)) {
        node = sma_proto_node_new(d, type);
        for (size_t i = 0; i < count && node; i++)
            add_records(d, node, pieces[i].bytes);
        if (node)
            finish(d, node);
        sma_proto_dynamic_leave(d);
    }
    return node;
}

/* A map's entries: of one key the last counts. */
static bool same_key(const struct sma_proto_node *a, const struct sma_proto_node *b)
{
    const struct sma_proto_item *x = sma_proto_node_find(a, 1, NULL);
    const struct sma_proto_item *y = sma_proto_node_find(b, 1, NULL);
    if (!x || !y)
        return !x && !y;
    return x->field->kind == SMA_PROTO_STRING ? sma_str_eq(x->bytes, y->bytes) : x->bits == y->bits;
}

static uint64_t hash_key(const struct sma_proto_node *entry, uint64_t seed)
{
    const struct sma_proto_item *key = sma_proto_node_find(entry, 1, NULL);
    if (!key)
        return sma_hash_bytes(seed, "", 0);
    return key->field->kind == SMA_PROTO_STRING
               ? sma_hash_bytes(seed, key->bytes.ptr, key->bytes.len)
               : sma_hash_bytes(seed, &key->bits, sizeof key->bits);
}

/* Keeps the last entry of each key at the place of the first. Returns how many are left. */
static size_t keep_last_entries(struct sma_proto_dynamic *d, struct sma_proto_item *items,
                                size_t count)
{
    size_t mask = 15, kept = 0;
    while (mask < count * 2)
        mask = mask * 2 + 1;
    uint32_t *slots = sma_arena_calloc(&d->arena, mask + 1, sizeof *slots);
    if (!slots) {
        sma_proto_dynamic_nomem(d);
        return 0;
    }
    for (size_t i = 0; i < count && !d->status; i++) {
        size_t at = (size_t)hash_key(items[i].node, (uintptr_t)slots) & mask;
        while (slots[at] && !same_key(items[slots[at] - 1].node, items[i].node))
            at = (at + 1) & mask;
        if (slots[at]) {
            items[slots[at] - 1].node = items[i].node;
        } else {
            items[kept++] = items[i];
            slots[at] = (uint32_t)kept;
        }
    }
    return kept;
}

/* The items of one field: decodes messages, merges or drops what a singular field has too much.
 * Writes what is left to `to`; returns how many. */
static size_t finish_field(struct sma_proto_dynamic *d, struct sma_proto_item *run, size_t count,
                           struct sma_proto_item *to)
{
    const struct sma_proto_field_type *field = run->field;
    if (!field->is_repeated) {
        struct sma_proto_item last = run[count - 1];
        if (is_message(field))
            last.node = decode_pieces(d, field->message, run, count);
        *to = last;
        return 1;
    }
    for (size_t i = 0; i < count && !d->status; i++) {
        struct sma_proto_item item = run[i];
        if (is_message(field))
            item.node = decode_pieces(d, field->message, &run[i], 1);
        to[i] = item;
    }
    bool is_map = field->kind == SMA_PROTO_MESSAGE && field->message->is_map_entry;
    return is_map && !d->status ? keep_last_entries(d, to, count) : count;
}

static void finish(struct sma_proto_dynamic *d, struct sma_proto_node *node)
{
    size_t kept = 0;
    if (!d->status)
        keep_last_members(d, node);
    if (!d->status)
        sma_proto_node_sort(d, node);
    for (size_t at = 0; at < node->count && !d->status;) {
        size_t end = at + 1;
        while (end < node->count && node->items[end].field == node->items[at].field)
            end++;
        kept += finish_field(d, &node->items[at], end - at, &node->items[kept]);
        at = end;
    }
    node->count = kept;
}

struct sma_proto_node *sma_proto_decode(struct sma_proto_dynamic *d,
                                        const struct sma_proto_message_type *type,
                                        struct sma_str bytes)
{
    struct sma_proto_item whole = {.bytes = bytes};
    struct sma_proto_node *node = decode_pieces(d, type, &whole, 1);
    return d->status ? NULL : node;
}
