/* How long one validation takes: a 1 KB event against a 30-property schema, compiled once, the
 * instance parsed once (as the peers in bench/peers do it), then also with parsing included.
 *
 *     jsonschema_validate [SCHEMA INSTANCE]     prints nanoseconds per validation, best of 5 rounds
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/jsonschema/validator.h"

#define ROUNDS 5
#define ROUND_NS 300000000u

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        exit(1);
    }
    fclose(file);
    *len = (size_t)size;
    return text;
}

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct bench {
    struct sma_validator *program;
    struct sma_validator_scratch *scratch;
    const struct sma_json *instance;
    struct sma_str text;
    struct sma_arena arena;
};

static void validate(struct bench *b)
{
    bool valid = false;
    if (sma_validator_check(b->program, &b->scratch, b->instance, &valid, NULL) || !valid)
        exit(1);
}

static void parse_and_validate(struct bench *b)
{
    const struct sma_json *tree;
    bool valid = false;
    sma_arena_reset(&b->arena);
    if (sma_json_parse(&tree, &b->arena, b->text, NULL, NULL, NULL) ||
        sma_validator_check(b->program, &b->scratch, tree, &valid, NULL) || !valid)
        exit(1);
}

static double best_ns(void (*step)(struct bench *), struct bench *b)
{
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start = now_ns(), count = 0, spent;
        do {
            for (int i = 0; i < 1000; i++)
                step(b);
            count += 1000;
        } while ((spent = now_ns() - start) < ROUND_NS);
        double ns = (double)spent / (double)count;
        best = !round || ns < best ? ns : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct bench b = {0};
    struct sma_arena arena;
    size_t schema_len, instance_len;
    char *schema = read_file(argc > 2 ? argv[1] : "bench/data/event.schema.json", &schema_len);
    char *instance = read_file(argc > 2 ? argv[2] : "bench/data/event.json", &instance_len);
    sma_arena_init(&arena, 0);
    sma_arena_init(&b.arena, 0);
    b.text = sma_str_make(instance, instance_len);
    if (sma_validator_compile_text(&b.program, sma_str_make(schema, schema_len), NULL, 0, NULL,
                                   &err) ||
        sma_json_parse(&b.instance, &arena, b.text, NULL, NULL, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("schemata validate %.0f ns\n", best_ns(validate, &b));
    printf("schemata parse+validate %.0f ns\n", best_ns(parse_and_validate, &b));
    sma_validator_unref(b.program);
    sma_validator_scratch_free(b.scratch);
    sma_arena_fini(&arena);
    sma_arena_fini(&b.arena);
    free(schema);
    free(instance);
    return 0;
}
