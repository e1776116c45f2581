/* Microseconds of one compatibility check between two schemas of 100 properties: the newer has one
 * optional property more under a closed content model, and wider limits. With two arguments, writes
 * the old and the new schema to those files for other checkers, and stops. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/compat/finding.h"
#include "core/jsonschema/jsonschema.h"

#define PROPERTIES 100
#define CHECKS 2000

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void build(struct sma_buf *out, int is_new)
{
    sma_buf_putz(out,
                 "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\","
                 "\"additionalProperties\":false,\"required\":[\"p0\"],\"properties\":{");
    for (int i = 0; i < PROPERTIES; i++) {
        sma_buf_printf(out, "%s\"p%d\":", i ? "," : "", i);
        if (i % 3 == 0)
            sma_buf_printf(out, "{\"type\":\"string\",\"maxLength\":%d}", is_new ? 60 : 50);
        else if (i % 3 == 1)
            sma_buf_printf(out, "{\"type\":\"integer\",\"minimum\":%d}", is_new ? 0 : 1);
        else
            sma_buf_putz(out, "{\"type\":\"array\",\"items\":{\"type\":\"number\"}}");
    }
    sma_buf_putz(out, is_new ? ",\"added\":{\"type\":\"string\"}}}" : "}}");
}

static int write_file(const char *path, struct sma_str text)
{
    FILE *file = fopen(path, "wb");
    return !file || fwrite(text.ptr, 1, text.len, file) != text.len || fclose(file);
}

static struct sma_schema *parse(struct sma_str text)
{
    struct sma_schema *schema = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    const struct sma_parse_options options = {SMA_PARSE_STRICT, true, false};
    struct sma_source source = {.text = text};
    if (sma_format_jsonschema.parse(&schema, &source, &options, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    return schema;
}

int main(int argc, char **argv)
{
    struct sma_buf old_text, new_text;
    double best = 1e18;
    sma_buf_init(&old_text, 0);
    sma_buf_init(&new_text, 0);
    build(&old_text, 0);
    build(&new_text, 1);
    if (argc == 3)
        return write_file(argv[1], sma_buf_str(&old_text)) ||
               write_file(argv[2], sma_buf_str(&new_text));
    struct sma_schema *old = parse(sma_buf_str(&old_text)), *new = parse(sma_buf_str(&new_text));
    for (int round = 0; round < 5; round++) {
        double start = now_us();
        for (int i = 0; i < CHECKS; i++) {
            struct sma_arena arena;
            struct sma_findings findings;
            struct sma_work work = {SMA_COMPAT_STEPS_MAX};
            sma_arena_init(&arena, 0);
            sma_findings_init(&findings, &arena, 0);
            if (sma_format_jsonschema.compat(&findings, new, old, SMA_POLICY_STRICT, &work, NULL) ||
                findings.incompatible_count)
                return 1;
            sma_arena_fini(&arena);
        }
        double each = (now_us() - start) / CHECKS;
        best = each < best ? each : best;
    }
    printf("%.2f\n", best);
    sma_schema_unref(old);
    sma_schema_unref(new);
    sma_buf_fini(&old_text);
    sma_buf_fini(&new_text);
    return 0;
}
