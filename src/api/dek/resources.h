/* The functions behind the routes, and what they share. */
#ifndef SMA_API_DEK_RESOURCES_H
#define SMA_API_DEK_RESOURCES_H

#include "api/confluent/call.h"
#include "registry/dek.h"

/* routes.c */
extern const struct sma_api_route sma_dek_routes[];
extern const size_t sma_dek_route_count;

/* keks.c */
sma_call_fn sma_keks_list, sma_keks_get, sma_keks_create, sma_keks_change, sma_keks_test,
    sma_keks_delete, sma_keks_undelete;
/* deks.c */
sma_call_fn sma_deks_list, sma_deks_get, sma_deks_versions, sma_deks_get_version, sma_deks_create,
    sma_deks_create_at, sma_deks_delete, sma_deks_delete_version, sma_deks_undelete,
    sma_deks_undelete_version;

/* ---- parameters and bodies (request.c) ----------------------------------------------------------
 */

/* The path's {name}. */
struct sma_str sma_dek_kek_name(const struct sma_call *call);
/* `algorithm`, with its default. 404 for one that does not exist. */
enum sma_status sma_dek_algorithm(struct sma_str *out, const struct sma_call *call,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* Kek, subject (alias replaced; needs a loader), algorithm; version 0. */
enum sma_status sma_dek_key_of(struct sma_dek_key *out, struct sma_call *call,
                               struct sma_loader *loader, struct sma_error *err) SMA_MUST_CHECK;
/* The path's {version}. */
enum sma_status sma_dek_version_of(int32_t *out, const struct sma_call *call,
                                   struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_dek_read_kek(struct sma_kek_request *out, const struct sma_call *call,
                                 struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_dek_read_update(struct sma_kek_update *out, const struct sma_call *call,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* key.kek_name stays unset; key.subject is the body's, perhaps absent (ptr NULL). */
enum sma_status sma_dek_read_dek(struct sma_dek_request *out, const struct sma_call *call,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* ---- answers (shape.c) --------------------------------------------------------------------------
 */

void sma_dek_shape_kek(struct sma_json_writer *w, const struct sma_kek *kek);
/* key_material: ptr NULL leaves it out. */
void sma_dek_shape_dek(struct sma_json_writer *w, const struct sma_dek *dek,
                       struct sma_str key_material);
/* Callbacks of writes; ctx is the call. The kek or dek as it is now; 204. */
sma_key_fn sma_dek_answer_key, sma_dek_answer_nothing;

#endif
