#include "api/schemata/judge.h"

#include "registry/value.h"

/* Of the binary form of one value. */
#define ENCODED_BYTES_MAX (16u << 20)

enum sma_status sma_own_judging_options(struct sma_own_judging *judging,
                                        const struct sma_json *body, struct sma_error *err)
{
    struct sma_str unions;
    int32_t max = (int32_t)SMA_VIOLATIONS_MAX;
    enum sma_status st = sma_own_member_bool(&judging->assert_format, body, "format", false, err);
    if (!st)
        st = sma_value_text(&judging->message, sma_json_getz(body, "message"), "message", err);
    if (!st)
        st = sma_value_text(&unions, sma_json_getz(body, "unions"), "unions", err);
    if (!st)
        st = sma_value_i32(&max, sma_json_getz(body, "maxFindings"), "maxFindings", err);
    if (st)
        return st;
    if (max < 1 || max > SMA_OWN_FINDINGS_MAX)
        return sma_own_refuse(err, "maxFindings: give a whole number from 1 to %d",
                              SMA_OWN_FINDINGS_MAX);
    if (unions.len && !sma_str_eqz(unions, "plain") && !sma_str_eqz(unions, "tagged"))
        return sma_own_refuse(err, "unions: give \"plain\" or \"tagged\"");
    judging->is_tagged = sma_str_eqz(unions, "tagged");
    judging->max = (size_t)max;
    return SMA_OK;
}

enum sma_status sma_own_judging_begin(struct sma_own_judging *judging, struct sma_error *err)
{
    sma_arena_init(&judging->values, 0);
    sma_buf_init(&judging->encoded, ENCODED_BYTES_MAX);
    if (judging->engine->codec && !judging->message.len)
        return sma_own_message_name(&judging->message, judging->arena, judging->engine->schema,
                                    NULL, 0, err);
    return SMA_OK;
}

void sma_own_judging_end(struct sma_own_judging *judging)
{
    sma_validator_scratch_free(judging->scratch);
    sma_arena_fini(&judging->values);
    sma_buf_fini(&judging->encoded);
}

void sma_own_finding_write(struct sma_json_writer *w, const struct sma_own_finding *finding)
{
    sma_jw_object_open(w);
    sma_jw_member_string(w, "instancePath", finding->instance_path);
    sma_jw_member_string(w, "schemaPath", finding->schema_path);
    sma_jw_member_string(w, "keyword", finding->keyword);
    sma_jw_member_string(w, "message", finding->message);
    sma_jw_object_close(w);
}

/* ---- JSON Schema --------------------------------------------------------------------------------
 */

static enum sma_status judge_json(bool *is_valid, struct sma_json_writer *w,
                                  struct sma_own_judging *judging, const struct sma_json *value,
                                  struct sma_error *err)
{
    const struct sma_validator *validator = judging->engine->validator;
    struct sma_violations violations;
    sma_violations_init(&violations, &judging->values, judging->max);
    enum sma_status st = sma_validator_check(validator, &judging->scratch, value, is_valid, err);
    if (!st && !*is_valid)
        st = sma_validator_report(validator, &judging->scratch, value, &violations, err);
    if (st)
        return st;
    sma_jw_member_bool(w, "isValid", *is_valid);
    sma_jw_name(w, "findings");
    sma_jw_array_open(w);
    for (size_t i = 0; i < violations.count; i++) {
        const struct sma_violation *v = &violations.items[i];
        sma_own_finding_write(
            w, &(struct sma_own_finding){v->instance_path, v->schema_path, v->keyword, v->message});
    }
    sma_jw_array_close(w);
    if (violations.is_truncated)
        sma_jw_member_bool(w, "isTruncated", true);
    return SMA_OK;
}

/* ---- by encoding --------------------------------------------------------------------------------
 */

/* The encoder's `what at "/pointer"` taken apart; a message without a place stays whole. */
static void split_place(struct sma_own_finding *finding)
{
    struct sma_str text = finding->message, mark = SMA_STR(" at \"");
    if (!sma_str_ends(text, SMA_STR("\"")))
        return;
    for (size_t i = text.len - 1; i >= mark.len; i--) {
        struct sma_str head = sma_str_head(text, i);
        if (!sma_str_ends(head, mark))
            continue;
        finding->instance_path = sma_str_make(text.ptr + i, text.len - 1 - i);
        finding->message = sma_str_head(text, i - mark.len);
        return;
    }
}

static enum sma_status encode(struct sma_own_judging *judging, const struct sma_json *value,
                              struct sma_error *err)
{
    const struct sma_own_engine *engine = judging->engine;
    const struct sma_avro_encode_options options = {
        .unions = judging->is_tagged ? SMA_AVRO_UNIONS_TAGGED : SMA_AVRO_UNIONS_PLAIN,
        .bytes = SMA_JSON_BYTES_LATIN1,
    };
    struct sma_str text = sma_str_make(judging->text.ptr + value->start, value->end - value->start);
    sma_buf_clear(&judging->encoded);
    if (engine->plan)
        return sma_avro_encode(&judging->encoded, engine->schema, value, &options, err);
    return sma_proto_from_json(&judging->encoded, engine->codec, judging->message, text, NULL, err);
}

static enum sma_status judge_encoded(bool *is_valid, struct sma_json_writer *w,
                                     struct sma_own_judging *judging, const struct sma_json *value,
                                     struct sma_error *err)
{
    struct sma_error cause = SMA_ERROR_INIT;
    enum sma_status st = encode(judging, value, &cause);
    if (st == SMA_ENOTFOUND)
        return sma_own_refuse(err, "message: the schema has none called %.*s",
                              SMA_STR_ARG(judging->message));
    if (st == SMA_ENOMEM && sma_buf_failed(&judging->encoded))
        return sma_fail(err, SMA_ELIMIT, "the value's binary form exceeds the limit of %u bytes",
                        ENCODED_BYTES_MAX);
    if (st && st != SMA_EINVAL)
        return sma_fail(err, st, "%s", cause.message);
    *is_valid = !st;
    sma_jw_member_bool(w, "isValid", !st);
    sma_jw_name(w, "findings");
    sma_jw_array_open(w);
    if (st) {
        struct sma_own_finding finding = {.keyword = SMA_STR("encode"),
                                          .message = sma_str_z(cause.message)};
        if (judging->engine->plan)
            split_place(&finding);
        sma_own_finding_write(w, &finding);
    }
    sma_jw_array_close(w);
    return SMA_OK;
}

enum sma_status sma_own_judge(bool *is_valid, struct sma_json_writer *w,
                              struct sma_own_judging *judging, const struct sma_json *value,
                              struct sma_error *err)
{
    sma_arena_reset(&judging->values);
    return judging->engine->validator ? judge_json(is_valid, w, judging, value, err)
                                      : judge_encoded(is_valid, w, judging, value, err);
}
