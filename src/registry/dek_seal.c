/* Asking the key service for the deks of shared keks. Nothing here holds a snapshot or runs in the
 * writer: the service may be behind a network. */
#include "core/crypto/crypto.h"
#include "core/json/json.h"
#include "core/json/visitor.h"
#include "kms/kms.h"
#include "registry/codes.h"
#include "registry/dek_op.h"
#include "registry/internal.h"
#include "registry/text.h"

/* What a service's failure is to a client. */
static enum sma_status translate(enum sma_status st, const struct sma_error *cause,
                                 struct sma_error *err)
{
    if (st == SMA_EBUSY || st == SMA_ENOMEM)
        return sma_fail(err, st, "%s", cause->message);
    return sma_refuse(err, st == SMA_ECONFLICT ? SMA_CODE_DEK_REFUSED : SMA_CODE_DEK_FAILED, "%s",
                      cause->message);
}

/* The stored kek in the form of that floor. */
static enum sma_status kms_kek(struct sma_kms_kek *out, struct sma_arena *arena,
                               const struct sma_kek *kek, struct sma_error *err)
{
    const struct sma_json *props = NULL;
    enum sma_status st = sma_json_parse(&props, arena, kek->kms_props, NULL, NULL, err);
    if (st)
        return st;
    struct sma_kms_prop *items = sma_arena_calloc(arena, props->count + 1, sizeof *items);
    if (!items)
        return sma_fail_nomem(err);
    for (uint32_t i = 0; i < props->count; i++)
        items[i] = (struct sma_kms_prop){props->members[i].name, props->members[i].value.text};
    *out = (struct sma_kms_kek){kek->kms_type, kek->kms_key_id, items, props->count};
    return SMA_OK;
}

static struct sma_str encode(struct sma_arena *arena, const struct sma_buf *bytes)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    sma_base64_put(&text, sma_buf_str(bytes));
    return sma_text_keep(arena, &text);
}

static enum sma_status wrap(struct sma_str *out, const struct sma_registry *registry,
                            struct sma_arena *arena, const struct sma_kms_kek *kek,
                            const struct sma_buf *plain, struct sma_error *err)
{
    static const struct sma_kms none = {0};
    const struct sma_kms *kms = registry->options.kms ? registry->options.kms : &none;
    struct sma_error cause = SMA_ERROR_INIT;
    struct sma_buf wrapped;
    sma_buf_init(&wrapped, 0);
    enum sma_status st = sma_kms_wrap(&wrapped, kms, kek, sma_buf_str(plain), &cause);
    if (!st) {
        *out = encode(arena, &wrapped);
        st = out->ptr ? SMA_OK : sma_fail_nomem(err);
    } else {
        st = translate(st, &cause, err);
    }
    sma_buf_fini(&wrapped);
    return st;
}

static enum sma_status unwrap(struct sma_buf *plain, const struct sma_registry *registry,
                              const struct sma_kms_kek *kek, struct sma_str text, bool is_given,
                              struct sma_error *err)
{
    static const struct sma_kms none = {0};
    const struct sma_kms *kms = registry->options.kms ? registry->options.kms : &none;
    struct sma_error cause = SMA_ERROR_INIT;
    struct sma_buf wrapped;
    enum sma_status st;
    sma_buf_init(&wrapped, 0);
    if (!sma_base64_read(&wrapped, text))
        st = sma_fail(&cause, SMA_EINVAL, "the stored encryptedKeyMaterial is no base64");
    else if (sma_buf_failed(&wrapped))
        st = sma_fail_nomem(&cause);
    else
        st = sma_kms_unwrap(plain, kms, kek, sma_buf_str(&wrapped), &cause);
    sma_buf_fini(&wrapped);
    if (st == SMA_EINVAL && is_given)
        return sma_key_invalid("encryptedKeyMaterial", err);
    return st ? translate(st, &cause, err) : SMA_OK;
}

enum sma_status sma_dek_seal_new(struct sma_str *wrapped, struct sma_str *plain,
                                 const struct sma_registry *registry, struct sma_arena *arena,
                                 const struct sma_kek *kek, struct sma_str algorithm,
                                 struct sma_error *err)
{
    enum sma_dek_algorithm parsed;
    struct sma_dek_key_bytes key;
    struct sma_kms_kek service;
    struct sma_buf message;
    enum sma_status st;
    if (!sma_dek_algorithm_parse(&parsed, algorithm))
        return sma_key_invalid("algorithm", err);
    st = kms_kek(&service, arena, kek, err);
    if (st)
        return st;
    sma_buf_init(&message, SMA_DEK_MESSAGE_BYTES_MAX);
    st = sma_dek_key_generate(&key, parsed, err);
    if (!st) {
        sma_dek_key_write(&message, &key);
        *plain = encode(arena, &message);
        st = sma_buf_failed(&message) || !plain->ptr ? sma_fail_nomem(err) : SMA_OK;
    }
    if (!st)
        st = wrap(wrapped, registry, arena, &service, &message, err);
    sma_crypto_wipe(&key, sizeof key);
    sma_crypto_wipe_buf(&message);
    return st;
}

enum sma_status sma_dek_seal_open(struct sma_str *plain, struct sma_str *again,
                                  const struct sma_registry *registry, struct sma_arena *arena,
                                  const struct sma_kek *kek, struct sma_str wrapped, bool is_given,
                                  struct sma_error *err)
{
    struct sma_kms_kek service;
    struct sma_buf message;
    enum sma_status st = kms_kek(&service, arena, kek, err);
    if (st)
        return st;
    sma_buf_init(&message, 0);
    st = unwrap(&message, registry, &service, wrapped, is_given, err);
    if (!st) {
        *plain = encode(arena, &message);
        st = plain->ptr ? SMA_OK : sma_fail_nomem(err);
    }
    if (!st && again)
        st = wrap(again, registry, arena, &service, &message, err);
    sma_crypto_wipe_buf(&message);
    return st;
}

enum sma_status sma_dek_unwrap(struct sma_str *out, struct sma_registry *registry,
                               struct sma_arena *arena, const struct sma_kek *kek,
                               const struct sma_dek *dek, struct sma_error *err)
{
    *out = (struct sma_str){NULL, 0};
    return kek->is_shared ? sma_dek_seal_open(out, NULL, registry, arena, kek,
                                              dek->encrypted_key_material, false, err)
                          : SMA_OK;
}
