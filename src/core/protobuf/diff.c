/* Files, lists of types, enums (compat-protobuf 10.1 to 10.3). Messages are in diff_message.c,
 * fields in diff_field.c. */
#include "core/protobuf/differ.h"

#include "core/protobuf/sort.h"

bool sma_proto_diff_take(struct sma_proto_differ *d, size_t steps)
{
    if (d->status)
        return false;
    if (d->original.status || d->update.status)
        d->status = d->original.status ? d->original.status : d->update.status;
    else if (!sma_work_take(d->work, steps))
        d->status = SMA_ELIMIT;
    return !d->status;
}

void *sma_proto_diff_array(struct sma_proto_differ *d, size_t count, size_t size)
{
    void *items = d->status ? NULL : sma_arena_calloc(&d->arena, count, size);
    if (!items && !d->status)
        d->status = SMA_ENOMEM;
    return items;
}

static void put_name(struct sma_buf *out, struct sma_str name)
{
    for (size_t i = 0; i < name.len; i++)
        sma_buf_putc(out, name.ptr[i] == '.' ? '/' : name.ptr[i]);
}

static void put_path(struct sma_buf *out, const struct sma_proto_step *path)
{
    if (!path) {
        sma_buf_putz(out, "#/");
        return;
    }
    put_path(out, path->outer);
    if (path->outer)
        sma_buf_putc(out, '/');
    if (path->name.ptr)
        put_name(out, path->name);
    else
        sma_buf_put_i64(out, path->number);
}

void sma_proto_diff_add(struct sma_proto_differ *d, enum sma_proto_difference difference,
                        const struct sma_proto_step *path, struct sma_span original,
                        struct sma_span update)
{
    struct sma_buf text;
    if (!sma_proto_diff_take(d, 1))
        return;
    sma_buf_init(&text, 0);
    put_path(&text, path);
    if (sma_buf_failed(&text))
        d->status = SMA_ENOMEM;
    struct sma_finding *finding =
        sma_findings_add(d->findings, sma_proto_rule(difference),
                         sma_proto_is_compatible(difference), sma_buf_str(&text), SMA_STR(""));
    if (finding) {
        finding->writer_span = original;
        finding->reader_span = update;
    }
    sma_buf_fini(&text);
}

/* A named thing of a list and its index in it. */
struct named {
    struct sma_str name;
    size_t index;
};

static int named_order(const void *left, const void *right)
{
    return sma_str_cmp(((const struct named *)left)->name, ((const struct named *)right)->name);
}

/* Index of the last thing of that name, which is the one that counts; -1 when there is none. */
static ptrdiff_t find_named(const struct named *sorted, size_t count, struct sma_str name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (sma_str_cmp(sorted[mid].name, name) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low && sma_str_eq(sorted[low - 1].name, name) ? (ptrdiff_t)sorted[low - 1].index : -1;
}

static struct named *sort_messages(struct sma_proto_differ *d, struct sma_proto_messages list)
{
    struct named *out = sma_proto_diff_array(d, list.count, sizeof *out);
    for (size_t i = 0; i < list.count && out; i++)
        out[i] = (struct named){list.items[i].name, i};
    if (out && !sma_proto_sort(&d->arena, out, list.count, sizeof *out, named_order))
        d->status = SMA_ENOMEM;
    return out;
}

static struct named *sort_enums(struct sma_proto_differ *d, struct sma_proto_enums list)
{
    struct named *out = sma_proto_diff_array(d, list.count, sizeof *out);
    for (size_t i = 0; i < list.count && out; i++)
        out[i] = (struct named){list.items[i].name, i};
    if (out && !sma_proto_sort(&d->arena, out, list.count, sizeof *out, named_order))
        d->status = SMA_ENOMEM;
    return out;
}

static struct sma_span span_if(bool is_own, struct sma_span span)
{
    return is_own ? span : (struct sma_span){0, 0};
}

/* Messages of one name in both lists, at these indexes. */
static void compare_pair(struct sma_proto_differ *d, const struct sma_proto_type_lists *original,
                         size_t old_index, const struct sma_proto_type_lists *update,
                         size_t new_index, const struct sma_proto_step *path)
{
    const struct sma_proto_message *old_message = &original->messages.items[old_index];
    const struct sma_proto_message *new_message = &update->messages.items[new_index];
    struct sma_proto_site old_site = {old_message,
                                      sma_proto_join(&d->arena, original->scope, old_message->name),
                                      original->is_own};
    struct sma_proto_site new_site = {
        new_message, sma_proto_join(&d->arena, update->scope, new_message->name), update->is_own};
    if (!old_site.full_name.ptr || !new_site.full_name.ptr)
        d->status = SMA_ENOMEM;
    sma_proto_diff_messages(d, old_site, new_site, path);
    if (old_index != new_index)
        sma_proto_diff_add(d, SMA_PROTO_MESSAGE_MOVED, path,
                           span_if(original->is_own, old_message->span),
                           span_if(update->is_own, new_message->span));
}

static void compare_message_lists(struct sma_proto_differ *d,
                                  const struct sma_proto_type_lists *original,
                                  const struct sma_proto_type_lists *update,
                                  const struct sma_proto_step *outer)
{
    struct sma_proto_messages old_list = original->messages, new_list = update->messages;
    struct named *old_names = sort_messages(d, old_list), *new_names = sort_messages(d, new_list);
    for (size_t i = 0; i < old_list.count && sma_proto_diff_take(d, 1); i++) {
        const struct sma_proto_message *message = &old_list.items[i];
        struct sma_proto_step path = {outer, message->name, 0};
        if (find_named(old_names, old_list.count, message->name) != (ptrdiff_t)i)
            continue;
        ptrdiff_t other = find_named(new_names, new_list.count, message->name);
        if (other >= 0)
            compare_pair(d, original, i, update, (size_t)other, &path);
        else if (!message->is_map_entry)
            sma_proto_diff_add(d, SMA_PROTO_MESSAGE_REMOVED, &path,
                               span_if(original->is_own, message->span), (struct sma_span){0, 0});
    }
    for (size_t i = 0; i < new_list.count && sma_proto_diff_take(d, 1); i++) {
        const struct sma_proto_message *message = &new_list.items[i];
        struct sma_proto_step path = {outer, message->name, 0};
        if (!message->is_map_entry &&
            find_named(new_names, new_list.count, message->name) == (ptrdiff_t)i &&
            find_named(old_names, old_list.count, message->name) < 0)
            sma_proto_diff_add(d, SMA_PROTO_MESSAGE_ADDED, &path, (struct sma_span){0, 0},
                               span_if(update->is_own, message->span));
    }
}

static int value_order(const void *left, const void *right)
{
    const struct sma_proto_enum_value *a = *(const struct sma_proto_enum_value *const *)left;
    const struct sma_proto_enum_value *b = *(const struct sma_proto_enum_value *const *)right;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* The constants by number; of several with one number the last counts. */
static const struct sma_proto_enum_value **
sort_values(struct sma_proto_differ *d, const struct sma_proto_enum *one, size_t *count)
{
    const struct sma_proto_enum_value **out =
        sma_proto_diff_array(d, one->value_count, sizeof *out);
    *count = 0;
    for (size_t i = 0; i < one->value_count && out; i++)
        out[i] = &one->values[i];
    if (!out || !sma_proto_sort(&d->arena, out, one->value_count, sizeof *out, value_order))
        return NULL;
    for (size_t i = 0; i < one->value_count; i++) {
        if (*count && out[*count - 1]->number == out[i]->number)
            (*count)--;
        out[(*count)++] = out[i];
    }
    return out;
}

static void compare_enums(struct sma_proto_differ *d, const struct sma_proto_enum *original,
                          bool original_is_own, const struct sma_proto_enum *update,
                          bool update_is_own, const struct sma_proto_step *outer)
{
    size_t old_count, new_count, i = 0, j = 0;
    const struct sma_proto_enum_value **old_values = sort_values(d, original, &old_count);
    const struct sma_proto_enum_value **new_values = sort_values(d, update, &new_count);
    while ((i < old_count || j < new_count) && sma_proto_diff_take(d, 1)) {
        const struct sma_proto_enum_value *old_value = i < old_count ? old_values[i] : NULL;
        const struct sma_proto_enum_value *new_value = j < new_count ? new_values[j] : NULL;
        bool has_old = old_value && (!new_value || old_value->number <= new_value->number);
        bool has_new = new_value && (!old_value || new_value->number <= old_value->number);
        struct sma_proto_step path = {.outer = outer,
                                      .number = has_old ? old_value->number : new_value->number};
        struct sma_span old_span = {0, 0}, new_span = {0, 0};
        if (has_old)
            old_span = span_if(original_is_own, old_value->span);
        if (has_new)
            new_span = span_if(update_is_own, new_value->span);
        if (!has_new)
            sma_proto_diff_add(d, SMA_PROTO_ENUM_CONST_REMOVED, &path, old_span, new_span);
        else if (!has_old)
            sma_proto_diff_add(d, SMA_PROTO_ENUM_CONST_ADDED, &path, old_span, new_span);
        else if (!sma_str_eq(old_value->name, new_value->name))
            sma_proto_diff_add(d, SMA_PROTO_ENUM_CONST_CHANGED, &path, old_span, new_span);
        i += has_old;
        j += has_new;
    }
}

static void compare_enum_lists(struct sma_proto_differ *d,
                               const struct sma_proto_type_lists *original,
                               const struct sma_proto_type_lists *update,
                               const struct sma_proto_step *outer)
{
    struct sma_proto_enums old_list = original->enums, new_list = update->enums;
    struct named *old_names = sort_enums(d, old_list), *new_names = sort_enums(d, new_list);
    for (size_t i = 0; i < old_list.count && sma_proto_diff_take(d, 1); i++) {
        const struct sma_proto_enum *one = &old_list.items[i];
        struct sma_proto_step path = {outer, one->name, 0};
        if (find_named(old_names, old_list.count, one->name) != (ptrdiff_t)i)
            continue;
        ptrdiff_t other = find_named(new_names, new_list.count, one->name);
        if (other >= 0)
            compare_enums(d, one, original->is_own, &new_list.items[other], update->is_own, &path);
        else
            sma_proto_diff_add(d, SMA_PROTO_ENUM_REMOVED, &path,
                               span_if(original->is_own, one->span), (struct sma_span){0, 0});
    }
    for (size_t i = 0; i < new_list.count && sma_proto_diff_take(d, 1); i++) {
        const struct sma_proto_enum *one = &new_list.items[i];
        struct sma_proto_step path = {outer, one->name, 0};
        if (find_named(new_names, new_list.count, one->name) == (ptrdiff_t)i &&
            find_named(old_names, old_list.count, one->name) < 0)
            sma_proto_diff_add(d, SMA_PROTO_ENUM_ADDED, &path, (struct sma_span){0, 0},
                               span_if(update->is_own, one->span));
    }
}

void sma_proto_diff_types(struct sma_proto_differ *d, struct sma_proto_type_lists original,
                          struct sma_proto_type_lists update, const struct sma_proto_step *path)
{
    if (original.messages.count + update.messages.count)
        compare_message_lists(d, &original, &update, path);
    if (original.enums.count + update.enums.count)
        compare_enum_lists(d, &original, &update, path);
}

static void compare_files(struct sma_proto_differ *d, const struct sma_proto_file *original,
                          const struct sma_proto_file *update)
{
    struct sma_str a = original->package, b = update->package;
    if (!a.ptr != !b.ptr || (a.ptr && !sma_str_eq(a, b)))
        sma_proto_diff_add(d, SMA_PROTO_PACKAGE_CHANGED, NULL, original->package_span,
                           update->package_span);
    sma_proto_diff_types(
        d, (struct sma_proto_type_lists){original->messages, original->enums, a, true},
        (struct sma_proto_type_lists){update->messages, update->enums, b, true}, NULL);
}

static void differ_init(struct sma_proto_differ *d, struct sma_findings *findings,
                        const struct sma_proto_schema *original,
                        const struct sma_proto_schema *update, struct sma_work *work)
{
    d->findings = findings;
    d->work = work;
    d->depth = 0;
    d->cut = SIZE_MAX;
    d->status = SMA_OK;
    sma_arena_init(&d->arena, 0);
    sma_map_init(&d->memos);
    sma_proto_library_init(&d->library, &d->arena);
    sma_proto_session_init(&d->original, &original->world, &d->arena, work, &d->library);
    sma_proto_session_init(&d->update, &update->world, &d->arena, work, &d->library);
}

static void differ_fini(struct sma_proto_differ *d)
{
    sma_proto_session_fini(&d->original);
    sma_proto_session_fini(&d->update);
    sma_proto_library_fini(&d->library);
    sma_map_fini(&d->memos);
    sma_arena_fini(&d->arena);
}

enum sma_status sma_proto_diff(struct sma_findings *findings,
                               const struct sma_proto_schema *original,
                               const struct sma_proto_schema *update, struct sma_work *work,
                               struct sma_error *err)
{
    struct sma_proto_differ d;
    differ_init(&d, findings, original, update, work);
    compare_files(&d, original->file, update->file);
    sma_proto_diff_take(&d, 0); /* picks up a failure of the sessions */
    differ_fini(&d);
    if (d.status == SMA_ELIMIT)
        return sma_fail(err, SMA_ELIMIT, "the compatibility check takes more steps than allowed");
    if (d.status)
        return sma_fail_nomem(err);
    return sma_findings_status(findings, err);
}
