/* The DEK registry: key encryption keys (keks) and the data keys (deks) that they wrap
 * (confluent-rest 4.10). The registry stores wrapped keys; only of a shared kek does it ask the key
 * service itself, to make and to unwrap its deks.
 *
 * Keks belong to no context; the subjects of deks are qualified. A kek's name, a subject and an
 * algorithm together are a dek, which has versions. Codes: 40470 to 40472, 40971, 40972, 42271,
 * 42272; 40370 and 50070 from the key service. */
#ifndef SMA_REGISTRY_DEK_H
#define SMA_REGISTRY_DEK_H

#include "registry/loader.h"
#include "registry/metadata.h"
#include "registry/write.h"

#define SMA_DEK_ALGORITHM_DEFAULT SMA_STR("AES256_GCM")

/* ---- reading: one snapshot (the loader's), results in the loader's arena ------------------------
 */

/* 40470 with the kek's name. A soft-deleted one is found only `with_deleted`. */
enum sma_status sma_read_kek(struct sma_kek *out, struct sma_loader *loader, struct sma_str name,
                             bool with_deleted, struct sma_error *err) SMA_MUST_CHECK;
/* Names, sorted. With prefixes: of keks that have a dek whose subject begins with one of them. */
enum sma_status sma_read_kek_names(struct sma_str **out, size_t *count, struct sma_loader *loader,
                                   const struct sma_str *prefixes, size_t prefix_count,
                                   bool with_deleted, struct sma_error *err) SMA_MUST_CHECK;
/* 40470 with the kek's name. */
enum sma_status sma_read_dek_subjects(struct sma_str **out, size_t *count,
                                      struct sma_loader *loader, struct sma_str kek_name,
                                      bool with_deleted, struct sma_error *err) SMA_MUST_CHECK;
/* Ascending; key->version is not looked at. 40470 with the kek's name, or with the subject when there
 * is none. */
enum sma_status sma_read_dek_versions(int32_t **out, size_t *count, struct sma_loader *loader,
                                      const struct sma_dek_key *key, bool with_deleted,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* key->version: a number or SMA_LATEST. 40470 as above. *kek is the dek's. */
enum sma_status sma_read_dek(struct sma_dek *out, struct sma_kek *kek, struct sma_loader *loader,
                             const struct sma_dek_key *key, bool with_deleted,
                             struct sma_error *err) SMA_MUST_CHECK;

/* The plain key of a shared kek's dek as base64 of the key message, asked of the key service; ptr
 * NULL when the kek is not shared. May wait for a network: hold no snapshot meanwhile. 40370, 50070;
 * SMA_EBUSY. */
enum sma_status sma_dek_unwrap(struct sma_str *out, struct sma_registry *registry,
                               struct sma_arena *arena, const struct sma_kek *kek,
                               const struct sma_dek *dek, struct sma_error *err) SMA_MUST_CHECK;

/* ---- writing: asynchronous, as everything in write.h --------------------------------------------
 */

/* The kek or dek as it is now; both NULL after a deletion. key_material: see sma_dek_unwrap. */
struct sma_key_result {
    const struct sma_kek *kek;
    const struct sma_dek *dek;
    struct sma_str key_material;
};
/* `result` is NULL on failure. */
typedef void sma_key_fn(void *ctx, const struct sma_key_result *result,
                        const struct sma_failure *failure);

struct sma_kek_request {
    struct sma_str name, kms_type, kms_key_id;
    struct sma_properties kms_props;
    struct sma_str doc; /* "" for none */
    bool is_shared;
    bool is_deleted;   /* as which it is created */
    bool test_sharing; /* ask the key service first, when shared */
};
/* An existing kek is in the way (40971), unless it has the other deleted flag and is equal
 * otherwise: then it is undeleted or deleted. The service's name is normalized. */
void sma_kek_create(struct sma_registry *registry, const struct sma_kek_request *request,
                    sma_key_fn *fn, void *ctx);

struct sma_kek_update {
    struct sma_str name;
    bool has_props, has_doc, has_shared; /* the others stay */
    struct sma_properties kms_props;
    struct sma_str doc;
    bool is_shared;
    bool test_sharing;
};
void sma_kek_change(struct sma_registry *registry, const struct sma_kek_update *update,
                    sma_key_fn *fn, void *ctx);
/* Wraps and unwraps a key under the shared kek. 42271 `shared` when it is not. */
void sma_kek_test(struct sma_registry *registry, const struct sma_str *name, sma_key_fn *fn,
                  void *ctx);

struct sma_dek_request {
    struct sma_dek_key key;
    struct sma_str encrypted_key_material; /* base64; "" = the registry makes the key (shared) */
    bool is_deleted;
    bool rewrap; /* replace the wrapped key of an existing dek */
};
/* An existing dek is treated like an existing kek above. */
void sma_dek_create(struct sma_registry *registry, const struct sma_dek_request *request,
                    sma_key_fn *fn, void *ctx);

/* What to delete or to undelete: a kek (no subject), a dek with all its versions (version 0), one of
 * its versions (a number or SMA_LATEST). */
struct sma_key_target {
    struct sma_dek_key key;
    bool is_permanent; /* deleting only */
};
void sma_key_delete(struct sma_registry *registry, const struct sma_key_target *target,
                    sma_key_fn *fn, void *ctx);
void sma_key_undelete(struct sma_registry *registry, const struct sma_key_target *target,
                      sma_key_fn *fn, void *ctx);

#endif
