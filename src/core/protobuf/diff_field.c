/* Two fields of one number (compat-protobuf 10.5). */
#include "core/protobuf/differ.h"
#include "core/protobuf/normalize.h"

enum shape {
    SCALAR,
    MAP,
    MESSAGE /* also what cannot be resolved */
};

/* A type in use: as written, and what it means. */
struct use {
    enum shape shape;
    enum sma_proto_kind kind; /* of scalars; SMA_PROTO_ENUM for enums */
    struct sma_str text;
    struct sma_str scope;              /* that text, or the map's types, are read in */
    const struct sma_proto_type *type; /* of messages; NULL when unresolved */
    struct sma_proto_map map;          /* of maps */
    enum sma_proto_label label;
    struct sma_span span;
};

static void use_map(struct use *out, struct sma_proto_map map, struct sma_str scope)
{
    out->shape = MAP;
    out->map = map;
    out->scope = scope;
    out->label = SMA_PROTO_NO_LABEL;
}

/* A name: a scalar if it is an enum's, a map if it is a map entry's, else a message. */
static void use_named(struct use *out, struct sma_proto_session *session)
{
    const struct sma_proto_type *type = sma_proto_resolve(session, out->text, out->scope);
    out->shape = MESSAGE;
    if (type && type->is_enum) {
        out->shape = SCALAR;
        out->kind = SMA_PROTO_ENUM;
    } else if (type && sma_proto_is_map_entry(type->message)) {
        const struct sma_proto_field *key = sma_proto_field_by_number(type->message, 1);
        const struct sma_proto_field *value = sma_proto_field_by_number(type->message, 2);
        use_map(out, (struct sma_proto_map){key->type, value->type, key->kind, value->kind},
                type->full_name);
    } else {
        out->type = type;
    }
}

static struct use use_of(struct sma_proto_session *session, enum sma_proto_kind kind,
                         struct sma_str text, struct sma_str scope)
{
    struct use out = {.shape = SCALAR, .kind = kind, .text = text, .scope = scope};
    if (kind == SMA_PROTO_NAMED)
        use_named(&out, session);
    else if (kind == SMA_PROTO_MAP)
        out.shape = MESSAGE; /* a map as the value of a map: no type of any kind */
    return out;
}

static struct use use_of_field(struct sma_proto_session *session, const struct sma_proto_site *site,
                               const struct sma_proto_field *field)
{
    struct use out;
    if (field->map) {
        out = (struct use){0};
        use_map(&out, *field->map, site->full_name);
    } else {
        out = use_of(session, field->kind, field->type, site->full_name);
        if (out.shape != MAP)
            out.label = field->label;
    }
    if (site->is_own)
        out.span = field->span;
    return out;
}

/* Scalars of one group read each other's bytes. */
static int group_of(enum sma_proto_kind kind)
{
    switch (kind) {
    case SMA_PROTO_INT32:
    case SMA_PROTO_INT64:
    case SMA_PROTO_UINT32:
    case SMA_PROTO_UINT64:
    case SMA_PROTO_BOOL:
    case SMA_PROTO_ENUM:
        return 1;
    case SMA_PROTO_SINT32:
    case SMA_PROTO_SINT64:
        return 2;
    case SMA_PROTO_STRING:
    case SMA_PROTO_BYTES:
        return 3;
    case SMA_PROTO_FIXED32:
    case SMA_PROTO_SFIXED32:
        return 4;
    case SMA_PROTO_FIXED64:
    case SMA_PROTO_SFIXED64:
        return 5;
    case SMA_PROTO_FLOAT:
        return 6;
    default:
        return 7; /* double */
    }
}

static void add(struct sma_proto_differ *d, enum sma_proto_difference difference,
                const struct sma_proto_step *path, const struct use *original,
                const struct use *update)
{
    sma_proto_diff_add(d, difference, path, original->span, update->span);
}

static void compare_scalars(struct sma_proto_differ *d, const struct use *original,
                            const struct use *update, const struct sma_proto_step *path)
{
    int group = group_of(original->kind);
    if (group != group_of(update->kind))
        add(d, SMA_PROTO_FIELD_SCALAR_KIND_CHANGED, path, original, update);
    else if (original->label && update->label && original->label != update->label)
        add(d,
            group == group_of(SMA_PROTO_STRING) ? SMA_PROTO_FIELD_STRING_OR_BYTES_LABEL_CHANGED
                                                : SMA_PROTO_FIELD_NUMERIC_LABEL_CHANGED,
            path, original, update);
}

/* The name of a type without its package. */
static struct sma_str relative_name(const struct sma_proto_type *type)
{
    struct sma_str name = type->full_name;
    if (type->unit) {
        size_t package = type->unit->file->package.len;
        return sma_str_from(name, package ? package + 1 : 0);
    }
    /* Built-in: the packages are google.protobuf, google.type, confluent and confluent.type, whose
     * parts begin in lower case, and all types begin in upper case. */
    for (;;) {
        ptrdiff_t dot = sma_str_chr(name, '.');
        if (dot < 0 || (name.ptr[0] >= 'A' && name.ptr[0] <= 'Z'))
            return name;
        name = sma_str_from(name, (size_t)dot + 1);
    }
}

/* Both stand in the schemas themselves, or in the same version of one subject, or are one type. */
static bool is_same_home(const struct sma_proto_type *a, const struct sma_proto_type *b)
{
    if (a == b)
        return true;
    if (!a->unit || !b->unit || a->unit->origin != b->unit->origin)
        return false;
    return a->unit->origin == SMA_PROTO_OWN ||
           (a->unit->origin == SMA_PROTO_REFERENCE && a->unit->version == b->unit->version &&
            sma_str_eq(a->unit->subject, b->unit->subject));
}

/* The outcome of one comparison of two imported messages. */
struct sma_proto_memo {
    const struct sma_proto_message *key[2];
    size_t from, to; /* its findings, when all were kept */
    bool is_incompatible;
    bool is_under_way;
    unsigned tainted; /* how often it met a message that was still under way further out */
};

/* How often an outcome that depended on what was under way is worked out anew, and how many
 * findings are said again at another field: exact for everyday schemas, bounded for webs of
 * messages. */
#define RETRIES_MAX 8
#define REPEAT_MAX 100
#define FINDINGS_REPEATED_MAX 10000

static struct sma_proto_memo *memo_of(struct sma_proto_differ *d,
                                      const struct sma_proto_message *original,
                                      const struct sma_proto_message *update)
{
    const struct sma_proto_message *key[2] = {original, update};
    struct sma_proto_memo *memo =
        sma_map_get(&d->memos, sma_str_make((const char *)key, sizeof key));
    if (memo)
        return memo;
    memo = sma_proto_diff_array(d, 1, sizeof *memo);
    if (!memo)
        return NULL;
    memcpy(memo->key, key, sizeof key);
    if (!sma_map_put(&d->memos, sma_str_make((const char *)memo->key, sizeof memo->key), memo))
        d->status = SMA_ENOMEM;
    return memo;
}

/* Says a known outcome again. */
static void repeat(struct sma_proto_differ *d, const struct sma_proto_memo *memo)
{
    if (memo->to - memo->from > REPEAT_MAX || d->findings->count > FINDINGS_REPEATED_MAX ||
        memo->to > d->findings->count)
        return;
    for (size_t i = memo->from; i < memo->to && sma_proto_diff_take(d, 1); i++) {
        struct sma_finding old = d->findings->items[i];
        struct sma_finding *copy =
            sma_findings_add(d->findings, old.rule, old.is_compatible, old.path, old.info);
        if (copy) {
            copy->reader_span = old.reader_span;
            copy->writer_span = old.writer_span;
        }
    }
}

static void compare_fresh(struct sma_proto_differ *d, struct sma_proto_memo *memo,
                          const struct sma_proto_type *original,
                          const struct sma_proto_type *update)
{
    size_t outer_cut = d->cut, before = d->findings->incompatible_count;
    struct sma_proto_step path = {NULL, relative_name(original), 0};
    struct sma_proto_site old = {original->message, original->full_name,
                                 original->unit->origin == SMA_PROTO_OWN};
    struct sma_proto_site new = {update->message, update->full_name,
                                 update->unit->origin == SMA_PROTO_OWN};
    d->cut = SIZE_MAX;
    memo->is_under_way = true;
    memo->from = d->findings->count;
    sma_proto_diff_messages(d, old, new, &path);
    memo->to = d->findings->count;
    memo->is_incompatible = d->findings->incompatible_count > before;
    memo->is_under_way = false;
    if (d->cut < d->depth)
        memo->tainted++;
    else
        memo->tainted = RETRIES_MAX + 1; /* final */
    d->cut = d->cut < outer_cut ? d->cut : outer_cut;
}

/* Compares two messages of which at least one is imported. True when they are incompatible. */
static bool compare_imported(struct sma_proto_differ *d, const struct sma_proto_type *original,
                             const struct sma_proto_type *update)
{
    original = sma_proto_load(&d->original, original);
    update = sma_proto_load(&d->update, update);
    if (!original || !update || original == update || !sma_proto_diff_take(d, 1))
        return false;
    struct sma_proto_memo *memo = memo_of(d, original->message, update->message);
    if (d->status)
        return false;
    if (memo->is_under_way) {
        size_t at = sma_proto_diff_on_stack(d, original->message);
        d->cut = at < d->cut ? at : d->cut;
    } else if (memo->tainted > RETRIES_MAX) {
        repeat(d, memo);
    } else {
        compare_fresh(d, memo, original, update);
    }
    return memo->is_incompatible;
}

static void compare_messages(struct sma_proto_differ *d, const struct use *original,
                             const struct use *update, const struct sma_proto_step *path)
{
    bool is_changed;
    if (!original->type || !update->type)
        is_changed = !sma_str_eq(original->text, update->text);
    else if (!sma_str_eq(relative_name(original->type), relative_name(update->type)))
        is_changed = true;
    else
        is_changed = !is_same_home(original->type, update->type) &&
                     compare_imported(d, original->type, update->type);
    if (is_changed)
        add(d, SMA_PROTO_FIELD_NAMED_TYPE_CHANGED, path, original, update);
}

static void compare_uses(struct sma_proto_differ *d, const struct use *original,
                         const struct use *update, const struct sma_proto_step *path);

/* Keys with keys and values with values, as fields without labels. */
static void compare_maps(struct sma_proto_differ *d, const struct use *original,
                         const struct use *update, const struct sma_proto_step *path)
{
    for (int part = 0; part < 2; part++) {
        const struct sma_proto_map *a = &original->map, *b = &update->map;
        struct use old = use_of(&d->original, part ? a->value_kind : a->key_kind,
                                part ? a->value_type : a->key_type, original->scope);
        struct use new = use_of(&d->update, part ? b->value_kind : b->key_kind,
                                part ? b->value_type : b->key_type, update->scope);
        old.span = original->span;
        new.span = update->span;
        /* A map cannot hold maps, but the value may name a map entry message. */
        if (old.shape == MAP || new.shape == MAP)
            old.shape = new.shape = MESSAGE;
        compare_uses(d, &old, &new, path);
    }
}

static void compare_uses(struct sma_proto_differ *d, const struct use *original,
                         const struct use *update, const struct sma_proto_step *path)
{
    if (original->shape != update->shape)
        add(d, SMA_PROTO_FIELD_KIND_CHANGED, path, original, update);
    else if (original->shape == SCALAR)
        compare_scalars(d, original, update, path);
    else if (original->shape == MAP)
        compare_maps(d, original, update, path);
    else
        compare_messages(d, original, update, path);
}

/* Most fields have not changed at all. */
static bool is_same_scalar(const struct sma_proto_field *a, const struct sma_proto_field *b)
{
    return a->kind == b->kind && a->kind != SMA_PROTO_NAMED && a->kind != SMA_PROTO_MAP &&
           a->label == b->label && sma_str_eq(a->name, b->name);
}

void sma_proto_diff_fields(struct sma_proto_differ *d, const struct sma_proto_site *original,
                           const struct sma_proto_field *original_field,
                           const struct sma_proto_site *update,
                           const struct sma_proto_field *update_field,
                           const struct sma_proto_step *path)
{
    if (is_same_scalar(original_field, update_field))
        return;
    struct use old = use_of_field(&d->original, original, original_field);
    struct use new = use_of_field(&d->update, update, update_field);
    if (!sma_str_eq(original_field->name, update_field->name))
        add(d, SMA_PROTO_FIELD_NAME_CHANGED, path, &old, &new);
    compare_uses(d, &old, &new, path);
}
