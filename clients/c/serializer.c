/* Serializers. The hit path: take a lane, compare the message with what the lane did last, append
 * prefix and data to the lane's buffer, copy it out. */
#include "clients/c/serializer.h"

#include <string.h>
#include <time.h>

#include "clients/c/client.h"
#include "clients/c/clock.h"
#include "clients/c/memory.h"
#include "clients/c/serde.h"
#include "core/protobuf/protobuf.h"

/* ---- life -----------------------------------------------------------------------------------------
 */

static bool in_header(const schemata_conf_t *c, bool is_key)
{
    return !strcmp(sma_client_conf_sided(c, is_key, SMA_P_ID_SERIALIZER_KEY,
                                         SMA_P_ID_SERIALIZER_VALUE, SMA_P_ID_SERIALIZER),
                   "header");
}

static schemata_status_t check_settings(const schemata_serializer_t *s, schemata_error_t **err)
{
    if (!s->schema && !sma_client_chooser_knows(&s->chooser)) {
        sma_client_fail(err, SCHEMATA_ERR_CONF,
                        "a serializer without a schema does not know what to write");
        sma_client_hint(err, "give it a schema, or set use.latest.version, "
                             "use.latest.with.metadata, use.schema.id or use.schema.guid");
        return SCHEMATA_ERR_CONF;
    }
    if (s->client || (s->is_bare && s->schema))
        return SCHEMATA_OK;
    sma_client_fail(err, SCHEMATA_ERR_ARG, "a serializer needs a client");
    sma_client_hint(err, "only serializer.framing=none with a schema works without a registry");
    return SCHEMATA_ERR_ARG;
}

schemata_serializer_t *schemata_serializer_new(schemata_client_t *cl, const schemata_conf_t *c,
                                               const schemata_schema_t *schema,
                                               schemata_error_t **err)
{
    schemata_serializer_t *s = c ? sma_client_alloc(sizeof *s) : NULL;
    schemata_status_t st = SCHEMATA_OK;
    if (!s) {
        if (c)
            sma_client_no_memory(err);
        else
            sma_client_fail(err, SCHEMATA_ERR_ARG, "schemata_serializer_new: no configuration");
        return NULL;
    }
    s->client = schemata_client_ref(cl);
    s->schema = schemata_schema_ref((schemata_schema_t *)schema); /* only counted */
    s->is_bare = !strcmp(sma_client_conf_text(c, SMA_P_SERIALIZER_FRAMING), "none");
    s->are_keys_in_header = in_header(c, true);
    s->are_values_in_header = in_header(c, false);
    s->conf = schemata_conf_copy(c);
    if (!s->conf)
        st = sma_client_no_memory(err);
    sma_client_form_init(&s->form, c);
    if (!st)
        st = sma_client_subjects_init(&s->subjects, cl, c, err);
    if (!st)
        st = sma_client_chooser_init(&s->chooser, cl, &s->subjects, c, err);
    if (!st)
        st = check_settings(s, err);
    if (!st)
        return s;
    schemata_serializer_free(s);
    return NULL;
}

void schemata_serializer_free(schemata_serializer_t *s)
{
    if (!s)
        return;
    sma_client_lanes_fini(&s->lanes);
    for (struct sma_client_binding *b = atomic_load(&s->bindings), *next; b; b = next) {
        next = b->next;
        schemata_schema_unref(b->schema);
        sma_client_free(b->message);
        sma_client_free(b);
    }
    sma_client_chooser_fini(&s->chooser);
    sma_client_subjects_fini(&s->subjects);
    schemata_schema_unref(s->schema);
    schemata_client_unref(s->client);
    schemata_conf_free(s->conf);
    sma_client_free(s);
}

/* ---- a choice -------------------------------------------------------------------------------------
 */

static void choice_release(struct sma_client_note *note)
{
    struct sma_client_choice *choice = (struct sma_client_choice *)note;
    if (choice->extra_release)
        choice->extra_release(choice->extra);
    sma_client_rules_free(choice->rules);
    schemata_schema_unref(choice->given);
    schemata_schema_unref(choice->schema);
    sma_client_free(choice);
}

/* Copies `text` to *at and moves on. */
static const char *keep(char **at, const char *text)
{
    char *kept = *at;
    size_t size = text ? strlen(text) + 1 : 0;
    if (!text)
        return NULL;
    memcpy(kept, text, size);
    *at += size;
    return kept;
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static struct sma_client_choice *choice_new(const schemata_msg_t *m, schemata_schema_t *given,
                                            const char *message, uint64_t hash)
{
    struct sma_client_choice *choice = sma_client_alloc(
        sizeof *choice + size_of(m->topic) + size_of(m->subject) + size_of(message));
    char *at = (char *)(choice + 1);
    if (!choice)
        return NULL;
    choice->note = (struct sma_client_note){hash, choice_release};
    choice->given = schemata_schema_ref(given);
    choice->is_key = m->is_key;
    choice->topic = keep(&at, m->topic);
    choice->subject = keep(&at, m->subject);
    choice->asked_message = keep(&at, message);
    return choice;
}

static schemata_status_t no_id(const struct sma_client_choice *choice, schemata_error_t **err)
{
    sma_client_fail(err, SCHEMATA_ERR_UNSUPPORTED, "the registry did not say the schema's %s",
                    choice->is_in_header ? "GUID" : "id");
    sma_client_hint(err, choice->is_in_header
                             ? "it may be too old for ids in headers: set schema.id.serializer=prefix"
                             : "use use.schema.id in place of use.schema.guid");
    return SCHEMATA_ERR_UNSUPPORTED;
}

/* The name of the message that is written, and its indexes behind the id. */
static schemata_status_t find_message(struct sma_client_choice *choice, schemata_error_t **err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_message_indexes indexes;
    uint8_t bytes[SMA_MESSAGE_INDEXES_BYTES_MAX];
    choice->message =
        choice->asked_message ? choice->asked_message : choice->schema->body->record_name;
    if (sma_proto_indexes_of(&indexes, choice->schema->body->core, sma_str_z(choice->message),
                             &problem)) {
        sma_client_fail_core(err, SCHEMATA_ERR_DATA, &problem);
        sma_client_hint(err, "schemata_msg_t.message takes the full name of a message of the "
                             "schema's own file");
        return problem.status == SMA_ENOMEM ? SCHEMATA_ERR_NOMEM : SCHEMATA_ERR_DATA;
    }
    size_t len = sma_message_indexes_put(bytes, &indexes);
    if (indexes.count > SCHEMATA_MAX_INDEXES)
        return sma_client_fail(err, SCHEMATA_ERR_DATA, "message %s is nested deeper than %d levels",
                               choice->message, SCHEMATA_MAX_INDEXES);
    if (choice->id_len)
        memcpy(choice->frame + choice->id_len, bytes, len);
    choice->frame_len = (uint8_t)(choice->id_len + (choice->id_len ? len : 0));
    return SCHEMATA_OK;
}

static schemata_status_t make_frame(struct sma_client_choice *choice, const schemata_serializer_t *s,
                                    schemata_error_t **err)
{
    const schemata_schema_t *schema = choice->schema;
    choice->is_in_header =
        !s->is_bare && (choice->is_key ? s->are_keys_in_header : s->are_values_in_header);
    if (!s->is_bare && (choice->is_in_header ? !schema->has_guid : schema->id < 0))
        return no_id(choice, err);
    if (choice->is_in_header) {
        sma_frame_put_guid(choice->frame, schema->guid.b);
        choice->id_len = SMA_FRAME_GUID_LEN;
    } else if (!s->is_bare) {
        sma_frame_put_id(choice->frame, schema->id);
        choice->id_len = SMA_FRAME_ID_LEN;
    }
    choice->frame_len = choice->id_len;
    return schema->body->type == SCHEMATA_PROTOBUF ? find_message(choice, err) : SCHEMATA_OK;
}

/* The subject whose keys encrypt: the schema's, else the message's. */
static schemata_status_t find_rules(struct sma_client_choice *choice, schemata_serializer_t *s,
                                    const schemata_msg_t *m, schemata_error_t **err)
{
    struct sma_buf subject;
    int64_t until_ms;
    schemata_status_t st = SCHEMATA_OK;
    if (!choice->schema->rule_set)
        return SCHEMATA_OK;
    sma_buf_init(&subject, 0);
    if (choice->schema->subject)
        sma_buf_putz(&subject, choice->schema->subject);
    else if (s->client)
        st = sma_client_subject(&s->subjects, m, choice->schema->body->record_name, &subject,
                                &until_ms, err);
    if (!st && sma_buf_failed(&subject))
        st = sma_client_no_memory(err);
    if (!st)
        st = sma_client_rules_new(&choice->rules, s->client, s->conf, choice->schema,
                                  sma_buf_str(&subject), true, err);
    sma_buf_fini(&subject);
    return st;
}

static schemata_status_t fill(struct sma_client_choice *choice, schemata_serializer_t *s,
                              const schemata_msg_t *m, const struct sma_client_choice *old,
                              schemata_error_t **err)
{
    schemata_status_t st = SCHEMATA_OK;
    choice->until_ms = INT64_MAX;
    if (s->is_bare && choice->given) {
        choice->schema = schemata_schema_ref(choice->given);
    } else {
        choice->generation = sma_client_cache_generation(s->client->cache);
        st = sma_client_choose(&s->chooser, m, choice->given, choice->asked_message,
                               old ? old->schema : NULL, &choice->schema, &choice->until_ms, err);
    }
    if (!st)
        st = make_frame(choice, s, err);
    return st ? st : find_rules(choice, s, m, err);
}

/* ---- finding it again -----------------------------------------------------------------------------
 */

static bool is_for(const struct sma_client_choice *choice, const schemata_msg_t *m,
                   const schemata_schema_t *given, const char *message)
{
    return choice->given == given && choice->is_key == m->is_key &&
           sma_client_same(choice->topic, m->topic) &&
           sma_client_same(choice->subject, m->subject) &&
           sma_client_same(choice->asked_message, message);
}

static bool is_fresh(const struct sma_client_choice *choice, const schemata_serializer_t *s)
{
    return choice->until_ms == INT64_MAX ||
           (sma_client_now_coarse_ms() < choice->until_ms &&
            choice->generation == sma_client_cache_generation(s->client->cache));
}

static uint64_t hash_of(const schemata_msg_t *m, const schemata_schema_t *given,
                        const char *message)
{
    uint64_t hash = sma_client_mix((uint64_t)(uintptr_t)given + m->is_key, m->topic);
    return sma_client_mix(sma_client_mix(hash, m->subject), message);
}

static schemata_status_t choose(schemata_serializer_t *s, struct sma_client_writing *w,
                                schemata_schema_t *given, const char *message,
                                schemata_error_t **err)
{
    const schemata_msg_t *m = w->m;
    struct sma_client_choice *choice = (struct sma_client_choice *)w->lane->last, *old = NULL;
    if (!choice || !is_for(choice, m, given, message)) {
        uint64_t hash = hash_of(m, given, message);
        choice = (struct sma_client_choice *)sma_client_note_at(w->lane, hash);
        if (choice && !is_for(choice, m, given, message))
            choice = NULL;
    }
    if (choice && is_fresh(choice, s)) {
        w->lane->last = &choice->note;
        w->choice = choice;
        return SCHEMATA_OK;
    }
    old = choice;
    choice = choice_new(m, given, message, hash_of(m, given, message));
    schemata_status_t st = choice ? fill(choice, s, m, old, err) : sma_client_no_memory(err);
    if (st && choice)
        choice_release(&choice->note);
    if (st)
        return st;
    sma_client_note_put(w->lane, &choice->note);
    w->choice = choice;
    return SCHEMATA_OK;
}

schemata_status_t sma_client_write_begin(schemata_serializer_t *s, const schemata_msg_t *m,
                                         schemata_schema_t *given, const char *message,
                                         struct sma_client_writing *w, schemata_error_t **err)
{
    w->choice = NULL;
    w->m = sma_client_msg(m, &w->own);
    w->lane = sma_client_lane_take(&s->lanes);
    if (!w->lane)
        return sma_client_no_memory(err);
    schemata_status_t st = choose(s, w, given, message ? message : w->m->message, err);
    if (st)
        return st;
    w->message = w->choice->message;
    w->frame = w->choice->frame;
    w->frame_len = w->choice->frame_len;
    w->data.ptr = NULL;
    return SCHEMATA_OK;
}

schemata_status_t sma_client_write_codec(struct sma_client_writing *w,
                                         const struct sma_client_codec **codec,
                                         schemata_error_t **err)
{
    schemata_status_t st = SCHEMATA_OK;
    if (!w->choice->codec)
        st = sma_client_codec_of(w->choice->schema->body, &w->choice->codec, err);
    *codec = w->choice->codec;
    return st;
}

/* ---- handing it over ------------------------------------------------------------------------------
 */

static schemata_status_t put_header(const struct sma_client_writing *w, schemata_error_t **err)
{
    const char *name = w->m->is_key ? SCHEMATA_KEY_HEADER : SCHEMATA_VALUE_HEADER;
    if (!w->m->put_header) {
        sma_client_fail(err, SCHEMATA_ERR_ARG, "the id goes into a header, but the message has no "
                                               "put_header function");
        sma_client_hint(err, "set schemata_msg_t.put_header (schemata/rdkafka.h has one), or "
                             "schema.id.serializer=prefix");
        return SCHEMATA_ERR_ARG;
    }
    schemata_status_t st = w->m->put_header(w->m->header_ctx, name, w->frame, w->frame_len);
    return st ? sma_client_fail(err, st, "the program could not add the header %s", name) : st;
}

/* Which schema the message does not fit. */
static void explain(const struct sma_client_choice *choice, schemata_error_t **err)
{
    const schemata_schema_t *schema = choice->schema;
    if (!err || !*err)
        return;
    if (schema->id >= 0)
        sma_client_error_prefix(err, "message for schema %d: ", schema->id);
    else
        sma_client_error_prefix(err, "message for schema %s: ",
                                schema->body->record_name ? schema->body->record_name : "given");
    if (!(*err)->hint)
        sma_client_hint(err, "the message must fit the schema%s%s%s: schemata_schema_text() shows "
                             "it", schema->subject ? " of subject \"" : "",
                        schema->subject ? schema->subject : "", schema->subject ? "\"" : "");
}

/* Prefix and data into the caller's buffer. */
static schemata_status_t put_message(const schemata_serializer_t *s,
                                     const struct sma_client_writing *w, schemata_buf_t *out,
                                     schemata_error_t **err)
{
    const struct sma_buf *bytes = &w->lane->bytes;
    struct sma_str data = w->data.ptr ? w->data : sma_str_make(bytes->ptr, bytes->len);
    size_t prefix = w->choice->is_in_header ? 0 : w->frame_len;
    if (sma_buf_failed(bytes))
        return sma_client_no_memory(err);
    if (data.len > s->form.max_bytes)
        return sma_client_too_long(data.len, s->form.max_bytes, err);
    if (prefix + data.len > out->cap && !sma_client_buf_reserve(out, 0, prefix + data.len))
        return sma_client_no_memory(err);
    if (prefix)
        memcpy(out->data, w->frame, prefix);
    if (data.len)
        memcpy(out->data + prefix, data.ptr, data.len);
    out->len = prefix + data.len;
    return w->choice->is_in_header ? put_header(w, err) : SCHEMATA_OK;
}

/* The message as its schema's rules leave it, in the lane. */
static schemata_status_t run_rules(const schemata_serializer_t *s, struct sma_client_writing *w,
                                   schemata_error_t **err)
{
    struct sma_buf *bytes = &w->lane->bytes, changed;
    if (sma_buf_failed(bytes))
        return sma_client_no_memory(err);
    sma_buf_init(&changed, 0);
    schemata_status_t st =
        sma_client_rules_run(w->choice->rules, w->m, w->message, &s->form,
                             w->data.ptr ? w->data : sma_buf_str(bytes), &changed, err);
    if (!st && sma_buf_failed(&changed))
        st = sma_client_no_memory(err);
    if (!st) {
        sma_buf_clear(bytes);
        sma_buf_puts(bytes, sma_buf_str(&changed));
        w->data.ptr = NULL;
    }
    sma_buf_fini(&changed);
    return st;
}

schemata_status_t sma_client_write_end(schemata_serializer_t *s, struct sma_client_writing *w,
                                       schemata_status_t st, schemata_buf_t *out,
                                       schemata_error_t **err)
{
    const struct sma_client_choice *choice = w->choice;
    if (!st && choice->rules)
        st = run_rules(s, w, err);
    if (!st)
        st = put_message(s, w, out, err);
    if (st == SCHEMATA_ERR_DATA && choice)
        explain(choice, err);
    if (st)
        out->len = 0;
    sma_client_lane_give(w->lane);
    return st;
}

/* ---- the public calls -----------------------------------------------------------------------------
 */

static schemata_status_t tombstone(schemata_buf_t *out)
{
    out->len = 0; /* no value: no schema, no registry */
    return SCHEMATA_OK;
}

schemata_status_t schemata_serialize_json(schemata_serializer_t *s, const schemata_msg_t *m,
                                          const char *json, size_t len, schemata_buf_t *out,
                                          schemata_error_t **err)
{
    struct sma_client_writing w;
    const struct sma_client_codec *codec;
    if (!s || !m || !m->size || !out)
        return sma_client_fail(err, SCHEMATA_ERR_ARG,
                               "schemata_serialize_json: needs a serializer, a message with its "
                               "size set and a buffer");
    if (!json)
        return tombstone(out);
    schemata_status_t st = sma_client_write_begin(s, m, s->schema, NULL, &w, err);
    if (!st)
        st = sma_client_write_codec(&w, &codec, err);
    if (!st)
        st = sma_client_encode_json(codec, w.choice->message, &s->form, w.lane,
                                    sma_str_make(json, len), err);
    return sma_client_write_end(s, &w, st, out, err);
}

/* The message that other indexes mean, for the rules. */
static schemata_status_t name_message(struct sma_client_writing *w,
                                      const struct sma_message_indexes *indexes,
                                      schemata_error_t **err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_buf name;
    schemata_status_t st = SCHEMATA_OK;
    sma_buf_init(&name, 0);
    if (sma_proto_name_at(&name, w->choice->schema->body->core, indexes, &problem))
        st = sma_client_fail_core(err, SCHEMATA_ERR_ARG, &problem);
    else if (!(w->message = sma_arena_copy(&w->lane->arena, sma_buf_str(&name)).ptr))
        st = sma_client_no_memory(err);
    sma_buf_fini(&name);
    return st;
}

/* Other indexes than the choice's own. */
static schemata_status_t reframe(struct sma_client_writing *w, const int32_t *idx, size_t n_idx,
                                 schemata_error_t **err)
{
    const struct sma_client_choice *choice = w->choice;
    struct sma_message_indexes indexes = {.count = n_idx};
    uint8_t bytes[SMA_MESSAGE_INDEXES_BYTES_MAX];
    schemata_status_t st;
    if (choice->schema->body->type != SCHEMATA_PROTOBUF || !idx || n_idx > SCHEMATA_MAX_INDEXES)
        return sma_client_fail(err, SCHEMATA_ERR_ARG,
                               "message indexes are for Protobuf, and there are %d at most",
                               SCHEMATA_MAX_INDEXES);
    memcpy(indexes.path, idx, n_idx * sizeof *idx);
    if (choice->rules && (st = name_message(w, &indexes, err)))
        return st;
    if (!choice->id_len)
        return SCHEMATA_OK;
    size_t len = sma_message_indexes_put(bytes, &indexes);
    memcpy(w->other, choice->frame, choice->id_len);
    memcpy(w->other + choice->id_len, bytes, len);
    w->frame = w->other;
    w->frame_len = choice->id_len + len;
    return SCHEMATA_OK;
}

schemata_status_t schemata_serialize_raw(schemata_serializer_t *s, const schemata_msg_t *m,
                                         const void *data, size_t len, const int32_t *idx,
                                         size_t n_idx, schemata_buf_t *out, schemata_error_t **err)
{
    struct sma_client_writing w;
    if (!s || !m || !m->size || !out)
        return sma_client_fail(err, SCHEMATA_ERR_ARG,
                               "schemata_serialize_raw: needs a serializer, a message with its "
                               "size set and a buffer");
    if (!data)
        return tombstone(out);
    schemata_status_t st = sma_client_write_begin(s, m, s->schema, NULL, &w, err);
    if (!st && n_idx)
        st = reframe(&w, idx, n_idx, err);
    if (!st)
        w.data = sma_str_make(data, len);
    return sma_client_write_end(s, &w, st, out, err);
}
