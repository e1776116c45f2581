/* The tables of the pool: finding and creating messages and enums, look-ups, names. How a message
 * is linked is in pool_link.c. */
#include "core/protobuf/pool.h"

#include "core/protobuf/pool_link.h"
#include "core/protobuf/sort.h"

void sma_proto_pool_init(struct sma_proto_pool *pool, struct sma_proto_session *session)
{
    *pool = (struct sma_proto_pool){.session = session, .arena = session->arena};
    sma_map_init(&pool->messages);
    sma_map_init(&pool->enums);
    sma_map_init(&pool->targets);
}

void sma_proto_pool_fini(struct sma_proto_pool *pool)
{
    sma_map_fini(&pool->messages);
    sma_map_fini(&pool->enums);
    sma_map_fini(&pool->targets);
}

enum sma_status sma_proto_pool_status(const struct sma_proto_pool *pool, struct sma_error *err)
{
    enum sma_status st = sma_proto_session_status(pool->session, err);
    return !st && pool->status ? sma_fail_nomem(err) : st;
}

void *sma_proto_pool_array(struct sma_proto_pool *pool, size_t count, size_t size)
{
    void *items = pool->status ? NULL : sma_arena_calloc(pool->arena, count, size);
    if (!items)
        pool->status = SMA_ENOMEM;
    return items;
}

struct sma_str sma_proto_json_name(struct sma_arena *arena, struct sma_str name)
{
    char *out = sma_arena_alloc(arena, name.len);
    bool is_upper = false;
    size_t n = 0;
    if (!out)
        return sma_str_make(NULL, 0);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '_') {
            is_upper = true;
            continue;
        }
        out[n++] = is_upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        is_upper = false;
    }
    return sma_str_make(out, n);
}

struct sma_str sma_proto_entry_name(struct sma_arena *arena, struct sma_str name)
{
    static const char tail[] = "Entry";
    char *out = sma_arena_alloc(arena, name.len + sizeof tail);
    bool is_upper = true;
    size_t n = 0;
    if (!out)
        return sma_str_make(NULL, 0);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '_') {
            is_upper = true;
            continue;
        }
        out[n++] = is_upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        is_upper = false;
    }
    memcpy(out + n, tail, sizeof tail - 1);
    return sma_str_make(out, n + sizeof tail - 1);
}

/* What a type inherits: the features of the message it is nested in, or of its file. */
static struct sma_proto_features outer_features(struct sma_proto_pool *pool,
                                                const struct sma_proto_type *type)
{
    struct sma_str outer = sma_proto_outer(type->full_name);
    if (type->unit->file->syntax == SMA_PROTO_EDITION &&
        outer.len > type->unit->file->package.len) {
        const struct sma_proto_type *around = sma_proto_resolve(pool->session, outer, SMA_STR(""));
        struct sma_proto_message_type *message =
            around && !around->is_enum ? sma_proto_pool_of_type(pool, around) : NULL;
        if (message)
            return message->features;
    }
    return sma_proto_features_of_file(type->unit->file);
}

static struct sma_proto_features own_features(struct sma_proto_pool *pool,
                                              const struct sma_proto_type *type,
                                              struct sma_proto_options options)
{
    struct sma_proto_features outer = outer_features(pool, type);
    return type->unit->file->syntax == SMA_PROTO_EDITION ? sma_proto_features_apply(outer, options)
                                                         : outer;
}

struct sma_proto_message_type *sma_proto_pool_add(struct sma_proto_pool *pool,
                                                  struct sma_str full_name)
{
    struct sma_proto_message_type *message = sma_proto_pool_array(pool, 1, sizeof *message);
    if (!message)
        return NULL;
    message->full_name = message->scope = full_name;
    message->next = pool->all;
    pool->all = message;
    if (sma_map_add(&pool->messages, full_name, message) < 0)
        pool->status = SMA_ENOMEM;
    return message;
}

struct sma_proto_message_type *sma_proto_pool_of_type(struct sma_proto_pool *pool,
                                                      const struct sma_proto_type *type)
{
    struct sma_proto_message_type *message = sma_map_get(&pool->messages, type->full_name);
    if (message)
        return message;
    type = sma_proto_load(pool->session, type);
    if (!type || !type->message)
        return NULL;
    message = sma_proto_pool_add(pool, type->full_name);
    if (!message)
        return NULL;
    message->ast = type->message;
    message->unit = type->unit;
    message->is_map_entry = type->message->is_map_entry;
    message->features = own_features(pool, type, type->message->options);
    return message;
}

struct sma_proto_message_type *sma_proto_pool_message(struct sma_proto_pool *pool,
                                                      struct sma_str full_name)
{
    struct sma_proto_message_type *message = sma_map_get(&pool->messages, full_name);
    if (!message) {
        const struct sma_proto_type *type =
            sma_proto_resolve(pool->session, full_name, SMA_STR(""));
        message = type && !type->is_enum ? sma_proto_pool_of_type(pool, type) : NULL;
    }
    if (message)
        sma_proto_pool_link(pool, message);
    return pool->status || pool->session->status ? NULL : message;
}

static int by_number(const void *left, const void *right)
{
    int32_t a = (*(const struct sma_proto_enum_value *const *)left)->number;
    int32_t b = (*(const struct sma_proto_enum_value *const *)right)->number;
    return a < b ? -1 : a > b;
}

static int by_name(const void *left, const void *right)
{
    return sma_str_cmp((*(const struct sma_proto_enum_value *const *)left)->name,
                       (*(const struct sma_proto_enum_value *const *)right)->name);
}

static void index_values(struct sma_proto_pool *pool, struct sma_proto_enum_type *out)
{
    size_t count = out->ast->value_count;
    out->by_number = sma_proto_pool_array(pool, count, sizeof *out->by_number);
    out->by_name = sma_proto_pool_array(pool, count, sizeof *out->by_name);
    if (!out->by_number || !out->by_name)
        return;
    for (size_t i = 0; i < count; i++)
        out->by_number[i] = out->by_name[i] = &out->ast->values[i];
    if (!sma_proto_sort(pool->arena, out->by_number, count, sizeof *out->by_number, by_number) ||
        !sma_proto_sort(pool->arena, out->by_name, count, sizeof *out->by_name, by_name))
        pool->status = SMA_ENOMEM;
}

struct sma_proto_enum_type *sma_proto_pool_enum(struct sma_proto_pool *pool,
                                                const struct sma_proto_type *type)
{
    struct sma_proto_enum_type *one = sma_map_get(&pool->enums, type->full_name);
    if (one)
        return one;
    type = sma_proto_load(pool->session, type);
    one = type ? sma_proto_pool_array(pool, 1, sizeof *one) : NULL;
    if (!one)
        return NULL;
    one->full_name = type->full_name;
    one->ast = type->enumeration;
    one->is_closed = own_features(pool, type, type->enumeration->options).is_closed_enum;
    one->is_null = sma_str_eqz(type->full_name, "google.protobuf.NullValue");
    index_values(pool, one);
    if (sma_map_add(&pool->enums, one->full_name, one) < 0)
        pool->status = SMA_ENOMEM;
    return pool->status ? NULL : one;
}

void sma_proto_pool_link_all(struct sma_proto_pool *pool)
{
    /* Linking puts new messages in front: go round until a round finds nothing to do. */
    for (struct sma_proto_message_type *head = NULL; head != pool->all && !pool->status;) {
        struct sma_proto_message_type *end = head;
        head = pool->all;
        for (struct sma_proto_message_type *m = head; m != end && !pool->status; m = m->next)
            sma_proto_pool_link(pool, m);
    }
}

const struct sma_proto_field_type *
sma_proto_field_of_number(const struct sma_proto_message_type *message, uint32_t number)
{
    size_t low = 0, high = message->field_count;
    /* Small messages with numbers 1, 2, 3 …: the field stands where its number says. */
    if (number - 1 < high && (uint32_t)message->fields[number - 1].number == number)
        return &message->fields[number - 1];
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if ((int64_t)message->fields[mid].number < (int64_t)number)
            low = mid + 1;
        else
            high = mid;
    }
    return low < message->field_count && (int64_t)message->fields[low].number == (int64_t)number
               ? &message->fields[low]
               : NULL;
}

static const struct sma_proto_field_type *find_name(struct sma_proto_field_type *const *sorted,
                                                    size_t count, struct sma_str name, bool json)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = sma_str_cmp(json ? sorted[mid]->json_name : sorted[mid]->name, name);
        if (order == 0)
            return sorted[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const struct sma_proto_field_type *
sma_proto_field_of_name(const struct sma_proto_message_type *message, struct sma_str name)
{
    return find_name(message->by_name, message->named_count, name, false);
}

const struct sma_proto_field_type *
sma_proto_field_of_json_name(const struct sma_proto_message_type *message, struct sma_str name)
{
    const struct sma_proto_field_type *field =
        find_name(message->by_json, message->named_count, name, true);
    return field ? field : sma_proto_field_of_name(message, name);
}

const struct sma_proto_enum_value *
sma_proto_enum_value_of_number(const struct sma_proto_enum_type *one, int32_t number)
{
    size_t low = 0, high = one->ast->value_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (one->by_number[mid]->number < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low < one->ast->value_count && one->by_number[low]->number == number
               ? one->by_number[low]
               : NULL;
}

const struct sma_proto_enum_value *
sma_proto_enum_value_of_name(const struct sma_proto_enum_type *one, struct sma_str name)
{
    size_t low = 0, high = one->ast->value_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = sma_str_cmp(one->by_name[mid]->name, name);
        if (order == 0)
            return one->by_name[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}
