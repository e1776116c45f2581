/* A schema, 0xff, an instance. Whatever compiles judges the instance within its limits, and the
 * yes-or-no answer agrees with the report. */
#include <stdint.h>
#include <stdlib.h>

#include "core/jsonschema/validator.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct sma_validator *program, const struct sma_json *instance,
                  struct sma_arena *arena)
{
    struct sma_validator_scratch *scratch = NULL;
    struct sma_violations violations;
    bool valid = false;
    sma_violations_init(&violations, arena, 0);
    enum sma_status checked = sma_validator_check(program, &scratch, instance, &valid, NULL);
    enum sma_status reported = sma_validator_report(program, &scratch, instance, &violations, NULL);
    if (!checked && !reported && valid != (violations.count == 0))
        abort();
    sma_validator_scratch_free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sma_validator_options options = {
        .assert_format = true, .max_steps = 100000, .max_depth = 200};
    struct sma_str text = sma_str_make((const char *)data, size);
    ptrdiff_t split = sma_str_chr(text, (char)0xff);
    struct sma_validator *program = NULL;
    const struct sma_json *instance;
    struct sma_arena arena;
    if (split < 0)
        return 0;
    sma_arena_init(&arena, 0);
    if (!sma_validator_compile_text(&program, sma_str_head(text, (size_t)split), NULL, 0, &options,
                                    NULL) &&
        !sma_json_parse(&instance, &arena, sma_str_from(text, (size_t)split + 1), NULL, NULL, NULL))
        judge(program, instance, &arena);
    sma_validator_unref(program);
    sma_arena_fini(&arena);
    return 0;
}
