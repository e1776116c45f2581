#include "store/seal.h"

#include <stdlib.h>

#include "base/map.h"
#include "core/crypto/crypto.h"
#include "core/json/json.h"
#include "core/json/visitor.h"
#include "core/json/writer.h"
#include "store/identity.h"

#define MARK SMA_STR("__enc__")
#define KEYS_MAX 2 /* current, old */

struct sma_seal {
    struct sma_dek_key_bytes keys[KEYS_MAX];
    size_t count;
};

/* ---- keys ---------------------------------------------------------------------------------- */

/* The secret may serve elsewhere too: a word in front of it keeps the keys apart. */
static enum sma_status make_key(struct sma_dek_key_bytes *out, struct sma_str secret,
                                struct sma_error *err)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    sma_buf_putz(&text, "schemata metadata encoder\n");
    sma_buf_puts(&text, secret);
    out->algorithm = SMA_AES128_GCM;
    enum sma_status st = sma_buf_failed(&text)
                             ? sma_fail_nomem(err)
                             : sma_hkdf_sha256(out->bytes, sma_dek_key_bytes(out->algorithm),
                                               sma_buf_str(&text), err);
    sma_crypto_wipe_buf(&text);
    return st;
}

enum sma_status sma_seal_new(struct sma_seal **out, struct sma_str secret,
                             struct sma_str old_secret, struct sma_error *err)
{
    *out = NULL;
    if (!secret.len && old_secret.len)
        return sma_fail(err, SMA_EINVAL,
                        "metadata.encoder.old.secret needs metadata.encoder.secret beside it");
    if (!secret.len)
        return SMA_OK;
    struct sma_seal *seal = calloc(1, sizeof *seal);
    if (!seal)
        return sma_fail_nomem(err);
    enum sma_status st = make_key(&seal->keys[seal->count++], secret, err);
    if (!st && old_secret.len)
        st = make_key(&seal->keys[seal->count++], old_secret, err);
    if (st)
        sma_seal_free(seal);
    else
        *out = seal;
    return st;
}

void sma_seal_free(struct sma_seal *seal)
{
    if (seal)
        sma_crypto_wipe(seal, sizeof *seal);
    free(seal);
}

/* ---- values -------------------------------------------------------------------------------- */

/* One text on its way through a metadata document. */
struct pass {
    const struct sma_seal *seal;
    struct sma_map sensitive;
    struct sma_json_writer out;
    bool is_opening;
    size_t changed; /* values */
    enum sma_status status;
    struct sma_error *err;
};

static void seal_value(struct pass *p, struct sma_str value)
{
    struct sma_buf cipher, text;
    sma_buf_init(&cipher, 0);
    sma_buf_init(&text, 0);
    p->status = sma_dek_encrypt(&cipher, &p->seal->keys[0], value, p->err);
    if (!p->status) {
        sma_base64_put(&text, sma_buf_str(&cipher));
        if (sma_buf_failed(&text))
            p->status = sma_fail_nomem(p->err);
    }
    if (!p->status)
        sma_jw_string(&p->out, sma_buf_str(&text));
    sma_buf_fini(&text);
    sma_buf_fini(&cipher);
}

/* SMA_EINVAL when no key fits. */
static enum sma_status decrypt(struct sma_buf *plain, const struct sma_seal *seal,
                               struct sma_str cipher)
{
    enum sma_status st = SMA_EINVAL;
    for (size_t i = 0; st == SMA_EINVAL && i < seal->count; i++)
        st = sma_dek_decrypt(plain, &seal->keys[i], cipher, NULL);
    return st;
}

static void open_value(struct pass *p, struct sma_str value)
{
    struct sma_buf cipher, plain;
    sma_buf_init(&cipher, 0);
    sma_buf_init(&plain, 0);
    p->status = sma_base64_read(&cipher, value) ? SMA_OK : SMA_EINVAL;
    if (sma_buf_failed(&cipher))
        p->status = SMA_ENOMEM;
    if (!p->status)
        p->status = decrypt(&plain, p->seal, sma_buf_str(&cipher));
    if (!p->status)
        sma_jw_string(&p->out, sma_buf_str(&plain));
    sma_buf_fini(&cipher);
    sma_crypto_wipe_buf(&plain);
}

static void put_property(struct pass *p, const struct sma_json_member *member)
{
    const struct sma_json *value = &member->value;
    sma_jw_name_str(&p->out, member->name);
    if (value->type != SMA_JSON_STRING || !sma_map_find(&p->sensitive, member->name)) {
        sma_json_put(p->out.buf, value);
        p->out.need_comma = true;
        return;
    }
    p->changed++;
    if (p->is_opening)
        open_value(p, value->text);
    else
        seal_value(p, value->text);
}

static void put_mark(struct pass *p)
{
    sma_jw_name_str(&p->out, MARK);
    sma_jw_string(&p->out, SMA_STR("true"));
}

/* Names are sorted, and so the mark has its place among them. */
static void put_properties(struct pass *p, const struct sma_json *properties)
{
    bool is_marked = p->is_opening;
    sma_jw_object_open(&p->out);
    for (uint32_t i = 0; i < properties->count && !p->status; i++) {
        const struct sma_json_member *member = &properties->members[i];
        int order = sma_str_cmp_utf16(MARK, member->name);
        if (p->is_opening && !order)
            continue;
        if (!is_marked && order < 0)
            put_mark(p);
        is_marked = is_marked || order < 0;
        put_property(p, member);
    }
    if (!is_marked && !p->status)
        put_mark(p);
    sma_jw_object_close(&p->out);
}

static enum sma_status read_sensitive(struct pass *p, const struct sma_json *document)
{
    const struct sma_json *names = sma_json_getz(document, "sensitive");
    if (!sma_json_is(names, SMA_JSON_ARRAY))
        return SMA_OK;
    for (uint32_t i = 0; i < names->count; i++)
        if (names->items[i].type == SMA_JSON_STRING &&
            sma_map_add(&p->sensitive, names->items[i].text, NULL) < 0)
            return sma_fail_nomem(p->err);
    return SMA_OK;
}

static void put_document(struct pass *p, const struct sma_json *document)
{
    sma_jw_object_open(&p->out);
    for (uint32_t i = 0; i < document->count && !p->status; i++) {
        const struct sma_json_member *member = &document->members[i];
        sma_jw_name_str(&p->out, member->name);
        if (sma_str_eqz(member->name, "properties") && member->value.type == SMA_JSON_OBJECT) {
            put_properties(p, &member->value);
        } else {
            sma_json_put(p->out.buf, &member->value);
            p->out.need_comma = true;
        }
    }
    sma_jw_object_close(&p->out);
}

/* *out ptr NULL when no value was concerned. */
static enum sma_status rewrite(struct sma_str *out, struct sma_arena *arena,
                               const struct sma_seal *seal, const struct sma_json *document,
                               bool is_opening, struct sma_error *err)
{
    struct pass p = {.seal = seal, .is_opening = is_opening, .err = err};
    struct sma_buf text;
    *out = sma_str_make(NULL, 0);
    sma_buf_init(&text, 0);
    p.out = sma_json_writer_on(&text);
    sma_map_init(&p.sensitive);
    p.status = read_sensitive(&p, document);
    if (!p.status)
        put_document(&p, document);
    if (!p.status && p.changed) {
        *out = sma_buf_failed(&text) ? *out : sma_arena_copy(arena, sma_buf_str(&text));
        p.status = out->ptr ? SMA_OK : sma_fail_nomem(err);
    }
    sma_map_fini(&p.sensitive);
    sma_crypto_wipe_buf(&text);
    return p.status;
}

/* ---- whole texts --------------------------------------------------------------------------- */

static enum sma_status parse(const struct sma_json **out, struct sma_arena *arena,
                             struct sma_str text, struct sma_error *err)
{
    enum sma_status st = sma_json_parse(out, arena, text, NULL, NULL, err);
    if (!st && (*out)->type != SMA_JSON_OBJECT)
        st = sma_fail(err, SMA_EINVAL, "metadata is no object");
    return st;
}

enum sma_status sma_seal_metadata(struct sma_str *out, struct sma_arena *arena,
                                  const struct sma_seal *seal, struct sma_str metadata,
                                  struct sma_error *err)
{
    const struct sma_json *document;
    struct sma_arena scratch;
    *out = sma_str_make(NULL, 0);
    if (!seal || !metadata.ptr)
        return SMA_OK;
    sma_arena_init(&scratch, 0);
    enum sma_status st = parse(&document, &scratch, metadata, err);
    if (!st && !sma_json_get(sma_json_getz(document, "properties"), MARK))
        st = rewrite(out, arena, seal, document, false, err);
    sma_arena_fini(&scratch);
    return st;
}

static bool is_marked(const struct sma_json *document)
{
    const struct sma_json *mark = sma_json_get(sma_json_getz(document, "properties"), MARK);
    return sma_json_is(mark, SMA_JSON_STRING) && sma_str_eqz(mark->text, "true");
}

/* Whether the content's own hash is the one it carries. SMA_ENOMEM; what has no hash does not fit. */
static enum sma_status check_hash(bool *fits, const struct sma_content *content)
{
    uint8_t hash[SMA_HASH_LEN];
    enum sma_status st = sma_content_hash(hash, content, NULL);
    *fits = !st && !memcmp(hash, content->hash, SMA_HASH_LEN);
    return st == SMA_ENOMEM ? st : SMA_OK;
}

/* What the marked text says, if a key fits and the hash agrees. */
static enum sma_status open_marked(struct sma_content *content, struct sma_arena *arena,
                                   const struct sma_seal *seal, const struct sma_json *document)
{
    struct sma_content opened = *content;
    bool fits;
    enum sma_status st = check_hash(&fits, content);
    if (st || fits)
        return st; /* a client's own property */
    content->sealed = content->metadata;
    if (seal)
        st = rewrite(&opened.metadata, arena, seal, document, true, NULL);
    if (!seal || st || !opened.metadata.ptr)
        return st;
    st = check_hash(&fits, &opened);
    if (!st && fits)
        content->metadata = opened.metadata;
    return st;
}

enum sma_status sma_seal_open(struct sma_content *content, struct sma_arena *arena,
                              const struct sma_seal *seal, struct sma_error *err)
{
    const struct sma_json *document;
    struct sma_arena scratch;
    struct sma_str text = content->metadata, mark = SMA_STR("\"__enc__\"");
    if (!text.ptr || !memmem(text.ptr, text.len, mark.ptr, mark.len))
        return SMA_OK;
    sma_arena_init(&scratch, 0);
    enum sma_status st = parse(&document, &scratch, text, NULL);
    if (!st && is_marked(document))
        st = open_marked(content, arena, seal, document);
    sma_arena_fini(&scratch);
    return st == SMA_ENOMEM ? sma_fail_nomem(err) : SMA_OK; /* what is no metadata is no seal */
}
