/* Options in their normal form (compat-protobuf section 6, points 8 to 10). */
#include "core/protobuf/normalizer.h"

#include "core/protobuf/number.h"
#include "core/protobuf/sort.h"

/* What the type of a value is known to be: a message type and the scope its own names are read in.
 * An unknown type has message NULL. */
struct value_type {
    const struct sma_proto_message *message;
    struct sma_str scope;
    bool is_repeated; /* also for maps */
    bool is_known;
};

static void normal_value(struct sma_proto_normalizer *n, struct sma_proto_value *out,
                         const struct sma_proto_value *value);

static struct sma_str scope_of(const struct sma_proto_normalizer *n)
{
    return sma_buf_str(&n->scope);
}

/* The type of a field that is declared in `scope`; of a group (NULL), nothing is known. */
static struct value_type type_of_field(struct sma_proto_normalizer *n,
                                       const struct sma_proto_field *field, struct sma_str scope)
{
    if (!field)
        return (struct value_type){0};
    struct value_type out = {.is_known = true,
                             .is_repeated = field->label == SMA_PROTO_REPEATED || field->map};
    if (field->kind != SMA_PROTO_NAMED)
        return out;
    const struct sma_proto_type *type = sma_proto_resolve(n->session, field->type, scope);
    if (type && !type->is_enum)
        type = sma_proto_load(n->session, type);
    if (type && type->message) {
        out.message = type->message;
        out.scope = type->full_name;
    }
    return out;
}

static const struct sma_proto_field *find_field(const struct sma_proto_message *message,
                                                struct sma_str name)
{
    for (size_t i = 0; i < message->fields.count; i++)
        if (sma_str_eq(message->fields.items[i].name, name))
            return &message->fields.items[i];
    for (size_t o = 0; o < message->oneof_count; o++)
        for (size_t i = 0; i < message->oneofs[o].fields.count; i++)
            if (sma_str_eq(message->oneofs[o].fields.items[i].name, name))
                return &message->oneofs[o].fields.items[i];
    return NULL;
}

/* The type behind a key of a literal whose own type is `outer`. */
static struct value_type type_of_entry(struct sma_proto_normalizer *n, struct value_type outer,
                                       const struct sma_proto_entry *entry)
{
    if (entry->is_extension) {
        const struct sma_proto_extension *extension =
            sma_proto_resolve_extension(n->session, entry->key, scope_of(n));
        if (extension)
            return type_of_field(n, extension->field, extension->scope);
    } else if (outer.message) {
        const struct sma_proto_field *field = find_field(outer.message, entry->key);
        if (field)
            return type_of_field(n, field, outer.scope);
    }
    return (struct value_type){0};
}

/* Keys compare with the brackets they print with. */
static int key_order(const void *left, const void *right)
{
    const struct sma_proto_entry *a = left, *b = right;
    if (a->is_extension == b->is_extension)
        return sma_str_cmp_utf16(a->key, b->key);
    const struct sma_proto_entry *plain = a->is_extension ? b : a;
    int plain_first = plain->key.len && plain->key.ptr[0] < '[' ? -1 : 1;
    return plain == a ? plain_first : -plain_first;
}

static bool values_equal(const struct sma_proto_value *a, const struct sma_proto_value *b)
{
    if (a->kind != b->kind || a->count != b->count || !sma_str_eq(a->text, b->text))
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->kind == SMA_PROTO_VALUE_LIST && !values_equal(&a->items[i], &b->items[i]))
            return false;
        if (a->kind == SMA_PROTO_VALUE_MAP &&
            (key_order(&a->entries[i], &b->entries[i]) != 0 ||
             !values_equal(&a->entries[i].value, &b->entries[i].value)))
            return false;
    }
    return true;
}

/* All work on lists of values is bounded by the session's work. */
static bool take(struct sma_proto_normalizer *n, size_t steps)
{
    struct sma_proto_session *session = n->session;
    if (session->work && !sma_work_take(session->work, steps + 1) && !session->status)
        session->status = SMA_ELIMIT;
    return !session->status && !n->status;
}

static uint64_t hash_value(uint64_t seed, const struct sma_proto_value *value)
{
    uint64_t hash = sma_hash_bytes(seed + value->kind, value->text.ptr, value->text.len);
    for (uint32_t i = 0; i < value->count; i++) {
        bool is_map = value->kind == SMA_PROTO_VALUE_MAP;
        const struct sma_proto_entry *entry = is_map ? &value->entries[i] : NULL;
        if (entry)
            hash = sma_hash_bytes(hash, entry->key.ptr, entry->key.len);
        hash = hash_value(hash, entry ? &entry->value : &value->items[i]);
    }
    return hash;
}

/* Drops values that stood earlier in the list already. */
static uint32_t drop_repeated(struct sma_proto_normalizer *n, struct sma_proto_value *items,
                              uint32_t count)
{
    size_t mask = 15;
    uint32_t kept = 0;
    while (mask < (size_t)count * 2)
        mask = mask * 2 + 1;
    uint32_t *slots = sma_proto_normal_array(n, mask + 1, sizeof *slots);
    for (uint32_t i = 0; i < count && slots && take(n, 1); i++) {
        size_t at = (size_t)hash_value((uintptr_t)slots, &items[i]) & mask;
        while (slots[at] && !values_equal(&items[slots[at] - 1], &items[i]))
            at = (at + 1) & mask;
        if (slots[at])
            continue;
        items[kept++] = items[i];
        slots[at] = kept;
    }
    return kept;
}

/* What several assignments come to: entries with one key, or options with one name. */
struct assignments {
    const struct sma_proto_value **values;
    size_t count;
};

/* All values, each once; a list that ends up with one element is that element. */
static struct sma_proto_value collect(struct sma_proto_normalizer *n, struct assignments all)
{
    struct sma_proto_value out = {.kind = SMA_PROTO_VALUE_LIST};
    size_t room = 0;
    for (size_t s = 0; s < all.count; s++)
        room += all.values[s]->kind == SMA_PROTO_VALUE_LIST ? all.values[s]->count : 1;
    struct sma_proto_value *items = sma_proto_normal_array(n, room, sizeof *items);
    for (size_t s = 0; s < all.count && items; s++) {
        const struct sma_proto_value *from = all.values[s];
        bool is_list = from->kind == SMA_PROTO_VALUE_LIST;
        for (uint32_t i = 0; i < (is_list ? from->count : 1); i++)
            items[out.count++] = is_list ? from->items[i] : *from;
    }
    out.count = items ? drop_repeated(n, items, out.count) : 0;
    out.items = items;
    return out.count == 1 ? items[0] : out;
}

static struct sma_proto_value merge_maps(struct sma_proto_normalizer *n, struct value_type type,
                                         struct assignments all);

/* Of a singular field the last assignment counts; literals in a row at the end are merged. */
static struct sma_proto_value merge_singular(struct sma_proto_normalizer *n, struct value_type type,
                                             struct assignments all)
{
    size_t run = 0;
    while (run < all.count && all.values[all.count - 1 - run]->kind == SMA_PROTO_VALUE_MAP)
        run++;
    if (run < 2)
        return *all.values[all.count - 1];
    return merge_maps(n, type, (struct assignments){all.values + (all.count - run), run});
}

/* Entries of one key in `from`, starting at `at`. */
static size_t run_of_key(const struct sma_proto_entry *from, size_t at, size_t count)
{
    size_t end = at + 1;
    while (end < count && key_order(&from[at], &from[end]) == 0)
        end++;
    return end - at;
}

static struct sma_proto_value merge_key(struct sma_proto_normalizer *n, struct value_type outer,
                                        const struct sma_proto_entry *run, size_t count)
{
    struct assignments all = {sma_proto_normal_array(n, count, sizeof *all.values), count};
    if (!all.values || !take(n, outer.message ? outer.message->fields.count / 4 : 0))
        return run->value;
    for (size_t i = 0; i < count; i++)
        all.values[i] = &run[i].value;
    struct value_type type = type_of_entry(n, outer, run);
    return !type.is_known || type.is_repeated ? collect(n, all) : merge_singular(n, type, all);
}

/* Literals as one, its keys sorted. */
static struct sma_proto_value merge_maps(struct sma_proto_normalizer *n, struct value_type type,
                                         struct assignments all)
{
    struct sma_proto_value out = {.kind = SMA_PROTO_VALUE_MAP};
    size_t total = 0, at = 0;
    for (size_t i = 0; i < all.count; i++)
        total += all.values[i]->count;
    struct sma_proto_entry *entries = sma_proto_normal_array(n, total, sizeof *entries);
    for (size_t i = 0; i < all.count && entries; i++)
        for (uint32_t j = 0; j < all.values[i]->count; j++)
            entries[at++] = all.values[i]->entries[j];
    if (!entries || !sma_proto_sort(n->arena, entries, total, sizeof *entries, key_order)) {
        sma_proto_normal_nomem(n);
        return out;
    }
    for (at = 0; at < total && take(n, 1);) {
        size_t run = run_of_key(entries, at, total);
        struct sma_proto_entry merged = entries[at];
        if (run > 1)
            merged.value = merge_key(n, type, &entries[at], run);
        entries[out.count++] = merged;
        at += run;
    }
    out.entries = entries;
    return out;
}

/* [ext] keys get the extension's full name. */
static void resolve_key(struct sma_proto_normalizer *n, struct sma_proto_entry *entry)
{
    const struct sma_proto_extension *extension =
        entry->is_extension ? sma_proto_resolve_extension(n->session, entry->key, scope_of(n))
                            : NULL;
    if (extension)
        entry->key = extension->full_name;
}

/* Two spellings of one extension key become one entry. */
static uint32_t join_equal_keys(struct sma_proto_normalizer *n, struct sma_proto_entry *entries,
                                uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count && !n->status;) {
        size_t run = run_of_key(entries, i, count);
        struct sma_proto_entry merged = entries[i];
        if (run > 1)
            merged.value = merge_key(n, (struct value_type){0}, &entries[i], run);
        entries[kept++] = merged;
        i += (uint32_t)run;
    }
    return kept;
}

static void normal_map(struct sma_proto_normalizer *n, struct sma_proto_value *out,
                       const struct sma_proto_value *value)
{
    struct sma_proto_entry *entries = sma_proto_normal_array(n, value->count, sizeof *entries);
    uint32_t count = 0;
    for (uint32_t i = 0; i < value->count && entries; i++) {
        struct sma_proto_entry *to = &entries[count];
        *to = value->entries[i];
        resolve_key(n, to);
        normal_value(n, &to->value, &value->entries[i].value);
        count += to->value.kind != SMA_PROTO_VALUE_LIST || to->value.count > 0;
    }
    if (entries && !sma_proto_sort(n->arena, entries, count, sizeof *entries, key_order))
        sma_proto_normal_nomem(n);
    out->count = entries ? join_equal_keys(n, entries, count) : 0;
    out->entries = entries;
}

static void normal_list(struct sma_proto_normalizer *n, struct sma_proto_value *out,
                        const struct sma_proto_value *value)
{
    struct sma_proto_value *items = sma_proto_normal_array(n, value->count, sizeof *items);
    for (uint32_t i = 0; i < value->count && items; i++)
        normal_value(n, &items[i], &value->items[i]);
    out->items = items;
    out->count = items ? value->count : 0;
    if (out->count == 1)
        *out = items[0];
}

static void plain_number(struct sma_proto_normalizer *n, struct sma_str *text)
{
    *text = sma_proto_plain_number(n->arena, *text);
    if (!text->ptr)
        sma_proto_normal_nomem(n);
}

static void normal_value(struct sma_proto_normalizer *n, struct sma_proto_value *out,
                         const struct sma_proto_value *value)
{
    *out = *value;
    if (!take(n, 1))
        return;
    if (value->kind == SMA_PROTO_VALUE_MAP)
        normal_map(n, out, value);
    else if (value->kind == SMA_PROTO_VALUE_LIST)
        normal_list(n, out, value);
    else if (value->kind == SMA_PROTO_VALUE_NUMBER)
        plain_number(n, &out->text);
}

/* (x).a.b = v as (x) = { a: { b: v } }. */
static void fold_parts(struct sma_proto_normalizer *n, struct sma_proto_option *option)
{
    for (uint32_t i = option->part_count; i-- > 0;) {
        struct sma_proto_entry *entry = sma_proto_normal_array(n, 1, sizeof *entry);
        if (!entry)
            return;
        entry->key = option->parts[i].name;
        entry->is_extension = option->parts[i].is_parenthesized;
        entry->value = option->value;
        resolve_key(n, entry);
        /* as in literals, an empty list is no entry */
        bool is_empty = entry->value.kind == SMA_PROTO_VALUE_LIST && entry->value.count == 0;
        option->value = (struct sma_proto_value){.kind = SMA_PROTO_VALUE_MAP, .count = !is_empty};
        option->value.entries = entry;
    }
    option->part_count = 0;
}

static void normal_option(struct sma_proto_normalizer *n, struct sma_proto_option *out,
                          const struct sma_proto_option *option)
{
    *out = *option;
    normal_value(n, &out->value, &option->value);
    if (!option->is_parenthesized)
        return;
    const struct sma_proto_extension *extension =
        sma_proto_resolve_extension(n->session, option->name, scope_of(n));
    if (!extension)
        return;
    out->name = extension->full_name;
    fold_parts(n, out);
}

static int option_order(const void *left, const void *right)
{
    const struct sma_proto_option *a = left, *b = right;
    return sma_str_cmp_utf16(a->name, b->name);
}

/* The type of a custom option; unknown for all others. */
static struct value_type type_of_option(struct sma_proto_normalizer *n,
                                        const struct sma_proto_option *option)
{
    const struct sma_proto_extension *extension =
        option->is_parenthesized
            ? sma_proto_resolve_extension(n->session, option->name, SMA_STR(""))
            : NULL;
    return extension ? type_of_field(n, extension->field, extension->scope)
                     : (struct value_type){0};
}

/* Options of one name in a row, bare ones and custom ones apart. */
static size_t run_of_name(const struct sma_proto_option *options, size_t at, size_t count)
{
    size_t end = at + 1;
    while (end < count && options[at].is_parenthesized == options[end].is_parenthesized &&
           sma_str_eq(options[at].name, options[end].name))
        end++;
    return end - at;
}

/* Assignments of one singular extension become one; `options` is sorted. */
static size_t merge_options(struct sma_proto_normalizer *n, struct sma_proto_option *options,
                            size_t count)
{
    size_t kept = 0;
    for (size_t at = 0, run; at < count && !n->status; at += run) {
        struct value_type type = {0};
        run = run_of_name(options, at, count);
        if (run > 1)
            type = type_of_option(n, &options[at]);
        if (!type.is_known || type.is_repeated) {
            for (size_t i = 0; i < run; i++)
                options[kept++] = options[at + i];
            continue;
        }
        struct assignments all = {sma_proto_normal_array(n, run, sizeof *all.values), run};
        struct sma_proto_option merged = options[at];
        for (size_t i = 0; i < run && all.values; i++)
            all.values[i] = &options[at + i].value;
        if (all.values)
            merged.value = merge_singular(n, type, all);
        options[kept++] = merged;
    }
    return kept;
}

static bool is_numeric(enum sma_proto_kind kind)
{
    return kind != SMA_PROTO_NAMED && kind != SMA_PROTO_STRING && kind != SMA_PROTO_BYTES &&
           kind != SMA_PROTO_BOOL && kind != SMA_PROTO_MAP;
}

/* The default as an option: quoted for strings and bytes, plain digits for numbers. */
static void default_option(struct sma_proto_normalizer *n, struct sma_proto_option *out,
                           const struct sma_proto_field *field)
{
    const struct sma_proto_value *value = field->default_value;
    *out = (struct sma_proto_option){.name = SMA_STR("default"), .value = *value};
    if (value->kind == SMA_PROTO_VALUE_MAP || value->kind == SMA_PROTO_VALUE_LIST) {
        normal_value(n, &out->value, value);
    } else if (field->kind == SMA_PROTO_STRING) {
        out->value.kind = SMA_PROTO_VALUE_STRING;
    } else if (field->kind == SMA_PROTO_BYTES) {
        out->value.kind = SMA_PROTO_VALUE_BYTES;
        if (value->kind != SMA_PROTO_VALUE_STRING)
            out->value.bytes = value->text;
    } else {
        if (is_numeric(field->kind))
            plain_number(n, &out->value.text);
        if (sma_proto_is_word(out->value.text))
            out->value.kind = SMA_PROTO_VALUE_WORD;
    }
}

static void json_name_option(struct sma_proto_normalizer *n, struct sma_proto_option *out,
                             const struct sma_proto_field *field)
{
    *out = (struct sma_proto_option){.name = SMA_STR("json_name")};
    normal_value(n, &out->value, field->json_name);
    if (out->value.kind != SMA_PROTO_VALUE_MAP && out->value.kind != SMA_PROTO_VALUE_LIST)
        out->value.kind = SMA_PROTO_VALUE_STRING;
}

struct sma_proto_options sma_proto_normal_options(struct sma_proto_normalizer *n,
                                                  struct sma_proto_options options,
                                                  const struct sma_proto_field *field)
{
    size_t count = 0;
    bool has_default = field && field->default_value, has_json = field && field->json_name;
    if (options.count + has_default + has_json == 0)
        return options;
    struct sma_proto_option *out =
        sma_proto_normal_array(n, options.count + has_default + has_json, sizeof *out);
    if (!out)
        return (struct sma_proto_options){0};
    for (size_t i = 0; i < options.count; i++)
        normal_option(n, &out[count++], &options.items[i]);
    if (has_default)
        default_option(n, &out[count++], field);
    if (has_json)
        json_name_option(n, &out[count++], field);
    if (!sma_proto_sort(n->arena, out, count, sizeof *out, option_order))
        sma_proto_normal_nomem(n);
    return (struct sma_proto_options){out, merge_options(n, out, count)};
}
