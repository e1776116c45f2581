/* Deserializers. The hit path: take a lane, read the frame, compare it with what the lane did last,
 * decode into the lane's buffer, copy it out. */
#include "clients/c/deserializer.h"

#include <string.h>

#include "clients/c/client.h"
#include "clients/c/clock.h"
#include "clients/c/memory.h"
#include "clients/c/serde.h"
#include "core/protobuf/protobuf.h"

enum id_form {
    IN_EITHER,
    IN_PREFIX,
    IN_HEADER
};

/* ---- life -----------------------------------------------------------------------------------------
 */

static int form_of(const schemata_conf_t *c, bool is_key)
{
    const char *name = sma_client_conf_sided(c, is_key, SMA_P_ID_DESERIALIZER_KEY,
                                             SMA_P_ID_DESERIALIZER_VALUE, SMA_P_ID_DESERIALIZER);
    return !strcmp(name, "prefix") ? IN_PREFIX : !strcmp(name, "header") ? IN_HEADER : IN_EITHER;
}

static schemata_status_t check_settings(const schemata_deserializer_t *d, schemata_error_t **err)
{
    if (d->is_bare && !d->reader) {
        sma_client_fail(err, SCHEMATA_ERR_CONF,
                        "deserializer.framing=none: bare data do not say what they are");
        sma_client_hint(err, "give the deserializer the schema they were written with");
        return SCHEMATA_ERR_CONF;
    }
    if (d->client || d->is_bare)
        return SCHEMATA_OK;
    return sma_client_fail(err, SCHEMATA_ERR_ARG, "a deserializer needs a client");
}

schemata_deserializer_t *schemata_deserializer_new(schemata_client_t *cl, const schemata_conf_t *c,
                                                   const schemata_schema_t *reader_or_null,
                                                   schemata_error_t **err)
{
    schemata_deserializer_t *d = c ? sma_client_alloc(sizeof *d) : NULL;
    if (!d) {
        if (c)
            sma_client_no_memory(err);
        else
            sma_client_fail(err, SCHEMATA_ERR_ARG, "schemata_deserializer_new: no configuration");
        return NULL;
    }
    pthread_mutex_init(&d->mutex, NULL);
    d->client = schemata_client_ref(cl);
    d->reader = schemata_schema_ref((schemata_schema_t *)reader_or_null); /* only counted */
    d->is_bare = !strcmp(sma_client_conf_text(c, SMA_P_DESERIALIZER_FRAMING), "none");
    d->use_latest = sma_client_conf_bool(c, SMA_P_USE_LATEST);
    d->form_of_keys = form_of(c, true);
    d->form_of_values = form_of(c, false);
    sma_client_form_init(&d->form, c);
    d->conf = schemata_conf_copy(c);
    schemata_status_t st = d->conf ? SCHEMATA_OK : sma_client_no_memory(err);
    if (!st)
        st = sma_client_subjects_init(&d->subjects, cl, c, err);
    if (!st)
        st = sma_client_pairs_init(&d->metadata, c, SMA_P_USE_LATEST_METADATA, err);
    if (!st)
        st = check_settings(d, err);
    if (!st)
        return d;
    schemata_deserializer_free(d);
    return NULL;
}

static void plan_unref(struct sma_client_plan *plan)
{
    if (!plan || atomic_fetch_sub_explicit(&plan->ref_count, 1, memory_order_acq_rel) != 1)
        return;
    sma_avro_plan_free(plan->avro);
    sma_client_body_unref(plan->writer);
    sma_client_body_unref(plan->reader);
    sma_client_free(plan);
}

void schemata_deserializer_free(schemata_deserializer_t *d)
{
    if (!d)
        return;
    sma_client_lanes_fini(&d->lanes);
    for (size_t i = 0; i < SMA_CLIENT_PLANS_MAX; i++)
        plan_unref(d->plans[i]);
    sma_client_pairs_fini(&d->metadata);
    sma_client_subjects_fini(&d->subjects);
    schemata_schema_unref(d->reader);
    schemata_conf_free(d->conf);
    schemata_client_unref(d->client);
    pthread_mutex_destroy(&d->mutex);
    sma_client_free(d);
}

/* ---- plans ----------------------------------------------------------------------------------------
 */

static struct sma_client_plan *plan_find(schemata_deserializer_t *d,
                                         const struct sma_client_body *writer,
                                         const struct sma_client_body *reader)
{
    struct sma_client_plan *found = NULL;
    pthread_mutex_lock(&d->mutex);
    for (size_t i = 0; !found && i < SMA_CLIENT_PLANS_MAX && d->plans[i]; i++)
        if (d->plans[i]->writer == writer && d->plans[i]->reader == reader)
            found = d->plans[i];
    if (found)
        atomic_fetch_add_explicit(&found->ref_count, 1, memory_order_relaxed);
    pthread_mutex_unlock(&d->mutex);
    return found;
}

static void plan_keep(schemata_deserializer_t *d, struct sma_client_plan *plan)
{
    pthread_mutex_lock(&d->mutex);
    struct sma_client_plan **place = &d->plans[d->plan_count++ % SMA_CLIENT_PLANS_MAX];
    struct sma_client_plan *old = *place;
    *place = plan;
    atomic_fetch_add_explicit(&plan->ref_count, 1, memory_order_relaxed);
    pthread_mutex_unlock(&d->mutex);
    plan_unref(old);
}

/* Two threads may make the same one; both serve. */
static schemata_status_t plan_of(schemata_deserializer_t *d, struct sma_client_body *writer,
                                 struct sma_client_body *reader, struct sma_client_plan **out,
                                 schemata_error_t **err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_client_plan *plan = plan_find(d, writer, reader);
    if (!plan) {
        plan = sma_client_alloc(sizeof *plan);
        if (!plan)
            return sma_client_no_memory(err);
        atomic_init(&plan->ref_count, 1);
        plan->writer = sma_client_body_ref(writer);
        plan->reader = sma_client_body_ref(reader);
        if (sma_avro_plan_new(&plan->avro, writer->core, reader->core, &problem)) {
            plan_unref(plan);
            return sma_client_fail_core(err, SCHEMATA_ERR_DATA, &problem);
        }
        plan_keep(d, plan);
    }
    *out = plan;
    return SCHEMATA_OK;
}

/* ---- frames ---------------------------------------------------------------------------------------
 */

static schemata_status_t bad_frame(const char *what, schemata_error_t **err)
{
    sma_client_fail(err, SCHEMATA_ERR_FRAMING, "%s", what);
    sma_client_hint(err, "was it written by a serializer of this registry? "
                         "deserializer.framing=none reads bare data");
    return SCHEMATA_ERR_FRAMING;
}

/* Reads the frame in the header; false when there is none that is well formed. */
static bool frame_of_header(struct sma_client_message *msg)
{
    const schemata_msg_t *m = msg->m;
    const void *value = NULL;
    size_t len = 0;
    return m->get_header &&
           m->get_header(m->header_ctx, m->is_key ? SCHEMATA_KEY_HEADER : SCHEMATA_VALUE_HEADER,
                         &value, &len) &&
           value && sma_frame_read(&msg->frame, sma_str_make(value, len), NULL) == SMA_OK &&
           msg->frame.id >= 0;
}

/* Where the id is and where the data begin; message indexes are still in front of the data when the
 * frame is a prefix. */
static schemata_status_t find_frame(const schemata_deserializer_t *d,
                                    struct sma_client_message *msg, struct sma_str payload,
                                    bool *is_in_header, schemata_error_t **err)
{
    int form = msg->m->is_key ? d->form_of_keys : d->form_of_values;
    const uint8_t *at = (const uint8_t *)payload.ptr;
    if (!msg->m->get_header && form != IN_HEADER && payload.len >= SMA_FRAME_ID_LEN && !at[0] &&
        at[1] < 0x80) { /* the common case */
        msg->frame.id = (int32_t)((uint32_t)at[1] << 24 | (uint32_t)at[2] << 16 |
                                  (uint32_t)at[3] << 8 | at[4]);
        msg->data = msg->frame.rest = sma_str_from(payload, SMA_FRAME_ID_LEN);
        return SCHEMATA_OK;
    }
    *is_in_header = form != IN_PREFIX && frame_of_header(msg);
    msg->data = payload;
    if (*is_in_header)
        return SCHEMATA_OK;
    if (form == IN_HEADER) {
        sma_client_fail(err, SCHEMATA_ERR_FRAMING, "the message has no header %s with a schema id",
                        msg->m->is_key ? SCHEMATA_KEY_HEADER : SCHEMATA_VALUE_HEADER);
        sma_client_hint(err, "schema.id.deserializer=dual reads ids in front of the data too");
        return SCHEMATA_ERR_FRAMING;
    }
    if (sma_frame_read(&msg->frame, payload, NULL))
        return bad_frame(schemata_wire_explain(payload.ptr, payload.len), err);
    if (msg->frame.id < 0)
        return bad_frame("begins with 0x00, but no registry gives ids above 2147483647", err);
    msg->data = msg->frame.rest;
    return SCHEMATA_OK;
}

/* ---- a route --------------------------------------------------------------------------------------
 */

static void route_release(struct sma_client_note *note)
{
    struct sma_client_route *route = (struct sma_client_route *)note;
    if (route->extra_release)
        route->extra_release(route->extra);
    plan_unref(route->plan);
    sma_client_rules_free(route->rules);
    schemata_schema_unref(route->writer);
    schemata_schema_unref(route->reader);
    sma_buf_fini(&route->message);
    sma_client_free(route);
}

static char *keep(char **at, const char *text)
{
    char *kept = *at;
    if (!text)
        return NULL;
    *at = stpcpy(kept, text) + 1;
    return kept;
}

static struct sma_client_route *route_new(const struct sma_client_message *msg, bool is_bare,
                                          uint64_t hash)
{
    const schemata_msg_t *m = msg->m;
    struct sma_client_route *route =
        sma_client_alloc(sizeof *route + (m->topic ? strlen(m->topic) + 1 : 0) +
                         (m->subject ? strlen(m->subject) + 1 : 0));
    char *at = (char *)(route + 1);
    if (!route)
        return NULL;
    route->note = (struct sma_client_note){hash, route_release};
    route->kind = msg->frame.kind;
    route->id = msg->frame.id;
    if (route->kind == SMA_FRAME_BY_GUID)
        memcpy(route->guid, msg->frame.guid, sizeof route->guid);
    route->is_key = m->is_key;
    route->is_bare = is_bare;
    route->topic = keep(&at, m->topic);
    route->subject = keep(&at, m->subject);
    route->until_ms = INT64_MAX;
    sma_buf_init(&route->message, 0);
    return route;
}

/* The writer's schema by id (within its subject, when that is known) or GUID. */
static schemata_status_t fetch_writer(schemata_deserializer_t *d, struct sma_client_route *route,
                                      const schemata_msg_t *m, const char *subject,
                                      schemata_error_t **err)
{
    const schemata_call_t call = sma_client_call_of(m);
    schemata_error_t *made = NULL;
    schemata_guid_t guid;
    memcpy(guid.b, route->guid, sizeof guid.b);
    route->writer = route->kind == SMA_FRAME_BY_ID
                        ? schemata_get_by_id(d->client, route->id, subject, &call, &made)
                        : schemata_get_by_guid(d->client, &guid, &call, &made);
    if (route->writer)
        return SCHEMATA_OK;
    if (made->status == SCHEMATA_ERR_NOT_FOUND)
        sma_client_hint(&made, "was the message written with another registry or in another "
                               "context? schema.registry.url and schemata_msg_t.subject say which");
    return sma_client_error_give(err, made);
}

static schemata_status_t fetch_reader(schemata_deserializer_t *d, struct sma_client_route *route,
                                      const schemata_msg_t *m, const char *subject,
                                      schemata_error_t **err)
{
    const schemata_call_t call = sma_client_call_of(m);
    if (d->reader) {
        route->reader = schemata_schema_ref(d->reader);
    } else if (d->use_latest || d->metadata.count) {
        route->reader = sma_client_get_latest(d->client, subject,
                                              d->metadata.count ? &d->metadata : NULL, &call,
                                              &route->until_ms, err);
        if (!route->reader)
            return err ? (*err)->status : SCHEMATA_ERR_NOT_FOUND;
    }
    if (route->reader && route->reader->body->type != route->writer->body->type) {
        sma_client_fail(err, SCHEMATA_ERR_DATA, "the data are %s, the reader's schema is %s",
                        sma_client_type_name(route->writer->body->type),
                        sma_client_type_name(route->reader->body->type));
        sma_client_hint(err, "give the deserializer a schema of the writer's type");
        return SCHEMATA_ERR_DATA;
    }
    return SCHEMATA_OK;
}

/* Messages are decrypted as they were encrypted: by the rules of the schema they were written with, with the
 * keys of its subject. */
static schemata_status_t find_rules(schemata_deserializer_t *d, struct sma_client_route *route,
                                    struct sma_str subject, schemata_error_t **err)
{
    schemata_status_t st = sma_client_rules_refuse_migration(route->writer, route->reader, err);
    if (!subject.len && route->writer->subject)
        subject = sma_str_z(route->writer->subject);
    return st ? st
              : sma_client_rules_new(&route->rules, d->client, d->conf, route->writer, subject,
                                     false, err);
}

static schemata_status_t fill_framed(schemata_deserializer_t *d, struct sma_client_route *route,
                                     const schemata_msg_t *m, schemata_error_t **err)
{
    struct sma_buf subject;
    int64_t until_ms = INT64_MAX;
    bool needs_record = sma_client_subjects_need_record(&d->subjects, m);
    bool needs_subject = d->use_latest || d->metadata.count;
    schemata_error_t *made = NULL;
    schemata_status_t st = SCHEMATA_OK;
    sma_buf_init(&subject, 0);
    route->generation = sma_client_cache_generation(d->client->cache);
    if (!needs_record && (m->topic || m->subject))
        st = sma_client_subject(&d->subjects, m, NULL, &subject, &until_ms, &made);
    if (!st)
        st = fetch_writer(d, route, m, subject.len ? subject.ptr : NULL, &made);
    if (!st && needs_subject && !subject.len)
        st = sma_client_subject(&d->subjects, m, route->writer->body->record_name, &subject,
                                &until_ms, &made);
    if (!st)
        st = fetch_reader(d, route, m, subject.ptr, &made);
    if (!st && sma_buf_failed(&subject))
        st = sma_client_no_memory(&made);
    if (!st)
        st = find_rules(d, route, sma_buf_str(&subject), &made);
    if (until_ms < route->until_ms)
        route->until_ms = until_ms;
    sma_buf_fini(&subject);
    return st ? sma_client_error_give(err, made) : SCHEMATA_OK;
}

static schemata_status_t fill(schemata_deserializer_t *d, struct sma_client_route *route,
                              const schemata_msg_t *m, schemata_error_t **err)
{
    if (!route->is_bare)
        return fill_framed(d, route, m, err);
    route->writer = schemata_schema_ref(d->reader);
    return SCHEMATA_OK;
}

/* ---- finding it again -----------------------------------------------------------------------------
 */

static bool is_for(const struct sma_client_route *route, const struct sma_client_message *msg,
                   bool is_bare)
{
    return route->is_bare == is_bare && route->kind == msg->frame.kind &&
           route->id == msg->frame.id && route->is_key == msg->m->is_key &&
           (route->kind == SMA_FRAME_BY_ID || !memcmp(route->guid, msg->frame.guid, 16)) &&
           sma_client_same(route->topic, msg->m->topic) &&
           sma_client_same(route->subject, msg->m->subject);
}

static uint64_t hash_of(const struct sma_client_message *msg, bool is_bare)
{
    uint64_t hash = (uint64_t)(uint32_t)msg->frame.id << 2 | (uint64_t)msg->m->is_key << 1 | is_bare;
    if (msg->frame.kind == SMA_FRAME_BY_GUID)
        memcpy(&hash, msg->frame.guid, sizeof hash);
    return sma_client_mix(sma_client_mix(hash, msg->m->topic), msg->m->subject);
}

static bool is_fresh(const struct sma_client_route *route, const schemata_deserializer_t *d)
{
    return route->until_ms == INT64_MAX ||
           (sma_client_now_coarse_ms() < route->until_ms &&
            route->generation == sma_client_cache_generation(d->client->cache));
}

static schemata_status_t find_route(schemata_deserializer_t *d, struct sma_client_message *msg,
                                    bool is_bare, schemata_error_t **err)
{
    struct sma_client_route *route = (struct sma_client_route *)msg->lane->last;
    if (!route || !is_for(route, msg, is_bare)) {
        route = (struct sma_client_route *)sma_client_note_at(msg->lane, hash_of(msg, is_bare));
        if (route && !is_for(route, msg, is_bare))
            route = NULL;
    }
    if (route && is_fresh(route, d)) {
        msg->lane->last = &route->note;
        msg->route = route;
        return SCHEMATA_OK;
    }
    route = route_new(msg, is_bare, hash_of(msg, is_bare));
    schemata_status_t st = route ? fill(d, route, msg->m, err) : sma_client_no_memory(err);
    if (st && route)
        route_release(&route->note);
    if (st)
        return st;
    sma_client_note_put(msg->lane, &route->note);
    msg->route = route;
    return SCHEMATA_OK;
}

/* ---- Protobuf's message ---------------------------------------------------------------------------
 */

static schemata_status_t bad_indexes(const char *what, schemata_error_t **err)
{
    sma_client_fail(err, SCHEMATA_ERR_FRAMING, "%s", what);
    sma_client_hint(err, "a Protobuf message has message indexes between the id and the data: was it "
                         "written by a Protobuf serializer, with this schema?");
    return SCHEMATA_ERR_FRAMING;
}

/* New indexes: their name becomes the route's. *rest is what follows them in `bytes`. */
static schemata_status_t learn_indexes(struct sma_client_route *route, struct sma_str bytes,
                                       struct sma_str *rest, schemata_error_t **err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    if (sma_message_indexes_read(&route->indexes, rest, bytes, &problem) ||
        route->indexes.count > SCHEMATA_MAX_INDEXES)
        return bad_indexes(problem.status ? problem.message : "more than 16 message indexes", err);
    sma_buf_clear(&route->message);
    if (sma_proto_name_at(&route->message, route->writer->body->core, &route->indexes, &problem))
        return problem.status == SMA_ENOMEM ? sma_client_no_memory(err)
                                            : bad_indexes(problem.message, err);
    size_t len = bytes.len - rest->len;
    memcpy(route->index_bytes, bytes.ptr, len);
    route->index_len = (uint8_t)len;
    route->reading.message = route->message.ptr;
    return SCHEMATA_OK;
}

static schemata_status_t take_indexes(struct sma_client_message *msg, bool is_in_header,
                                      schemata_error_t **err)
{
    struct sma_client_route *route = msg->route;
    struct sma_str bytes = msg->frame.rest, rest;
    size_t len = route->index_len;
    if (route->is_bare) {
        route->reading.message =
            msg->m->message ? msg->m->message : route->writer->body->record_name;
        return SCHEMATA_OK;
    }
    if (!len || bytes.len < len || memcmp(bytes.ptr, route->index_bytes, len) != 0) {
        route->index_len = 0;
        schemata_status_t st = learn_indexes(route, bytes, &rest, err);
        if (st)
            return st;
        len = route->index_len;
    }
    if (!is_in_header)
        msg->data = sma_str_from(bytes, len);
    return SCHEMATA_OK;
}

/* ---- rules --------------------------------------------------------------------------------------
 */

static schemata_status_t run_rules(schemata_deserializer_t *d, struct sma_client_message *msg,
                                   schemata_error_t **err)
{
    struct sma_client_route *route = msg->route;
    schemata_status_t st = sma_client_rules_run(route->rules, msg->m, route->reading.message,
                                                &d->form, msg->data, &msg->changed, err);
    if (!st && sma_buf_failed(&msg->changed))
        st = sma_client_no_memory(err);
    msg->data = sma_buf_str(&msg->changed);
    return st;
}

/* ---- reading --------------------------------------------------------------------------------------
 */

schemata_status_t sma_client_read_begin(schemata_deserializer_t *d, const schemata_msg_t *m,
                                        const void *p, size_t len, struct sma_client_message *msg,
                                        schemata_error_t **err)
{
    bool is_in_header = false;
    schemata_status_t st = SCHEMATA_OK;
    msg->m = sma_client_msg(m, &msg->own);
    msg->route = NULL;
    msg->lane = NULL;
    msg->frame.kind = SMA_FRAME_BY_ID;
    msg->frame.id = -1;
    msg->data = sma_str_make(p, len);
    sma_buf_init(&msg->changed, 0);
    if (!p)
        return SCHEMATA_OK; /* a tombstone: no schema, no registry */
    msg->lane = sma_client_lane_take(&d->lanes);
    if (!msg->lane)
        return sma_client_no_memory(err);
    if (!d->is_bare)
        st = find_frame(d, msg, sma_str_make(p, len), &is_in_header, err);
    if (!st)
        st = find_route(d, msg, d->is_bare, err);
    if (!st && msg->route->writer->body->type == SCHEMATA_PROTOBUF)
        st = take_indexes(msg, is_in_header, err);
    msg->header_len = len - msg->data.len;
    if (!st && msg->route->rules)
        st = run_rules(d, msg, err);
    return st;
}

schemata_status_t sma_client_read_reading(schemata_deserializer_t *d,
                                          struct sma_client_message *msg,
                                          const struct sma_client_reading **reading,
                                          schemata_error_t **err)
{
    struct sma_client_route *route = msg->route;
    struct sma_client_body *writer = route->writer->body;
    struct sma_client_body *reader = route->reader ? route->reader->body : writer;
    schemata_status_t st = SCHEMATA_OK;
    *reading = &route->reading;
    if (route->reading.codec)
        return SCHEMATA_OK;
    const struct sma_client_codec *codec = NULL;
    st = sma_client_codec_of(reader, &codec, err);
    if (!st && writer->type == SCHEMATA_AVRO && reader != writer)
        st = plan_of(d, writer, reader, &route->plan, err);
    if (st)
        return st;
    if (writer->type == SCHEMATA_AVRO)
        route->reading.plan = route->plan ? route->plan->avro : codec->plan;
    route->reading.codec = codec;
    return SCHEMATA_OK;
}

static void tell(const struct sma_client_message *msg, schemata_decoded_t *info)
{
    const struct sma_client_route *route = msg->route;
    schemata_wire_t *wire = &info->wire;
    *info = (schemata_decoded_t){.size = info->size, .data = msg->data.ptr};
    info->data_len = msg->data.len;
    wire->id = -1;
    if (!route)
        return;
    info->writer = schemata_schema_ref(route->writer);
    info->reader = schemata_schema_ref(route->reader);
    wire->header_len = msg->header_len;
    if (route->is_bare)
        return;
    wire->kind = route->kind == SMA_FRAME_BY_ID ? SCHEMATA_WIRE_ID : SCHEMATA_WIRE_GUID;
    wire->id = route->kind == SMA_FRAME_BY_ID ? route->id : -1;
    if (route->kind == SMA_FRAME_BY_GUID)
        memcpy(wire->guid.b, route->guid, sizeof wire->guid.b);
    if (route->writer->body->type != SCHEMATA_PROTOBUF)
        return;
    wire->n_indexes = (int32_t)route->indexes.count;
    for (size_t i = 0; i < route->indexes.count; i++)
        wire->indexes[i] = route->indexes.path[i];
}

/* What rules made outlives the call in the info block. */
static schemata_status_t hand_over(const struct sma_client_message *msg, schemata_decoded_t *info,
                                   schemata_error_t **err)
{
    void *own = sma_client_alloc(msg->data.len + 1);
    if (!own)
        return sma_client_no_memory(err);
    if (msg->data.len)
        memcpy(own, msg->data.ptr, msg->data.len);
    tell(msg, info);
    info->data = info->own = own;
    return SCHEMATA_OK;
}

static void explain(const struct sma_client_route *route, schemata_error_t **err)
{
    if (!err || !*err)
        return;
    if (route->writer->id >= 0)
        sma_client_error_prefix(err, "message of schema %d: ", route->writer->id);
    if (!(*err)->hint)
        sma_client_hint(err, route->reader
                                 ? "the data may be damaged, or the reader's schema incompatible "
                                   "with the writer's: schemata_check() compares the two"
                                 : "the data may be damaged, or written with another schema than "
                                   "the id says");
}

schemata_status_t sma_client_read_end(struct sma_client_message *msg, schemata_status_t st,
                                      schemata_decoded_t *info, schemata_error_t **err)
{
    if (!st && info && msg->route && msg->route->rules)
        st = hand_over(msg, info, err);
    else if (!st && info)
        tell(msg, info);
    if (st == SCHEMATA_ERR_DATA && msg->route)
        explain(msg->route, err);
    sma_buf_fini(&msg->changed);
    sma_client_lane_give(msg->lane);
    return st;
}

/* ---- the public calls -----------------------------------------------------------------------------
 */

static schemata_status_t check_args(const schemata_deserializer_t *d, const schemata_msg_t *m,
                                    const schemata_decoded_t *info, bool has_out,
                                    schemata_error_t **err)
{
    if (d && m && m->size && has_out && (!info || info->size >= sizeof *info))
        return SCHEMATA_OK;
    return sma_client_fail(err, SCHEMATA_ERR_ARG,
                           "a deserializer, a message and an info block with their sizes set, and "
                           "somewhere to put the result are needed");
}

schemata_status_t schemata_deserialize_json(schemata_deserializer_t *d, const schemata_msg_t *m,
                                            const void *p, size_t len, schemata_buf_t *json_out,
                                            schemata_decoded_t *info, schemata_error_t **err)
{
    struct sma_client_message msg;
    const struct sma_client_reading *reading;
    schemata_status_t st = check_args(d, m, info, json_out != NULL, err);
    if (st)
        return st;
    st = sma_client_read_begin(d, m, p, len, &msg, err);
    if (!st && msg.route)
        st = sma_client_read_reading(d, &msg, &reading, err);
    if (!st && msg.route)
        st = sma_client_decode_json(reading, &d->form, msg.lane, msg.data, err);
    json_out->len = 0;
    if (!st && msg.route &&
        !sma_client_buf_set(json_out, msg.lane->bytes.ptr, msg.lane->bytes.len))
        st = sma_client_no_memory(err);
    return sma_client_read_end(&msg, st, info, err);
}

schemata_status_t schemata_deserialize_visit(schemata_deserializer_t *d, const schemata_msg_t *m,
                                             const void *p, size_t len, const schemata_visitor_t *v,
                                             void *vctx, schemata_decoded_t *info,
                                             schemata_error_t **err)
{
    struct sma_client_message msg;
    const struct sma_client_reading *reading;
    schemata_status_t st = check_args(d, m, info, v && v->size >= sizeof *v, err);
    if (st)
        return st;
    st = sma_client_read_begin(d, m, p, len, &msg, err);
    if (!st && msg.route)
        st = sma_client_read_reading(d, &msg, &reading, err);
    if (!st && msg.route)
        st = sma_client_decode_visit(reading, &d->form, msg.lane, msg.data, v, vctx, err);
    return sma_client_read_end(&msg, st, info, err);
}

schemata_status_t schemata_deserialize_raw(schemata_deserializer_t *d, const schemata_msg_t *m,
                                           const void *p, size_t len, schemata_decoded_t *info,
                                           schemata_error_t **err)
{
    struct sma_client_message msg;
    schemata_status_t st = check_args(d, m, info, info != NULL, err);
    if (st)
        return st;
    st = sma_client_read_begin(d, m, p, len, &msg, err);
    return sma_client_read_end(&msg, st, info, err);
}

void schemata_decoded_release(schemata_decoded_t *info)
{
    if (!info)
        return;
    schemata_schema_unref(info->writer);
    schemata_schema_unref(info->reader);
    info->writer = info->reader = NULL;
    sma_client_free(info->own);
    info->own = NULL;
}
