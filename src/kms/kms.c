/* Picks the service, lays the kek's properties over the owner's, goes through the key ids. */
#include "kms/kms.h"

#include "kms/service.h"

static const struct sma_kms_ops *const services[] = {&sma_kms_local, &sma_kms_hcvault};

struct sma_str sma_kms_prop(const struct sma_kms_props *props, const char *name)
{
    for (; props; props = props->under)
        for (size_t i = 0; i < props->count; i++)
            if (sma_str_eqz(props->items[i].name, name) && props->items[i].value.len)
                return props->items[i].value;
    return (struct sma_str){NULL, 0};
}

enum sma_status sma_kms_http_take(struct sma_kms_http_response *response, struct sma_str piece,
                                  struct sma_error *err)
{
    if (piece.len > SMA_KMS_ANSWER_BYTES_MAX - response->body.len)
        return sma_fail(err, SMA_EIO, "the answer is longer than %u bytes",
                        SMA_KMS_ANSWER_BYTES_MAX);
    sma_buf_puts(&response->body, piece);
    return sma_buf_failed(&response->body) ? sma_fail_nomem(err) : SMA_OK;
}

static const struct sma_kms_ops *find(struct sma_str type)
{
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if (sma_str_eqz(type, services[i]->type))
            return services[i];
    return NULL;
}

bool sma_kms_knows(struct sma_str type)
{
    return find(type) != NULL;
}

/* The key ids in turn: the kek's own, then those of the list, blanks left out. */
struct ids {
    struct sma_str next, rest;
    size_t left;
};

static bool next_id(struct ids *ids, struct sma_str *out)
{
    while (ids->left && (ids->next.len || ids->rest.len)) {
        *out = ids->next;
        ptrdiff_t comma = sma_str_chr(ids->rest, ',');
        size_t len = comma < 0 ? ids->rest.len : (size_t)comma;
        ids->next = sma_str_trim(sma_str_head(ids->rest, len));
        ids->rest = sma_str_from(ids->rest, comma < 0 ? len : len + 1);
        ids->left--;
        if (out->len)
            return true;
    }
    return false;
}

static enum sma_status run(struct sma_buf *out, const struct sma_kms *kms,
                           const struct sma_kms_kek *kek, bool is_wrap, struct sma_str bytes,
                           struct sma_error *err)
{
    const struct sma_kms_ops *ops = find(kek->type);
    const struct sma_kms_props props = {kek->props, kek->prop_count, kms->props};
    struct sma_kms_call call = {.kms = kms, .props = &props};
    struct ids ids = {kek->key_id, sma_kms_prop(&props, SMA_KMS_ALTERNATE_KEY_IDS),
                      SMA_KMS_KEY_IDS_MAX};
    struct sma_error last = SMA_ERROR_INIT;
    enum sma_status st = SMA_EUNSUPPORTED;
    if (!ops)
        return sma_fail(err, SMA_EUNSUPPORTED, "there is no key service \"%.*s\" in this build",
                        SMA_STR_ARG(kek->type));
    sma_error_set(&last, st, SMA_NO_OFFSET, "the kek has no key id");
    while (st && next_id(&ids, &call.key_id)) {
        sma_error_clear(&last);
        st = is_wrap ? ops->wrap(out, &call, bytes, &last) : ops->unwrap(out, &call, bytes, &last);
    }
    return st ? sma_fail(err, st, "%s: %s", ops->type, last.message) : SMA_OK;
}

enum sma_status sma_kms_wrap(struct sma_buf *out, const struct sma_kms *kms,
                             const struct sma_kms_kek *kek, struct sma_str plain,
                             struct sma_error *err)
{
    return run(out, kms, kek, true, plain, err);
}

enum sma_status sma_kms_unwrap(struct sma_buf *out, const struct sma_kms *kms,
                               const struct sma_kms_kek *kek, struct sma_str wrapped,
                               struct sma_error *err)
{
    return run(out, kms, kek, false, wrapped, err);
}
