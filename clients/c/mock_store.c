#include "clients/c/mock_store.h"

#include <string.h>

#include "clients/c/memory.h"
#include "core/compat/compat.h"
#include "core/hash/hash.h"
#include "core/json/writer.h"

void sma_mock_store_fini(struct sma_mock_store *store)
{
    for (size_t i = 0; i < store->count; i++)
        schemata_schema_unref(store->versions[i].schema);
    for (size_t i = 0; i < store->setting_count; i++) {
        sma_client_free(store->settings[i].subject);
        sma_client_free(store->settings[i].level);
    }
    sma_client_free(store->versions);
    sma_client_free(store->settings);
    memset(store, 0, sizeof *store);
}

/* False always, for `return refuse(…)`. */
static bool refuse(struct sma_mock_refusal *refusal, int code, const char *fmt, ...)
    SMA_PRINTF(3, 4);
static bool refuse(struct sma_mock_refusal *refusal, int code, const char *fmt, ...)
{
    struct sma_error text = SMA_ERROR_INIT;
    va_list args;
    va_start(args, fmt);
    (void)sma_fail_v(&text, SMA_EINVAL, SMA_NO_OFFSET, fmt, args);
    va_end(args);
    refusal->code = code;
    refusal->status = code >= 1000 ? code / 100 : code;
    sma_buf_clear(&refusal->message);
    sma_buf_putz(&refusal->message, text.message);
    return false;
}

static bool refuse_error(struct sma_mock_refusal *refusal, int code, schemata_error_t *e)
{
    if (schemata_error_status(e) == SCHEMATA_ERR_NOMEM)
        code = SMA_MOCK_NO_MEMORY;
    refuse(refusal, code, "%s", schemata_error_message(e));
    schemata_error_free(e);
    return false;
}

/* A failure of the rule engine. */
static bool refuse_core(struct sma_mock_refusal *refusal, const struct sma_error *problem)
{
    return problem->status == SMA_ENOMEM ? refuse(refusal, SMA_MOCK_NO_MEMORY, "out of memory")
                                         : refuse(refusal, 42201, "%s", problem->message);
}

/* ---- finding --------------------------------------------------------------------------------------
 */

struct sma_str sma_mock_context(struct sma_str subject)
{
    struct sma_str inner;
    ptrdiff_t end;
    if (!sma_str_starts(subject, SMA_STR(":.")))
        return sma_str_make("", 0);
    inner = sma_str_from(subject, 1);
    end = sma_str_chr(inner, ':');
    return end < 0 || end == 1 ? sma_str_make("", 0) : sma_str_head(subject, (size_t)end + 2);
}

static bool is_of(const struct sma_mock_version *v, struct sma_str subject)
{
    return sma_str_eqz(subject, v->schema->subject);
}

struct sma_mock_version *sma_mock_find_version(struct sma_mock_store *store, struct sma_str subject,
                                               int32_t version, bool deleted)
{
    struct sma_mock_version *found = NULL;
    for (size_t i = 0; i < store->count; i++) {
        struct sma_mock_version *v = &store->versions[i];
        if (is_of(v, subject) && (deleted || !v->is_deleted) &&
            (version == -1 || v->schema->version == version) &&
            (!found || found->schema->version < v->schema->version))
            found = v;
    }
    return found;
}

struct sma_mock_version *sma_mock_find_id(struct sma_mock_store *store, struct sma_str subject,
                                          int32_t id)
{
    struct sma_mock_version *found = NULL;
    struct sma_str context = sma_mock_context(subject);
    for (size_t i = 0; i < store->count; i++) {
        struct sma_mock_version *v = &store->versions[i];
        if (v->schema->id != id ||
            !sma_str_eq(sma_mock_context(sma_str_z(v->schema->subject)), context))
            continue;
        if (is_of(v, subject))
            return v;
        if (!found)
            found = v;
    }
    return found;
}

struct sma_mock_version *sma_mock_find_guid(struct sma_mock_store *store,
                                            const schemata_guid_t *guid)
{
    for (size_t i = 0; i < store->count; i++)
        if (!memcmp(&store->versions[i].schema->guid, guid, sizeof *guid))
            return &store->versions[i];
    return NULL;
}

static bool has_pairs(const char *metadata, const struct sma_str *names,
                      const struct sma_str *values, size_t count)
{
    struct sma_arena arena;
    const struct sma_json *root = NULL, *properties, *value;
    bool has = metadata != NULL;
    sma_arena_init(&arena, 0);
    if (has && sma_json_parse(&root, &arena, sma_str_z(metadata), NULL, NULL, NULL))
        has = false;
    properties = sma_json_getz(root, "properties");
    for (size_t i = 0; has && i < count; i++) {
        value = sma_json_get(properties, names[i]);
        has = sma_json_is(value, SMA_JSON_STRING) && sma_str_eq(value->text, values[i]);
    }
    sma_arena_fini(&arena);
    return has;
}

struct sma_mock_version *sma_mock_find_metadata(struct sma_mock_store *store,
                                                struct sma_str subject,
                                                const struct sma_str *names,
                                                const struct sma_str *values, size_t count)
{
    for (size_t i = store->count; i-- > 0;) {
        struct sma_mock_version *v = &store->versions[i];
        if (is_of(v, subject) && !v->is_deleted &&
            has_pairs(v->schema->metadata, names, values, count))
            return v;
    }
    return NULL;
}

bool sma_mock_has_subject(const struct sma_mock_store *store, struct sma_str subject, bool deleted)
{
    for (size_t i = 0; i < store->count; i++)
        if (is_of(&store->versions[i], subject) && (deleted || !store->versions[i].is_deleted))
            return true;
    return false;
}

/* ---- reading what was posted ----------------------------------------------------------------------
 */

struct candidate {
    struct sma_client_body *body;
    struct sma_buf metadata, rule_set; /* JSON text, empty: none */
    schemata_guid_t guid;
};

static void candidate_fini(struct candidate *c)
{
    sma_client_body_unref(c->body);
    sma_buf_fini(&c->metadata);
    sma_buf_fini(&c->rule_set);
}

/* The version that a reference means: its subject is in the context of the schema that refers, unless
 * it says otherwise. */
static struct sma_mock_version *find_reference(struct sma_mock_store *store, struct sma_str context,
                                               const struct sma_client_reference *ref)
{
    if (sma_mock_context(ref->subject).len)
        context = sma_str_make("", 0);
    for (size_t i = store->count; i-- > 0;) {
        const schemata_schema_t *s = store->versions[i].schema;
        struct sma_str subject = sma_str_z(s->subject);
        if (sma_str_starts(subject, context) &&
            sma_str_eq(sma_str_from(subject, context.len), ref->subject) &&
            (ref->version == -1 || s->version == ref->version))
            return &store->versions[i];
    }
    return NULL;
}

static bool read_references(struct sma_client_reference *out, struct sma_mock_store *store,
                            const struct sma_mock_posted *posted, const struct sma_json *list,
                            struct sma_mock_refusal *refusal)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct sma_json *name = sma_json_getz(&list->items[i], "name");
        const struct sma_json *subject = sma_json_getz(&list->items[i], "subject");
        struct sma_mock_version *target;
        int32_t version = 0;
        if (!sma_json_is(name, SMA_JSON_STRING) || !sma_json_is(subject, SMA_JSON_STRING) ||
            !sma_json_i32(sma_json_getz(&list->items[i], "version"), &version))
            return refuse(refusal, 42201, "Invalid reference");
        out[i] = (struct sma_client_reference){name->text, subject->text, version, NULL};
        target = find_reference(store, sma_mock_context(posted->subject), &out[i]);
        refusal->is_reference = !target;
        if (!target)
            return refuse(refusal, 42201,
                          "No schema reference found for subject \"%.*s\" and version %d",
                          SMA_STR_ARG(subject->text), version);
        out[i].version = target->schema->version;
        out[i].schema = target->schema;
    }
    return true;
}

static bool parse(struct candidate *c, struct sma_mock_store *store,
                  const struct sma_mock_posted *posted, struct sma_mock_refusal *refusal)
{
    static const struct sma_json none = {.type = SMA_JSON_ARRAY};
    const struct sma_json *text = sma_json_getz(posted->body, "schema");
    const struct sma_json *type_name = sma_json_getz(posted->body, "schemaType");
    const struct sma_json *list = sma_json_getz(posted->body, "references");
    schemata_type_t type =
        sma_client_type_find(type_name ? type_name->text : sma_str_make(NULL, 0));
    schemata_error_t *err = NULL;
    struct sma_client_reference *refs;
    if (!sma_json_is(list, SMA_JSON_ARRAY))
        list = &none;
    if (!sma_json_is(text, SMA_JSON_STRING) || !text->text.len)
        return refuse(refusal, 42201, "Empty schema");
    if (!type)
        return refuse(refusal, 42201, "Invalid schema type %.*s", SMA_STR_ARG(type_name->text));
    refs = sma_client_alloc((list->count + 1) * sizeof *refs);
    if (!refs)
        return refuse(refusal, SMA_MOCK_NO_MEMORY, "out of memory");
    bool ok = read_references(refs, store, posted, list, refusal);
    if (ok &&
        sma_client_body_new(&c->body, type, text->text, NULL, refs, list->count, &err))
        ok = refuse_error(refusal, 42201, err);
    sma_client_free(refs);
    return ok;
}

/* Replaces the body by its normal form. */
static bool normalize(struct candidate *c, struct sma_mock_refusal *refusal)
{
    static const struct sma_parse_options options = {SMA_PARSE_LAX, true, false};
    const struct sma_source source = {.text = c->body->core->text,
                                      .references = c->body->core->references,
                                      .reference_count = c->body->core->reference_count,
                                      .resolved = c->body->closure,
                                      .resolved_count = c->body->closure_count};
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_schema *normal = NULL;
    struct sma_client_body *body = NULL;
    schemata_error_t *err = NULL;
    if (c->body->core->format->normalize(&normal, c->body->core, &source, &options, &problem))
        return refuse_core(refusal, &problem);
    schemata_status_t st =
        sma_client_body_new(&body, c->body->type, normal->canonical, NULL, c->body->references,
                            c->body->reference_count, &err);
    sma_schema_unref(normal);
    if (st)
        return refuse_error(refusal, 42201, err);
    sma_client_body_unref(c->body);
    c->body = body;
    return true;
}

/* Content makes the GUID: text, references, metadata, rules. */
static bool make_guid(struct candidate *c, struct sma_mock_refusal *refusal)
{
    struct sma_buf content;
    sma_buf_init(&content, 0);
    sma_buf_putz(&content, sma_client_type_name(c->body->type));
    sma_buf_puts(&content, c->body->core->canonical);
    for (size_t i = 0; i < c->body->reference_count; i++) {
        const struct sma_client_reference *r = &c->body->references[i];
        sma_buf_printf(&content, "|%.*s|%.*s|%d", SMA_STR_ARG(r->name), SMA_STR_ARG(r->subject),
                       r->version);
    }
    sma_buf_puts(&content, sma_buf_str(&c->metadata));
    sma_buf_puts(&content, sma_buf_str(&c->rule_set));
    bool ok = !sma_buf_failed(&content) && !sma_md5(c->guid.b, sma_buf_str(&content), NULL);
    sma_buf_fini(&content);
    return ok || refuse(refusal, SMA_MOCK_NO_MEMORY, "out of memory");
}

static bool candidate_init(struct candidate *c, struct sma_mock_store *store,
                           const struct sma_mock_posted *posted, struct sma_mock_refusal *refusal)
{
    const struct sma_json *metadata = sma_json_getz(posted->body, "metadata");
    const struct sma_json *rule_set = sma_json_getz(posted->body, "ruleSet");
    *c = (struct candidate){.body = NULL};
    sma_buf_init(&c->metadata, 0);
    sma_buf_init(&c->rule_set, 0);
    if (sma_json_is(metadata, SMA_JSON_OBJECT))
        sma_json_put(&c->metadata, metadata);
    if (sma_json_is(rule_set, SMA_JSON_OBJECT))
        sma_json_put(&c->rule_set, rule_set);
    if (sma_buf_failed(&c->metadata) || sma_buf_failed(&c->rule_set))
        refuse(refusal, SMA_MOCK_NO_MEMORY, "out of memory");
    else if (parse(c, store, posted, refusal) && (!posted->normalize || normalize(c, refusal)) &&
        make_guid(c, refusal))
        return true;
    candidate_fini(c);
    return false;
}

/* ---- lookup ---------------------------------------------------------------------------------------
 */

/* Metadata and rules count only when the request has them. */
static bool is_same(const struct candidate *c, const schemata_schema_t *s)
{
    const struct sma_client_body *a = c->body, *b = s->body;
    return a->type == b->type && a->core->format->equal(a->core, b->core) &&
           sma_references_equal(a->core->references, a->core->reference_count, b->core->references,
                                b->core->reference_count) &&
           (!c->metadata.len || sma_str_eqz(sma_buf_str(&c->metadata), s->metadata)) &&
           (!c->rule_set.len || sma_str_eqz(sma_buf_str(&c->rule_set), s->rule_set));
}

static struct sma_mock_version *find_same(struct sma_mock_store *store, const struct candidate *c,
                                          struct sma_str subject, bool deleted)
{
    for (size_t i = store->count; i-- > 0;) {
        struct sma_mock_version *v = &store->versions[i];
        if (is_of(v, subject) && (deleted || !v->is_deleted) && is_same(c, v->schema))
            return v;
    }
    return NULL;
}

bool sma_mock_lookup(struct sma_mock_store *store, const struct sma_mock_posted *posted,
                     struct sma_mock_version **out, struct sma_mock_refusal *refusal)
{
    struct candidate c;
    if (!sma_mock_has_subject(store, posted->subject, posted->is_deleted_too))
        return refuse(refusal, 40401, "Subject '%.*s' not found.", SMA_STR_ARG(posted->subject));
    if (!candidate_init(&c, store, posted, refusal))
        return false;
    *out = find_same(store, &c, posted->subject, posted->is_deleted_too);
    candidate_fini(&c);
    return *out || refuse(refusal, 40403, "Schema not found");
}

/* ---- compatibility --------------------------------------------------------------------------------
 */

struct earlier {
    struct sma_mock_store *store;
    struct sma_str subject;
    int32_t only; /* that version alone; 0: all */
};

static enum sma_status next_earlier(void *ctx, size_t i, struct sma_earlier *out,
                                    struct sma_error *err)
{
    struct earlier *e = ctx;
    (void)err;
    *out = (struct sma_earlier){NULL, 0};
    for (size_t k = e->store->count; k-- > 0;) {
        const struct sma_mock_version *v = &e->store->versions[k];
        if (!is_of(v, e->subject) || v->is_deleted || (e->only && v->schema->version != e->only))
            continue;
        if (!i--) {
            *out = (struct sma_earlier){v->schema->body->core, v->schema->version};
            break;
        }
    }
    return SMA_OK;
}

static bool run_check(struct sma_mock_store *store, const struct candidate *c,
                      struct sma_str subject, int32_t only, struct sma_check_result *result,
                      struct sma_arena *arena, struct sma_mock_refusal *refusal)
{
    struct earlier e = {store, subject, only};
    struct sma_check check = {.candidate = c->body->core, .earlier = next_earlier,
                              .earlier_ctx = &e};
    struct sma_error problem = SMA_ERROR_INIT;
    (void)sma_level_parse(sma_str_z(sma_mock_level(store, subject)), &check.level);
    if (sma_check_run(result, arena, &check, &problem))
        return refuse_core(refusal, &problem);
    return true;
}

bool sma_mock_check(struct sma_mock_store *store, const struct sma_mock_posted *posted,
                    int32_t version, bool *is_compatible, struct sma_buf *messages,
                    struct sma_mock_refusal *refusal)
{
    struct candidate c;
    struct sma_arena arena;
    struct sma_check_result result = {.is_compatible = true};
    if (!candidate_init(&c, store, posted, refusal))
        return false;
    sma_arena_init(&arena, 0);
    bool ok = run_check(store, &c, posted->subject, version, &result, &arena, refusal);
    struct sma_json_writer w = sma_json_writer_on(messages);
    sma_jw_array_open(&w);
    for (size_t i = 0; ok && i < result.message_count; i++)
        sma_jw_string(&w, result.messages[i]);
    sma_jw_array_close(&w);
    *is_compatible = result.is_compatible;
    sma_arena_fini(&arena);
    candidate_fini(&c);
    return ok;
}

static bool must_be_compatible(struct sma_mock_store *store, const struct candidate *c,
                               struct sma_str subject, struct sma_mock_refusal *refusal)
{
    struct sma_arena arena;
    struct sma_check_result result = {.is_compatible = true};
    sma_arena_init(&arena, 0);
    bool ok = run_check(store, c, subject, 0, &result, &arena, refusal);
    if (ok && !result.is_compatible) {
        struct sma_str first =
            result.message_count ? result.messages[0] : SMA_STR("incompatible");
        ok = refuse(refusal, 409,
                    "Schema being registered is incompatible with an earlier schema for subject "
                    "\"%.*s\", details: [%.*s, …]",
                    SMA_STR_ARG(subject), SMA_STR_ARG(first));
    }
    sma_arena_fini(&arena);
    return ok;
}

/* ---- registering ----------------------------------------------------------------------------------
 */

/* The same content in a context has one id; a new one gets the next. */
static int32_t id_for(const struct sma_mock_store *store, const struct candidate *c,
                      struct sma_str subject)
{
    struct sma_str context = sma_mock_context(subject);
    int32_t next = 1;
    for (size_t i = 0; i < store->count; i++) {
        const schemata_schema_t *s = store->versions[i].schema;
        if (!sma_str_eq(sma_mock_context(sma_str_z(s->subject)), context))
            continue;
        if (!memcmp(&s->guid, &c->guid, sizeof c->guid))
            return s->id;
        if (s->id >= next)
            next = s->id + 1;
    }
    return next;
}

static bool add_version(struct sma_mock_store *store, const struct candidate *c,
                        struct sma_str subject, const struct sma_mock_place *place,
                        struct sma_mock_version **out, struct sma_mock_refusal *refusal)
{
    const struct sma_client_found found = {.id = place->id,
                                           .version = place->version,
                                           .has_guid = true,
                                           .guid = place->has_guid ? place->guid : c->guid,
                                           .subject = subject,
                                           .metadata = sma_buf_str(&c->metadata),
                                           .rule_set = sma_buf_str(&c->rule_set)};
    if (store->count == store->capacity) {
        size_t capacity = store->capacity ? store->capacity * 2 : 16;
        struct sma_mock_version *grown =
            sma_client_resize(store->versions, capacity * sizeof *grown);
        if (!grown)
            return refuse(refusal, SMA_MOCK_NO_MEMORY, "out of memory");
        store->versions = grown;
        store->capacity = capacity;
    }
    *out = &store->versions[store->count];
    **out = (struct sma_mock_version){sma_client_schema_new(c->body, &found), place->is_deleted};
    if (!(*out)->schema)
        return refuse(refusal, SMA_MOCK_NO_MEMORY, "out of memory");
    store->count++;
    return true;
}

void sma_mock_forget(struct sma_mock_store *store, struct sma_str subject, int32_t version,
                     bool for_good)
{
    struct sma_mock_version *v = sma_mock_find_version(store, subject, version, true);
    if (!v)
        return;
    v->is_deleted = true;
    if (!for_good)
        return;
    schemata_schema_unref(v->schema);
    store->count--;
    memmove(v, v + 1, (size_t)(store->versions + store->count - v) * sizeof *v);
}

bool sma_mock_place(struct sma_mock_store *store, const struct sma_mock_posted *posted,
                    const struct sma_mock_place *place, struct sma_mock_refusal *refusal)
{
    struct candidate c;
    struct sma_mock_version *made;
    if (!candidate_init(&c, store, posted, refusal))
        return false;
    sma_mock_forget(store, posted->subject, place->version, true);
    bool ok = add_version(store, &c, posted->subject, place, &made, refusal);
    candidate_fini(&c);
    return ok;
}

bool sma_mock_register(struct sma_mock_store *store, const struct sma_mock_posted *posted,
                       struct sma_mock_version **out, struct sma_mock_refusal *refusal)
{
    struct candidate c;
    struct sma_mock_place place = {.id = 0};
    if (!candidate_init(&c, store, posted, refusal))
        return false;
    *out = find_same(store, &c, posted->subject, false);
    bool ok = *out != NULL;
    if (!ok && must_be_compatible(store, &c, posted->subject, refusal)) {
        const struct sma_mock_version *last =
            sma_mock_find_version(store, posted->subject, -1, true);
        place.version = last ? last->schema->version + 1 : 1;
        if (!sma_json_i32(sma_json_getz(posted->body, "id"), &place.id) || place.id <= 0)
            place.id = id_for(store, &c, posted->subject);
        ok = add_version(store, &c, posted->subject, &place, out, refusal);
    }
    candidate_fini(&c);
    return ok;
}

/* ---- levels ---------------------------------------------------------------------------------------
 */

static struct sma_mock_setting *find_setting(const struct sma_mock_store *store,
                                             struct sma_str subject)
{
    for (size_t i = 0; i < store->setting_count; i++)
        if (sma_str_eqz(subject, store->settings[i].subject))
            return &store->settings[i];
    return NULL;
}

const char *sma_mock_level(const struct sma_mock_store *store, struct sma_str subject)
{
    const struct sma_mock_setting *found = find_setting(store, subject);
    if (!found)
        found = find_setting(store, sma_str_make("", 0));
    return found ? found->level : "BACKWARD";
}

bool sma_mock_set_level(struct sma_mock_store *store, struct sma_str subject, struct sma_str level,
                        struct sma_mock_refusal *refusal)
{
    enum sma_level parsed;
    struct sma_mock_setting *found = find_setting(store, subject), *grown;
    char *copy;
    if (!sma_level_parse(level, &parsed))
        return refuse(refusal, 42203,
                      "Invalid compatibility level. Valid values are none, backward, forward, "
                      "full, backward_transitive, forward_transitive, and full_transitive");
    copy = sma_client_copy(sma_level_name(parsed));
    if (!copy)
        return refuse(refusal, SMA_MOCK_NO_MEMORY, "out of memory");
    if (!found) {
        grown = sma_client_resize(store->settings, (store->setting_count + 1) * sizeof *grown);
        if (grown) {
            store->settings = grown;
            grown[store->setting_count] =
                (struct sma_mock_setting){sma_client_copy_str(subject), NULL};
        }
        if (!grown || !grown[store->setting_count].subject) {
            sma_client_free(copy);
            return refuse(refusal, SMA_MOCK_NO_MEMORY, "out of memory");
        }
        found = &grown[store->setting_count++];
    }
    sma_client_free(found->level);
    found->level = copy;
    return true;
}
