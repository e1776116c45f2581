/* One walk over the parts of a content feeds two byte streams: `plain`, the parts end to end as the
 * original hashes them, and `framed`, where each part carries its kind and length. */
#include "store/identity.h"

#include <stdlib.h>

#include "base/buf.h"
#include "core/hash/hash.h"
#include "core/json/json.h"

/* Parts beyond this never come from a record (SMA_RECORD_BYTES_MAX). */
#define STREAM_BYTES_MAX (64u << 20)

struct walk {
    struct sma_buf plain;
    struct sma_buf framed;
    struct sma_arena arena; /* parsed JSON and sorting */
    struct sma_error *err;
};

static void put_frame(struct walk *w, char kind, struct sma_str bytes)
{
    char head[9] = {kind};
    for (int i = 0; i < 8; i++)
        head[8 - i] = (char)((uint64_t)bytes.len >> (8 * i));
    sma_buf_append(&w->framed, head, sizeof head);
    sma_buf_puts(&w->framed, bytes);
}

static void put(struct walk *w, char kind, struct sma_str bytes)
{
    sma_buf_puts(&w->plain, bytes);
    put_frame(w, kind, bytes);
}

static void put_references(struct walk *w, const struct sma_content *content)
{
    for (size_t i = 0; i < content->reference_count; i++) {
        const struct sma_reference *r = &content->references[i];
        uint32_t v = (uint32_t)r->version;
        char version[4] = {(char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v};
        put(w, 'n', r->name);
        put(w, 's', r->subject);
        put(w, 'v', sma_str_make(version, sizeof version));
    }
}

/* ---- JSON values as the original's String fields read them --------------------------------- */

/* False for null, absent and what is no scalar. */
static bool scalar(const struct sma_json *v, struct sma_str *out)
{
    if (!v || v->type == SMA_JSON_NULL || v->type == SMA_JSON_ARRAY || v->type == SMA_JSON_OBJECT)
        return false;
    if (v->type == SMA_JSON_BOOL)
        *out = v->boolean ? SMA_STR("true") : SMA_STR("false");
    else
        *out = v->text;
    return true;
}

static bool is_absent(const struct sma_json *v)
{
    return !v || v->type == SMA_JSON_NULL;
}

static enum sma_status wrong_shape(struct walk *w, const char *name, const char *want)
{
    return sma_fail(w->err, SMA_EINVAL, "\"%s\" is not %s", name, want);
}

static int by_java_order(const void *a, const void *b)
{
    return sma_str_cmp_utf16(*(const struct sma_str *)a, *(const struct sma_str *)b);
}

/* An array of strings as a sorted set. */
static enum sma_status put_set(struct walk *w, char kind, const char *name,
                               const struct sma_json *array)
{
    if (is_absent(array))
        return SMA_OK;
    if (array->type != SMA_JSON_ARRAY)
        return wrong_shape(w, name, "an array of strings");
    struct sma_str *items = sma_arena_calloc(&w->arena, array->count + 1u, sizeof *items);
    if (!items)
        return sma_fail_nomem(w->err);
    for (uint32_t i = 0; i < array->count; i++)
        if (!scalar(&array->items[i], &items[i]))
            return wrong_shape(w, name, "an array of strings");
    qsort(items, array->count, sizeof *items, by_java_order);
    for (uint32_t i = 0; i < array->count; i++)
        if (!i || !sma_str_eq(items[i], items[i - 1]))
            put(w, kind, items[i]);
    return SMA_OK;
}

struct sorted_member {
    struct sma_str name; /* first: by_java_order compares it */
    const struct sma_json *value;
};

/* The members of an object in Java string order. *out has object->count elements. */
static enum sma_status sort_members(struct walk *w, const char *name, const struct sma_json *object,
                                    struct sorted_member **out)
{
    if (object->type != SMA_JSON_OBJECT)
        return wrong_shape(w, name, "an object");
    struct sorted_member *m = sma_arena_calloc(&w->arena, object->count + 1u, sizeof *m);
    if (!m)
        return sma_fail_nomem(w->err);
    for (uint32_t i = 0; i < object->count; i++)
        m[i] = (struct sorted_member){object->members[i].name, &object->members[i].value};
    qsort(m, object->count, sizeof *m, by_java_order);
    *out = m;
    return SMA_OK;
}

/* String to string; null values contribute their key alone. */
static enum sma_status put_map(struct walk *w, char kind, const char *name,
                               const struct sma_json *object)
{
    if (is_absent(object))
        return SMA_OK;
    struct sorted_member *members;
    enum sma_status st = sort_members(w, name, object, &members);
    for (uint32_t i = 0; !st && i < object->count; i++) {
        struct sma_str value;
        put(w, kind, members[i].name);
        if (scalar(members[i].value, &value))
            put(w, '=', value);
        else if (!is_absent(members[i].value))
            st = wrong_shape(w, name, "an object of strings");
    }
    return st;
}

/* String to set of strings. */
static enum sma_status put_tags(struct walk *w, const struct sma_json *object)
{
    if (is_absent(object))
        return SMA_OK;
    struct sorted_member *members;
    enum sma_status st = sort_members(w, "tags", object, &members);
    for (uint32_t i = 0; !st && i < object->count; i++) {
        put(w, 'k', members[i].name);
        st = put_set(w, 'g', "tags", members[i].value);
    }
    return st;
}

/* ---- metadata and rules -------------------------------------------------------------------- */

static enum sma_status parse_object(struct walk *w, const char *name, struct sma_str text,
                                    const struct sma_json **out)
{
    enum sma_status st = sma_json_parse(out, &w->arena, text, NULL, NULL, w->err);
    if (st) {
        sma_error_prefix(w->err, "%s: ", name);
        return st;
    }
    return (*out)->type == SMA_JSON_OBJECT ? SMA_OK : wrong_shape(w, name, "an object");
}

static enum sma_status put_metadata(struct walk *w, struct sma_str text)
{
    const struct sma_json *metadata;
    enum sma_status st = parse_object(w, "metadata", text, &metadata);
    if (st)
        return st;
    sma_buf_putc(&w->plain, '\1');
    put_frame(w, 'M', SMA_STR(""));
    st = put_tags(w, sma_json_getz(metadata, "tags"));
    if (!st)
        st = put_map(w, 'p', "properties", sma_json_getz(metadata, "properties"));
    if (!st)
        st = put_set(w, 'x', "sensitive", sma_json_getz(metadata, "sensitive"));
    return st;
}

static enum sma_status put_field(struct walk *w, char kind, const struct sma_json *rule,
                                 const char *name, struct sma_str otherwise)
{
    const struct sma_json *v = sma_json_get(rule, sma_str_z(name));
    struct sma_str text;
    if (scalar(v, &text))
        put(w, kind, text);
    else if (is_absent(v))
        put(w, kind, otherwise);
    else
        return wrong_shape(w, name, "a string");
    return SMA_OK;
}

static enum sma_status put_rule(struct walk *w, const struct sma_json *rule)
{
    static const struct {
        char kind;
        const char *name;
        struct sma_str otherwise; /* the original fills these in while parsing */
    } head[] = {{'a', "name", SMA_STR_INIT("")},
                {'b', "doc", SMA_STR_INIT("")},
                {'c', "kind", SMA_STR_INIT("TRANSFORM")},
                {'d', "mode", SMA_STR_INIT("WRITEREAD")},
                {'e', "type", SMA_STR_INIT("")}},
      tail[] = {{'h', "expr", SMA_STR_INIT("")},
                {'i', "onSuccess", SMA_STR_INIT("")},
                {'j', "onFailure", SMA_STR_INIT("")}};
    enum sma_status st = SMA_OK;

    if (rule->type != SMA_JSON_OBJECT)
        return wrong_shape(w, "rule", "an object");
    put_frame(w, 'R', SMA_STR(""));
    for (size_t i = 0; !st && i < sizeof head / sizeof *head; i++)
        st = put_field(w, head[i].kind, rule, head[i].name, head[i].otherwise);
    if (!st)
        st = put_set(w, 'f', "tags", sma_json_getz(rule, "tags"));
    if (!st)
        st = put_map(w, 'q', "params", sma_json_getz(rule, "params"));
    for (size_t i = 0; !st && i < sizeof tail / sizeof *tail; i++)
        st = put_field(w, tail[i].kind, rule, tail[i].name, tail[i].otherwise);
    const struct sma_json *disabled = sma_json_getz(rule, "disabled");
    if (!st && sma_json_is(disabled, SMA_JSON_BOOL) && disabled->boolean)
        put(w, 'o', SMA_STR("\1"));
    return st;
}

static enum sma_status put_rules(struct walk *w, const char *name, const struct sma_json *list)
{
    enum sma_status st = SMA_OK;
    put_frame(w, 'L', sma_str_z(name));
    if (is_absent(list))
        return SMA_OK;
    if (list->type != SMA_JSON_ARRAY)
        return wrong_shape(w, name, "an array of rules");
    for (uint32_t i = 0; !st && i < list->count; i++)
        st = put_rule(w, &list->items[i]);
    return st;
}

static enum sma_status put_rule_set(struct walk *w, struct sma_str text)
{
    const struct sma_json *rules;
    enum sma_status st = parse_object(w, "ruleSet", text, &rules);
    if (st)
        return st;
    sma_buf_putc(&w->plain, '\1');
    put_frame(w, 'S', SMA_STR(""));
    st = put_rules(w, "migrationRules", sma_json_getz(rules, "migrationRules"));
    if (!st)
        st = put_rules(w, "domainRules", sma_json_getz(rules, "domainRules"));
    if (!st)
        st = put_rules(w, "encodingRules", sma_json_getz(rules, "encodingRules"));
    if (!st)
        st = put_field(w, 'z', rules, "enableAt", SMA_STR(""));
    return st;
}

/* ---- the two results ----------------------------------------------------------------------- */

static enum sma_status walk_content(struct walk *w, const struct sma_content *content,
                                    const uint8_t *given_md5)
{
    enum sma_status st = SMA_OK;
    put(w, 't', content->text);
    put_references(w, content);
    if (given_md5)
        put_frame(w, 'E', sma_str_make((const char *)given_md5, SMA_HASH_LEN));
    else if (content->metadata.ptr)
        st = put_metadata(w, content->metadata);
    if (!st && content->rule_set.ptr)
        st = put_rule_set(w, content->rule_set);
    if (!st && (sma_buf_failed(&w->plain) || sma_buf_failed(&w->framed)))
        st = sma_fail_nomem(w->err);
    return st;
}

static void walk_init(struct walk *w, struct sma_error *err)
{
    sma_buf_init(&w->plain, STREAM_BYTES_MAX);
    sma_buf_init(&w->framed, STREAM_BYTES_MAX);
    sma_arena_init(&w->arena, 0);
    w->err = err;
}

static void walk_fini(struct walk *w)
{
    sma_arena_fini(&w->arena);
    sma_buf_fini(&w->framed);
    sma_buf_fini(&w->plain);
}

enum sma_status sma_content_hash(uint8_t out[SMA_HASH_LEN], const struct sma_content *content,
                                 struct sma_error *err)
{
    struct walk w;
    walk_init(&w, err);
    enum sma_status st = walk_content(&w, content, NULL);
    if (!st)
        st = sma_md5(out, sma_buf_str(&w.plain), err);
    walk_fini(&w);
    return st;
}

enum sma_status sma_content_identify(uint8_t hash[SMA_HASH_LEN], uint8_t digest[SMA_DIGEST_LEN],
                                     const struct sma_content *content, const uint8_t *given_md5,
                                     struct sma_error *err)
{
    struct walk w;
    uint8_t md5[SMA_HASH_LEN], sha256[SMA_DIGEST_LEN];
    walk_init(&w, err);
    enum sma_status st = walk_content(&w, content, given_md5);
    if (!st && given_md5)
        memcpy(md5, given_md5, sizeof md5);
    else if (!st)
        st = sma_md5(md5, sma_buf_str(&w.plain), err);
    if (!st)
        st = sma_sha256(sha256, sma_buf_str(&w.framed), err);
    if (!st) {
        memcpy(hash, md5, sizeof md5);
        memcpy(digest, sha256, sizeof sha256);
    }
    walk_fini(&w);
    return st;
}
