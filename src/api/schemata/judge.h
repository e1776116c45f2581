/* One value against one engine: {"isValid":…,"findings":[…]}. */
#ifndef SMA_API_SCHEMATA_JUDGE_H
#define SMA_API_SCHEMATA_JUDGE_H

#include "api/schemata/engine.h"

struct sma_own_judging {
    struct sma_arena *arena;
    struct sma_own_engine *engine; /* borrowed */
    struct sma_str text;           /* that the values' spans are offsets into */
    bool assert_format;
    bool is_tagged;         /* Avro: unions as {"branch": value} */
    struct sma_str message; /* Protobuf: full name; empty = the first message */
    size_t max;             /* findings of a value */
    /* private */
    struct sma_validator_scratch *scratch;
    struct sma_arena values; /* of one value */
    struct sma_buf encoded;
};

/* Members format, message, unions and maxFindings of a request. 422 for what makes no sense. */
enum sma_status sma_own_judging_options(struct sma_own_judging *judging,
                                        const struct sma_json *body,
                                        struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_own_judging_begin(struct sma_own_judging *judging,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* Safe on one that was not begun. */
void sma_own_judging_end(struct sma_own_judging *judging);

/* Writes members into the open object. SMA_ELIMIT names the limit: there is no verdict then. */
enum sma_status sma_own_judge(bool *is_valid, struct sma_json_writer *w,
                              struct sma_own_judging *judging, const struct sma_json *value,
                              struct sma_error *err) SMA_MUST_CHECK;

/* One finding as an object. */
struct sma_own_finding {
    struct sma_str instance_path, schema_path, keyword, message;
};
void sma_own_finding_write(struct sma_json_writer *w, const struct sma_own_finding *finding);

#endif
