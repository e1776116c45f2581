#include "core/protobuf/meta_option.h"

static struct sma_str option_name(enum sma_entity_kind kind)
{
    return kind == SMA_ENTITY_RECORD ? SMA_STR("confluent.message_meta")
                                     : SMA_STR("confluent.field_meta");
}

static bool is_meta(const struct sma_proto_option *option, enum sma_entity_kind kind)
{
    struct sma_str name = option->name;
    if (sma_str_starts(name, SMA_STR(".")))
        name = sma_str_from(name, 1);
    return option->is_parenthesized && sma_str_eq(name, option_name(kind));
}

static bool is_tags(struct sma_str key, bool is_extension)
{
    return !is_extension && sma_str_eqz(key, "tags");
}

/* ---- reading ---- */

static void add_value(struct sma_tag_set *set, const struct sma_proto_value *value)
{
    if (value->kind == SMA_PROTO_VALUE_STRING)
        sma_tag_set_add(set, value->text);
    for (uint32_t i = 0; value->kind == SMA_PROTO_VALUE_LIST && i < value->count; i++)
        if (value->items[i].kind == SMA_PROTO_VALUE_STRING)
            sma_tag_set_add(set, value->items[i].text);
}

void sma_proto_meta_tags(struct sma_tag_set *set, struct sma_proto_options options,
                         enum sma_entity_kind kind)
{
    for (size_t i = 0; i < options.count; i++) {
        const struct sma_proto_option *option = &options.items[i];
        const struct sma_proto_value *value = &option->value;
        if (!is_meta(option, kind))
            continue;
        if (option->part_count == 1 &&
            is_tags(option->parts[0].name, option->parts[0].is_parenthesized))
            add_value(set, value);
        for (uint32_t e = 0;
             !option->part_count && value->kind == SMA_PROTO_VALUE_MAP && e < value->count; e++)
            if (is_tags(value->entries[e].key, value->entries[e].is_extension))
                add_value(set, &value->entries[e].value);
    }
}

/* ---- setting ---- */

/* One key of the literal and what its settings give. */
struct slot {
    struct sma_proto_entry entry;
    struct sma_proto_value *items; /* of several settings of a repeated key; NULL = only one */
    size_t count, capacity;
};

/* The literal being put together. */
struct literal {
    struct sma_arena *arena;
    struct slot slots[SMA_PROTO_META_KEYS_MAX];
    size_t count;
    enum sma_status status; /* sticky */
};

static void *take(struct literal *l, size_t count, size_t size)
{
    void *room = sma_arena_calloc(l->arena, count, size);
    if (!room)
        l->status = SMA_ENOMEM;
    return room;
}

static void push(struct literal *l, struct slot *slot, const struct sma_proto_value *value)
{
    struct sma_proto_value *items = sma_arena_grow(l->arena, slot->items, slot->count,
                                                   &slot->capacity, slot->count + 1, sizeof *items);
    if (!items) {
        l->status = SMA_ENOMEM;
        return;
    }
    slot->items = items;
    slot->items[slot->count++] = *value;
}

static void push_elements(struct literal *l, struct slot *slot, const struct sma_proto_value *value)
{
    if (value->kind != SMA_PROTO_VALUE_LIST)
        push(l, slot, value);
    for (uint32_t i = 0; value->kind == SMA_PROTO_VALUE_LIST && i < value->count && !l->status; i++)
        push(l, slot, &value->items[i]);
}

static struct slot *find_slot(struct literal *l, const struct sma_proto_entry *like)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->slots[i].entry.is_extension == like->is_extension &&
            sma_str_eq(l->slots[i].entry.key, like->key))
            return &l->slots[i];
    return NULL;
}

/* The one key of Meta that is not repeated is `doc`: its last setting counts. Tags only keep their
 * place: they are filled in at the end. */
static void add_entry(struct literal *l, struct sma_proto_entry entry)
{
    struct slot *there = find_slot(l, &entry);
    if (there && is_tags(entry.key, entry.is_extension))
        return;
    if (there && sma_str_eqz(entry.key, "doc")) {
        there->entry.value = entry.value;
    } else if (there) {
        if (!there->items)
            push_elements(l, there, &there->entry.value);
        push_elements(l, there, &entry.value);
    } else if (l->count == SMA_PROTO_META_KEYS_MAX) {
        l->status = SMA_ELIMIT;
    } else {
        l->slots[l->count++] = (struct slot){.entry = entry};
    }
}

/* (m).a.b = v as the entry a: { b: v }. */
static void add_parts(struct literal *l, const struct sma_proto_option *option)
{
    struct sma_proto_value value = option->value;
    for (uint32_t i = option->part_count; i-- > 1 && !l->status;) {
        struct sma_proto_entry *inner = take(l, 1, sizeof *inner);
        if (!inner)
            return;
        *inner = (struct sma_proto_entry){option->parts[i].name, option->parts[i].is_parenthesized,
                                          value};
        value = (struct sma_proto_value){.kind = SMA_PROTO_VALUE_MAP, .count = 1};
        value.entries = inner;
    }
    add_entry(l, (struct sma_proto_entry){option->parts[0].name, option->parts[0].is_parenthesized,
                                          value});
}

static void add_option(struct literal *l, const struct sma_proto_option *option)
{
    const struct sma_proto_value *value = &option->value;
    if (option->part_count)
        add_parts(l, option);
    else if (value->kind == SMA_PROTO_VALUE_MAP)
        for (uint32_t i = 0; i < value->count && !l->status; i++)
            add_entry(l, value->entries[i]);
}

static struct sma_proto_value list_of(struct literal *l, struct sma_tag_list tags)
{
    struct sma_proto_value out = {.kind = SMA_PROTO_VALUE_LIST};
    struct sma_proto_value *items = take(l, tags.count, sizeof *items);
    for (size_t i = 0; items && i < tags.count; i++)
        items[out.count++] = (struct sma_proto_value){
            .kind = SMA_PROTO_VALUE_STRING, .text = tags.items[i], .bytes = tags.items[i]};
    out.items = items;
    return out;
}

/* The literal with these tags. */
static struct sma_proto_value finish(struct literal *l, struct sma_tag_list tags)
{
    struct sma_proto_value out = {.kind = SMA_PROTO_VALUE_MAP};
    if (tags.count)
        add_entry(l, (struct sma_proto_entry){.key = SMA_STR("tags")});
    struct sma_proto_entry *entries = take(l, l->count + 1, sizeof *entries);
    for (size_t i = 0; entries && i < l->count; i++) {
        const struct slot *slot = &l->slots[i];
        struct sma_proto_entry entry = slot->entry;
        if (is_tags(entry.key, entry.is_extension)) {
            if (!tags.count)
                continue;
            entry.value = list_of(l, tags);
        } else if (slot->items) {
            entry.value = (struct sma_proto_value){.kind = SMA_PROTO_VALUE_LIST,
                                                   .count = (uint32_t)slot->count};
            entry.value.items = slot->items;
        }
        entries[out.count++] = entry;
    }
    out.entries = entries;
    return out;
}

static enum sma_status status_of(const struct literal *l, struct sma_error *err)
{
    if (l->status == SMA_ELIMIT)
        return sma_fail(err, SMA_ELIMIT, "an option exceeds the limit of %d keys",
                        SMA_PROTO_META_KEYS_MAX);
    return l->status ? sma_fail_nomem(err) : SMA_OK;
}

/* The parser takes a dotted rest for one part, and nothing behind a last dot for another; neither is
 * a key of a literal. Such a setting stays what it is. */
static bool can_join(const struct sma_proto_option *option)
{
    for (uint32_t i = 0; i < option->part_count; i++)
        if (!option->parts[i].name.len || sma_str_chr(option->parts[i].name, '.') >= 0)
            return false;
    return true;
}

/* The other options with an empty place for this one, which is `*place`. */
static size_t gather(struct literal *l, struct sma_proto_option *items, size_t *place,
                     struct sma_proto_options options, enum sma_entity_kind kind)
{
    size_t count = 0;
    bool has_place = false;
    for (size_t i = 0; i < options.count; i++) {
        const struct sma_proto_option *option = &options.items[i];
        if (!is_meta(option, kind) || !can_join(option)) {
            items[count++] = *option;
            continue;
        }
        if (!has_place) {
            has_place = true;
            *place = count;
            items[count++] = *option; /* keeps how the name is written */
        }
        add_option(l, option);
    }
    if (!has_place) {
        *place = count;
        items[count++] =
            (struct sma_proto_option){.name = option_name(kind), .is_parenthesized = true};
    }
    return count;
}

enum sma_status sma_proto_meta_set_tags(struct sma_proto_options *options, struct sma_arena *arena,
                                        enum sma_entity_kind kind, struct sma_tag_list tags,
                                        struct sma_error *err)
{
    struct literal l = {.arena = arena};
    size_t place = 0, count = 0;
    struct sma_proto_option *items = take(&l, options->count + 1, sizeof *items);
    if (items)
        count = gather(&l, items, &place, *options, kind);
    struct sma_proto_value value = finish(&l, tags);
    enum sma_status st = status_of(&l, err);
    if (st)
        return st;
    items[place].value = value;
    items[place].part_count = 0;
    if (!value.count)
        memmove(&items[place], &items[place + 1], (--count - place) * sizeof *items);
    *options = (struct sma_proto_options){items, count};
    return SMA_OK;
}
