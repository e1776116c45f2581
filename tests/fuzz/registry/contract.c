/* Metadata, rule sets and configurations from any JSON: reading must not fall over, and what was
 * read must read again from its normal text to the same normal text. */
#include <stdint.h>
#include <stdlib.h>

#include "registry/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(struct sma_str a, struct sma_str b)
{
    if (!a.ptr != !b.ptr || !sma_str_eq(a, b))
        abort();
}

static void try_metadata(struct sma_arena *arena, const struct sma_json *json)
{
    const struct sma_metadata *first, *again, *merged;
    struct sma_str text, text2;
    if (sma_metadata_read(&first, arena, json, "metadata", NULL) ||
        sma_metadata_text(&text, arena, first, NULL) || !text.ptr)
        return;
    if (sma_metadata_parse(&again, arena, text, NULL) ||
        sma_metadata_text(&text2, arena, again, NULL))
        abort();
    same(text, text2);
    if (sma_metadata_merge(&merged, arena, first, again, NULL) ||
        sma_metadata_text(&text2, arena, merged, NULL))
        abort();
    same(text, text2); /* merged with itself it is itself */
}

static void try_rules(struct sma_arena *arena, const struct sma_json *json)
{
    const struct sma_rule_set *first, *again;
    struct sma_str text, text2;
    if (sma_rule_set_read(&first, arena, json, "ruleSet", NULL) ||
        sma_rule_set_text(&text, arena, first, NULL) || !text.ptr)
        return;
    bool is_valid = !sma_rule_set_validate(first, NULL);
    if (sma_rule_set_parse(&again, arena, text, NULL) ||
        sma_rule_set_text(&text2, arena, again, NULL))
        abort();
    same(text, text2);
    if (is_valid && sma_rule_set_validate(again, NULL))
        abort();
}

static void try_config(struct sma_arena *arena, const struct sma_json *json)
{
    struct sma_config_update update;
    struct sma_config config = {0}, again;
    struct sma_record_config record;
    struct sma_buf first, second;
    if (sma_config_update_read(&update, arena, json, NULL))
        return;
    sma_buf_init(&first, 0);
    sma_buf_init(&second, 0);
    sma_config_apply(&config, &update);
    if (sma_config_record(&record, arena, &config, NULL))
        abort();
    sma_record_config_value(&first, SMA_STR("s"), &record);
    if (sma_config_parse(&again, arena, sma_buf_str(&first), NULL) ||
        sma_config_record(&record, arena, &again, NULL))
        abort();
    sma_record_config_value(&second, SMA_STR("s"), &record);
    same(sma_buf_str(&first), sma_buf_str(&second));
    sma_buf_fini(&first);
    sma_buf_fini(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sma_json_options options = {.non_finite = true};
    struct sma_str text = sma_str_make((const char *)data, size);
    const struct sma_json *json = NULL;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    if (!sma_json_parse(&json, &arena, text, &options, NULL, NULL)) {
        try_metadata(&arena, json);
        try_rules(&arena, json);
        if (json->type == SMA_JSON_OBJECT)
            try_config(&arena, json);
    }
    sma_arena_fini(&arena);
    return 0;
}
