/* Parameters and bodies of the DEK registry's routes. */
#include "api/dek/resources.h"

#include "core/crypto/crypto.h"
#include "registry/read.h"
#include "registry/value.h"

/* ---- parameters ---------------------------------------------------------------------------------
 */

struct sma_str sma_dek_kek_name(const struct sma_call *call)
{
    return sma_http_param(call->request, "name");
}

enum sma_status sma_dek_algorithm(struct sma_str *out, const struct sma_call *call,
                                  struct sma_error *err)
{
    enum sma_dek_algorithm parsed;
    struct sma_str name = sma_param_text(call, "algorithm");
    if (!name.len)
        name = SMA_DEK_ALGORITHM_DEFAULT;
    if (!sma_dek_algorithm_parse(&parsed, name))
        return sma_param_not_convertible(err);
    *out = sma_str_z(sma_dek_algorithm_name(parsed));
    return SMA_OK;
}

enum sma_status sma_dek_key_of(struct sma_dek_key *out, struct sma_call *call,
                               struct sma_loader *loader, struct sma_error *err)
{
    struct sma_subject subject;
    enum sma_status st = sma_dek_algorithm(&out->algorithm, call, err);
    if (!st)
        st = sma_param_dek_subject(&subject, call, loader, err);
    if (st)
        return st;
    out->kek_name = sma_dek_kek_name(call);
    out->subject = subject.qualified;
    out->version = 0;
    return SMA_OK;
}

enum sma_status sma_dek_version_of(int32_t *out, const struct sma_call *call, struct sma_error *err)
{
    return sma_version_parse(out, sma_http_param(call->request, "version"), err);
}

/* ---- bodies -------------------------------------------------------------------------------------
 */

static enum sma_status read_text(struct sma_str *out, const struct sma_json *body, const char *name,
                                 struct sma_error *err)
{
    return sma_value_text(out, sma_json_get(body, sma_str_z(name)), name, err);
}

static enum sma_status read_bool(bool *out, const struct sma_json *body, const char *name,
                                 struct sma_error *err)
{
    return sma_value_bool(out, sma_json_get(body, sma_str_z(name)), name, err);
}

static enum sma_status read_props(struct sma_properties *out, const struct sma_call *call,
                                  const struct sma_json *body, struct sma_error *err)
{
    return sma_properties_read(out, call->arena, sma_json_getz(body, "kmsProps"), "kmsProps", err);
}

enum sma_status sma_dek_read_kek(struct sma_kek_request *out, const struct sma_call *call,
                                 struct sma_error *err)
{
    struct sma_kek_request request = {.test_sharing = sma_param_bool(call, "testSharing")};
    const struct sma_json *body;
    enum sma_status st;
    if ((st = sma_body_object(&body, call, "createKek.request", err)) ||
        (st = read_text(&request.name, body, "name", err)) ||
        (st = read_text(&request.kms_type, body, "kmsType", err)) ||
        (st = read_text(&request.kms_key_id, body, "kmsKeyId", err)) ||
        (st = read_props(&request.kms_props, call, body, err)) ||
        (st = read_text(&request.doc, body, "doc", err)) ||
        (st = read_bool(&request.is_shared, body, "shared", err)) ||
        (st = read_bool(&request.is_deleted, body, "deleted", err)))
        return st;
    *out = request;
    return SMA_OK;
}

/* Absent members stay as they are, null clears. */
enum sma_status sma_dek_read_update(struct sma_kek_update *out, const struct sma_call *call,
                                    struct sma_error *err)
{
    struct sma_kek_update update = {.name = sma_dek_kek_name(call),
                                    .test_sharing = sma_param_bool(call, "testSharing")};
    const struct sma_json *body;
    enum sma_status st;
    if ((st = sma_body_object(&body, call, "putKek.request", err)) ||
        (st = read_props(&update.kms_props, call, body, err)) ||
        (st = read_text(&update.doc, body, "doc", err)) ||
        (st = read_bool(&update.is_shared, body, "shared", err)))
        return st;
    update.has_props = sma_json_getz(body, "kmsProps") != NULL;
    update.has_doc = sma_json_getz(body, "doc") != NULL;
    update.has_shared = sma_json_getz(body, "shared") != NULL;
    *out = update;
    return SMA_OK;
}

enum sma_status sma_dek_read_dek(struct sma_dek_request *out, const struct sma_call *call,
                                 struct sma_error *err)
{
    struct sma_dek_request request = {.key.version = 1, .rewrap = sma_param_bool(call, "rewrap")};
    const struct sma_json *body;
    enum sma_dek_algorithm parsed;
    struct sma_str algorithm;
    enum sma_status st;
    if ((st = sma_body_object(&body, call, "createDek.request", err)) ||
        (st = read_text(&request.key.subject, body, "subject", err)) ||
        (st = sma_value_i32(&request.key.version, sma_json_getz(body, "version"), "version",
                            err)) ||
        (st = read_text(&algorithm, body, "algorithm", err)) ||
        (st = read_text(&request.encrypted_key_material, body, "encryptedKeyMaterial", err)) ||
        (st = read_bool(&request.is_deleted, body, "deleted", err)))
        return st;
    if (!algorithm.ptr)
        algorithm = SMA_DEK_ALGORITHM_DEFAULT;
    if (!sma_dek_algorithm_parse(&parsed, algorithm))
        return sma_refuse(err, SMA_CODE_BAD_REQUEST,
                          "Cannot deserialize field \"algorithm\": not one of AES128_GCM, "
                          "AES256_GCM, AES256_SIV");
    request.key.algorithm = sma_str_z(sma_dek_algorithm_name(parsed));
    *out = request;
    return SMA_OK;
}
