/* Reading records. Lenient where the original's mapper is: unknown members are ignored, the order
 * does not matter, the last of two equal names wins. */
#include "core/json/json.h"
#include "store/qualified.h"
#include "store/record.h"

/* A record wraps what a request carried, so it may be a little larger than a request in each way.
 */
static const struct sma_json_options options = {
    .max_depth = SMA_JSON_DEPTH_MAX + 8,
    .max_values = SMA_JSON_VALUES_MAX + 64,
    .max_bytes = SMA_RECORD_BYTES_MAX,
};

static enum sma_status parse_object(const struct sma_json **out, struct sma_arena *arena,
                                    const char *what, struct sma_str json, struct sma_error *err)
{
    const struct sma_json *v;
    enum sma_status st = sma_json_parse(&v, arena, json, &options, NULL, err);
    if (st) {
        sma_error_prefix(err, "record %s: ", what);
        return st;
    }
    if (v->type != SMA_JSON_OBJECT)
        return sma_fail(err, SMA_EINVAL, "record %s is not a JSON object", what);
    *out = v;
    return SMA_OK;
}

static bool is_absent(const struct sma_json *v)
{
    return !v || v->type == SMA_JSON_NULL;
}

static enum sma_status wrong(struct sma_error *err, const char *name, const char *want)
{
    return sma_fail(err, SMA_EINVAL, "record: \"%s\" is not %s", name, want);
}

/* A string, or `otherwise` when absent or null. */
static enum sma_status get_text(struct sma_str *out, const struct sma_json *object,
                                const char *name, struct sma_str otherwise, struct sma_error *err)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    if (is_absent(v))
        *out = otherwise;
    else if (v->type == SMA_JSON_STRING)
        *out = v->text;
    else
        return wrong(err, name, "a string");
    return SMA_OK;
}

static enum sma_status need_text(struct sma_str *out, const struct sma_json *object,
                                 const char *name, struct sma_error *err)
{
    enum sma_status st = get_text(out, object, name, sma_str_make(NULL, 0), err);
    if (!st && !out->ptr)
        st = wrong(err, name, "a string");
    return st;
}

static enum sma_status need_i32(int32_t *out, const struct sma_json *object, const char *name,
                                int32_t least, struct sma_error *err)
{
    int32_t value;
    if (!sma_json_i32(sma_json_get(object, sma_str_z(name)), &value) || value < least)
        return wrong(err, name, least > 0 ? "a positive 32-bit integer" : "a 32-bit integer >= 0");
    *out = value;
    return SMA_OK;
}

static enum sma_status get_bool(enum sma_tristate *out, const struct sma_json *object,
                                const char *name, struct sma_error *err)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    if (is_absent(v))
        *out = SMA_UNSET;
    else if (v->type == SMA_JSON_BOOL)
        *out = v->boolean ? SMA_TRUE : SMA_FALSE;
    else
        return wrong(err, name, "a boolean");
    return SMA_OK;
}

/* The text of an object member as it stands in `json`; ptr NULL when absent or null. */
static enum sma_status get_object(struct sma_str *out, struct sma_str json,
                                  const struct sma_json *object, const char *name,
                                  struct sma_error *err)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    *out = sma_str_make(NULL, 0);
    if (is_absent(v))
        return SMA_OK;
    if (v->type != SMA_JSON_OBJECT)
        return wrong(err, name, "an object");
    *out = sma_str_make(json.ptr + v->start, v->end - v->start);
    return SMA_OK;
}

/* ---- keys ---------------------------------------------------------------------------------- */

static enum sma_status get_subject(struct sma_record_key *key, struct sma_arena *arena,
                                   const struct sma_json *object, struct sma_error *err)
{
    struct sma_str text = {NULL, 0};
    enum sma_status st = get_text(&text, object, "subject", SMA_STR(""), err);
    if (st)
        return st;
    key->subject = sma_qualified_resolve(arena, SMA_STR("."), text);
    return key->subject.ptr ? SMA_OK : sma_fail_nomem(err);
}

static enum sma_status check_tenant(const struct sma_json *object, struct sma_error *err)
{
    struct sma_str tenant;
    enum sma_status st = get_text(&tenant, object, "tenant", SMA_STR("default"), err);
    if (!st && !sma_str_eqz(tenant, "default"))
        st = sma_fail(err, SMA_EUNSUPPORTED, "record of another tenant");
    return st;
}

static enum sma_status schema_key(struct sma_record_key *key, struct sma_arena *arena,
                                  const struct sma_json *object, struct sma_error *err)
{
    struct sma_str subject;
    int32_t magic = 0;
    enum sma_status st = need_text(&subject, object, "subject", err);
    if (!st)
        st = get_subject(key, arena, object, err);
    if (!st)
        st = need_i32(&key->version, object, "version", 1, err);
    if (!st)
        st = need_i32(&magic, object, "magic", 0, err);
    if (!st && magic > 1)
        st = sma_fail(err, SMA_EINVAL, "record: SCHEMA key with magic %d", (int)magic);
    return st;
}

static enum sma_status context_key(struct sma_record_key *key, const struct sma_json *object,
                                   struct sma_error *err)
{
    enum sma_status st = check_tenant(object, err);
    if (!st)
        st = need_text(&key->context, object, "context", err);
    if (!st && !sma_str_starts(key->context, SMA_STR(".")))
        st = wrong(err, "context", "a context name");
    return st;
}

static enum sma_status assoc_key(struct sma_record_key *key, struct sma_arena *arena,
                                 const struct sma_json *object, struct sma_error *err)
{
    struct sma_assoc_key *assoc = &key->assoc;
    enum sma_status st = check_tenant(object, err);
    if (!st)
        st = need_text(&assoc->resource_name, object, "resourceName", err);
    if (!st)
        st = need_text(&assoc->resource_namespace, object, "resourceNamespace", err);
    if (!st)
        st = need_text(&assoc->resource_type, object, "resourceType", err);
    if (!st)
        st = need_text(&assoc->association_type, object, "associationType", err);
    if (!st)
        st = get_subject(key, arena, object, err);
    assoc->subject = key->subject;
    return st;
}

static enum sma_status check_algorithm(struct sma_str algorithm, struct sma_error *err)
{
    static const char *const known[] = {"AES128_GCM", "AES256_GCM", "AES256_SIV"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sma_str_eqz(algorithm, known[i]))
            return SMA_OK;
    return wrong(err, "algorithm", "AES128_GCM, AES256_GCM or AES256_SIV");
}

static enum sma_status dek_key(struct sma_record_key *key, struct sma_arena *arena,
                               const struct sma_json *object, struct sma_error *err)
{
    struct sma_dek_key *dek = &key->dek;
    struct sma_str subject;
    enum sma_status st = need_text(&dek->kek_name, object, "kekName", err);
    if (!st)
        st = need_text(&subject, object, "subject", err);
    if (!st)
        st = get_subject(key, arena, object, err);
    if (!st)
        st = need_text(&dek->algorithm, object, "algorithm", err);
    if (!st)
        st = check_algorithm(dek->algorithm, err);
    if (!st)
        st = need_i32(&dek->version, object, "version", 1, err);
    dek->subject = key->subject;
    return st;
}

/* A key of the other topic: "type" instead of "keytype". */
static enum sma_status key_of_keys(struct sma_record_key *key, struct sma_arena *arena,
                                   const struct sma_json *object, struct sma_str type,
                                   struct sma_error *err)
{
    enum sma_status st = check_tenant(object, err);
    if (st)
        return st;
    if (sma_str_eqz(type, "KEK")) {
        key->type = SMA_KEY_KEK;
        return need_text(&key->dek.kek_name, object, "name", err);
    }
    if (sma_str_eqz(type, "DEK")) {
        key->type = SMA_KEY_DEK;
        return dek_key(key, arena, object, err);
    }
    return sma_fail(err, SMA_EUNSUPPORTED, "record: unknown type \"%.*s\"",
                    SMA_STR_ARG(sma_str_head(type, 64)));
}

static bool find_key_type(struct sma_str name, enum sma_key_type *out)
{
    static const struct {
        const char *name;
        enum sma_key_type type;
    } types[] = {
        {"SCHEMA", SMA_KEY_SCHEMA},
        {"CONFIG", SMA_KEY_CONFIG},
        {"MODE", SMA_KEY_MODE},
        {"DELETE_SUBJECT", SMA_KEY_DELETE_SUBJECT},
        {"CLEAR_SUBJECT", SMA_KEY_CLEAR_SUBJECT},
        {"NOOP", SMA_KEY_NOOP},
        {"CONTEXT", SMA_KEY_CONTEXT},
        {"ASSOC", SMA_KEY_ASSOC},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (sma_str_eqz(name, types[i].name)) {
            *out = types[i].type;
            return true;
        }
    return false;
}

enum sma_status sma_record_parse_key(struct sma_record_key *out, struct sma_arena *arena,
                                     struct sma_str json, struct sma_error *err)
{
    struct sma_record_key key = {.subject = SMA_STR("")};
    const struct sma_json *object = NULL;
    struct sma_str keytype;
    enum sma_status st = parse_object(&object, arena, "key", json, err);
    const struct sma_json *type = st ? NULL : sma_json_getz(object, "type");
    if (!st && is_absent(sma_json_getz(object, "keytype")) && type &&
        type->type == SMA_JSON_STRING) {
        st = key_of_keys(&key, arena, object, type->text, err);
        if (!st)
            *out = key;
        return st;
    }
    if (!st)
        st = need_text(&keytype, object, "keytype", err);
    if (st)
        return st;
    if (!find_key_type(keytype, &key.type))
        return sma_fail(err, SMA_EUNSUPPORTED, "record: unknown keytype \"%.*s\"",
                        SMA_STR_ARG(sma_str_head(keytype, 64)));
    switch (key.type) {
    case SMA_KEY_SCHEMA:
        st = schema_key(&key, arena, object, err);
        break;
    case SMA_KEY_CONTEXT:
        st = context_key(&key, object, err);
        break;
    case SMA_KEY_ASSOC:
        st = assoc_key(&key, arena, object, err);
        break;
    case SMA_KEY_NOOP:
        break;
    default:
        st = get_subject(&key, arena, object, err);
        break;
    }
    if (!st)
        *out = key;
    return st;
}

/* ---- SCHEMA -------------------------------------------------------------------------------- */

static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* 24 characters of base64, two of them padding, make 16 bytes. */
static enum sma_status get_md5(struct sma_record_schema *out, const struct sma_json *object,
                               struct sma_error *err)
{
    struct sma_str text = {NULL, 0};
    uint8_t bytes[18] = {0};
    enum sma_status st = get_text(&text, object, "md5", sma_str_make(NULL, 0), err);
    if (st || !text.ptr)
        return st;
    if (text.len != 24 || !sma_str_ends(text, SMA_STR("==")))
        return wrong(err, "md5", "16 bytes in base64");
    for (int i = 0; i < 22; i++) {
        int bits = sextet(text.ptr[i]), at = i * 6;
        if (bits < 0)
            return wrong(err, "md5", "16 bytes in base64");
        bytes[at / 8] |= (uint8_t)(bits << 2 >> at % 8);
        if (at % 8 > 2)
            bytes[at / 8 + 1] |= (uint8_t)(bits << (10 - at % 8));
    }
    memcpy(out->md5, bytes, sizeof out->md5);
    out->has_md5 = true;
    return SMA_OK;
}

static enum sma_status get_reference(struct sma_reference *out, const struct sma_json *v,
                                     struct sma_error *err)
{
    enum sma_status st = need_text(&out->name, v, "name", err);
    if (!st)
        st = need_text(&out->subject, v, "subject", err);
    if (!st && !sma_json_i32(sma_json_getz(v, "version"), &out->version))
        st = wrong(err, "version", "a 32-bit integer");
    return st;
}

static enum sma_status get_references(struct sma_content *content, struct sma_arena *arena,
                                      const struct sma_json *object, struct sma_error *err)
{
    const struct sma_json *list = sma_json_getz(object, "references");
    enum sma_status st = SMA_OK;
    if (is_absent(list))
        return SMA_OK;
    if (list->type != SMA_JSON_ARRAY)
        return wrong(err, "references", "an array");
    struct sma_reference *r = sma_arena_calloc(arena, list->count + 1u, sizeof *r);
    if (!r)
        return sma_fail_nomem(err);
    for (uint32_t i = 0; !st && i < list->count; i++)
        st = get_reference(&r[i], &list->items[i], err);
    content->references = r;
    content->reference_count = list->count;
    return st;
}

/* The value repeats the key's subject and version; a record that contradicts itself is none. */
static enum sma_status check_same_row(const struct sma_record_key *key, struct sma_arena *arena,
                                      const struct sma_json *object, struct sma_error *err)
{
    struct sma_str subject;
    const struct sma_json *version = sma_json_getz(object, "version");
    int32_t number = key->version;
    enum sma_status st = get_text(&subject, object, "subject", key->subject, err);
    if (st)
        return st;
    subject = sma_qualified_resolve(arena, SMA_STR("."), subject);
    if (!subject.ptr)
        return sma_fail_nomem(err);
    if (!is_absent(version) && !sma_json_i32(version, &number))
        return wrong(err, "version", "a 32-bit integer");
    if (!sma_str_eq(subject, key->subject) || number != key->version)
        return sma_fail(err, SMA_EINVAL, "record: key and value name different versions");
    return SMA_OK;
}

enum sma_status sma_record_parse_schema(struct sma_record_schema *out, struct sma_arena *arena,
                                        const struct sma_record_key *key, struct sma_str json,
                                        struct sma_error *err)
{
    struct sma_record_schema row = {0};
    const struct sma_json *object = NULL;
    enum sma_tristate deleted = SMA_UNSET;
    enum sma_status st = parse_object(&object, arena, "value", json, err);
    if (!st)
        st = check_same_row(key, arena, object, err);
    if (!st)
        st = need_i32(&row.id, object, "id", 0, err);
    if (!st)
        st = get_md5(&row, object, err);
    if (!st)
        st = get_text(&row.type, object, "schemaType", SMA_STR("AVRO"), err);
    if (!st)
        st = get_references(&row.content, arena, object, err);
    if (!st)
        st = get_object(&row.content.metadata, json, object, "metadata", err);
    if (!st)
        st = get_object(&row.content.rule_set, json, object, "ruleSet", err);
    if (!st)
        st = need_text(&row.content.text, object, "schema", err);
    if (!st)
        st = get_bool(&deleted, object, "deleted", err);
    row.is_deleted = deleted == SMA_TRUE;
    if (!st)
        *out = row;
    return st;
}

/* ---- the smaller values -------------------------------------------------------------------- */

enum sma_status sma_record_parse_config(struct sma_record_config *out, struct sma_arena *arena,
                                        struct sma_str json, struct sma_error *err)
{
    struct sma_record_config c = {0};
    const struct sma_str unset = {NULL, 0};
    const struct {
        const char *name;
        struct sma_str *to;
    } texts[] = {{"alias", &c.alias},
                 {"aliasForDeks", &c.alias_for_deks},
                 {"compatibilityLevel", &c.compatibility_level},
                 {"compatibilityPolicy", &c.compatibility_policy},
                 {"compatibilityGroup", &c.compatibility_group}},
      objects[] = {{"defaultMetadata", &c.default_metadata},
                   {"overrideMetadata", &c.override_metadata},
                   {"defaultRuleSet", &c.default_rule_set},
                   {"overrideRuleSet", &c.override_rule_set}};
    const struct {
        const char *name;
        enum sma_tristate *to;
    } flags[] = {{"normalize", &c.normalize},
                 {"validateFields", &c.validate_fields},
                 {"validateNewSchemas", &c.validate_new_schemas},
                 {"validateRules", &c.validate_rules}};
    const struct sma_json *object = NULL;
    enum sma_status st = parse_object(&object, arena, "value", json, err);
    for (size_t i = 0; !st && i < sizeof texts / sizeof *texts; i++)
        st = get_text(texts[i].to, object, texts[i].name, unset, err);
    for (size_t i = 0; !st && i < sizeof flags / sizeof *flags; i++)
        st = get_bool(flags[i].to, object, flags[i].name, err);
    for (size_t i = 0; !st && i < sizeof objects / sizeof *objects; i++)
        st = get_object(objects[i].to, json, object, objects[i].name, err);
    if (!st)
        *out = c;
    return st;
}

enum sma_status sma_record_parse_mode(struct sma_str *mode, struct sma_arena *arena,
                                      struct sma_str json, struct sma_error *err)
{
    const struct sma_json *object = NULL;
    struct sma_str text = {NULL, 0};
    enum sma_status st = parse_object(&object, arena, "value", json, err);
    if (!st)
        st = get_text(&text, object, "mode", sma_str_make(NULL, 0), err);
    if (!st)
        *mode = text;
    return st;
}

enum sma_status sma_record_parse_watermark(int32_t *version, struct sma_arena *arena,
                                           struct sma_str json, struct sma_error *err)
{
    const struct sma_json *object = NULL;
    enum sma_status st = parse_object(&object, arena, "value", json, err);
    if (!st)
        st = need_i32(version, object, "version", 0, err);
    return st;
}

enum sma_status sma_record_parse_assoc(struct sma_assoc *out, struct sma_arena *arena,
                                       const struct sma_record_key *key, struct sma_str json,
                                       struct sma_error *err)
{
    struct sma_assoc assoc = {.key = key->assoc};
    const struct sma_json *object = NULL;
    enum sma_tristate frozen = SMA_UNSET;
    enum sma_status st = parse_object(&object, arena, "value", json, err);
    if (!st)
        st = get_text(&assoc.guid, object, "guid", SMA_STR(""), err);
    if (!st)
        st = get_text(&assoc.resource_id, object, "resourceId", SMA_STR(""), err);
    if (!st)
        st = need_text(&assoc.lifecycle, object, "lifecycle", err);
    if (!st)
        st = get_bool(&frozen, object, "frozen", err);
    const struct sma_json *ts = st ? NULL : sma_json_getz(object, "createTs");
    if (!st && !is_absent(ts) && !sma_json_i64(ts, &assoc.create_ts_ms))
        st = wrong(err, "createTs", "a 64-bit integer");
    assoc.is_frozen = frozen == SMA_TRUE;
    if (!st)
        *out = assoc;
    return st;
}

/* ---- keks and deks ------------------------------------------------------------------------- */

/* A member that repeats the key may be absent, but not contradict it. */
static enum sma_status check_same_text(const struct sma_json *object, const char *name,
                                       struct sma_str in_key, struct sma_error *err)
{
    struct sma_str text;
    enum sma_status st = get_text(&text, object, name, in_key, err);
    if (!st && !sma_str_eq(text, in_key))
        st = sma_fail(err, SMA_EINVAL, "record: key and value differ in \"%s\"", name);
    return st;
}

enum sma_status sma_record_parse_kek(struct sma_kek *out, struct sma_arena *arena,
                                     const struct sma_record_key *key, struct sma_str json,
                                     struct sma_error *err)
{
    struct sma_kek kek = {.name = key->dek.kek_name};
    const struct sma_json *object = NULL;
    enum sma_tristate shared = SMA_UNSET, deleted = SMA_UNSET;
    enum sma_status st = parse_object(&object, arena, "value", json, err);
    if (!st)
        st = check_same_text(object, "name", kek.name, err);
    if (!st)
        st = need_text(&kek.kms_type, object, "kmsType", err);
    if (!st)
        st = need_text(&kek.kms_key_id, object, "kmsKeyId", err);
    if (!st)
        st = get_object(&kek.kms_props, json, object, "kmsProps", err);
    if (!st)
        st = get_text(&kek.doc, object, "doc", SMA_STR(""), err);
    if (!st)
        st = get_bool(&shared, object, "shared", err);
    if (!st)
        st = get_bool(&deleted, object, "deleted", err);
    if (!kek.kms_props.ptr)
        kek.kms_props = SMA_STR("{}");
    kek.is_shared = shared == SMA_TRUE;
    kek.is_deleted = deleted == SMA_TRUE;
    if (!st)
        *out = kek;
    return st;
}

static enum sma_status check_same_dek(const struct sma_dek_key *key, struct sma_arena *arena,
                                      const struct sma_json *object, struct sma_error *err)
{
    struct sma_record_key stated = {.subject = SMA_STR("")};
    const struct sma_json *version = sma_json_getz(object, "version");
    int32_t number = key->version;
    enum sma_status st = check_same_text(object, "kekName", key->kek_name, err);
    if (!st)
        st = check_same_text(object, "algorithm", key->algorithm, err);
    if (!st && !is_absent(version) && (!sma_json_i32(version, &number) || number != key->version))
        st = sma_fail(err, SMA_EINVAL, "record: key and value differ in \"version\"");
    if (st || is_absent(sma_json_getz(object, "subject")))
        return st;
    st = get_subject(&stated, arena, object, err);
    if (!st && !sma_str_eq(stated.subject, key->subject))
        st = sma_fail(err, SMA_EINVAL, "record: key and value differ in \"subject\"");
    return st;
}

enum sma_status sma_record_parse_dek(struct sma_dek *out, struct sma_arena *arena,
                                     const struct sma_record_key *key, struct sma_str json,
                                     struct sma_error *err)
{
    struct sma_dek dek = {.key = key->dek};
    const struct sma_json *object = NULL;
    enum sma_tristate deleted = SMA_UNSET;
    enum sma_status st = parse_object(&object, arena, "value", json, err);
    if (!st)
        st = check_same_dek(&dek.key, arena, object, err);
    if (!st)
        st =
            get_text(&dek.encrypted_key_material, object, "encryptedKeyMaterial", SMA_STR(""), err);
    if (!st)
        st = get_bool(&deleted, object, "deleted", err);
    dek.is_deleted = deleted == SMA_TRUE;
    if (!st)
        *out = dek;
    return st;
}
