/* Small look-ups over ids and hashes that several queries share. Private to this folder. What is
 * not there gives SMA_ENOTFOUND without a message. */
#ifndef SMA_STORE_STATE_LOOKUP_H
#define SMA_STORE_STATE_LOOKUP_H

#include "store/state/db.h"

enum sma_status sma_schema_key_of_hash(struct sma_db *db, const uint8_t hash[SMA_HASH_LEN],
                                       int64_t *schema_key, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_schema_key_of_id(struct sma_db *db, struct sma_str context, int32_t id,
                                     int64_t *schema_key, struct sma_error *err) SMA_MUST_CHECK;
/* The smallest id above *id that stands for the schema in the context; start with -1. */
enum sma_status sma_next_id_of_schema(struct sma_db *db, int64_t schema_key, struct sma_str context,
                                      int32_t *id, struct sma_error *err) SMA_MUST_CHECK;
/* The (context, id) after the given one; start with "" and -1. The context is copied. */
enum sma_status sma_next_context_id(struct sma_db *db, struct sma_arena *arena, int64_t schema_key,
                                    struct sma_context_id *at,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* Position of the record that last wrote a row with this id; 0 when there is none. */
enum sma_status sma_position_of_id(struct sma_db *db, struct sma_str context, int32_t id,
                                   int64_t *position, struct sma_error *err) SMA_MUST_CHECK;

#endif
