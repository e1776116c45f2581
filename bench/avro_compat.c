/* Nanoseconds of one warm compatibility check between two 50-field records: the newer has one field
 * more, with a default, and reads one promoted. Prints the figure. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/avro/avro.h"
#include "core/compat/finding.h"

#define FIELDS 50
#define CHECKS 200000

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The same text as bench/peers/avro builds. */
static void build(struct sma_buf *out, int is_new)
{
    static const char *const types[] = {"\"string\"", "\"long\"", "[\"null\",\"string\"]",
                                        "{\"type\":\"array\",\"items\":\"double\"}",
                                        "{\"type\":\"map\",\"values\":\"string\"}"};
    sma_buf_putz(out,
                 "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\",\"fields\":[");
    for (int i = 0; i < FIELDS; i++)
        sma_buf_printf(out, "%s{\"name\":\"field_%d\",\"type\":%s}", i ? "," : "", i,
                       i == 7 ? (is_new ? "\"long\"" : "\"int\"") : types[i % 5]);
    if (is_new)
        sma_buf_putz(out, ",{\"name\":\"added\",\"type\":\"string\",\"default\":\"\"}");
    sma_buf_putz(out, "]}");
}

static struct sma_schema *parse(int is_new)
{
    struct sma_buf text;
    struct sma_schema *schema = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    const struct sma_parse_options options = {SMA_PARSE_STRICT, true, false};
    sma_buf_init(&text, 0);
    build(&text, is_new);
    struct sma_source source = {.text = sma_buf_str(&text)};
    if (sma_format_avro.parse(&schema, &source, &options, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    sma_buf_fini(&text);
    return schema;
}

int main(void)
{
    struct sma_schema *reader = parse(1), *writer = parse(0);
    struct sma_arena arena;
    size_t found = 0;
    double best = 1e18;
    sma_arena_init(&arena, 0);
    for (int round = 0; round < 5; round++) {
        double start = now_ns();
        for (int i = 0; i < CHECKS; i++) {
            struct sma_findings findings;
            struct sma_work work = {SMA_COMPAT_STEPS_MAX};
            sma_findings_init(&findings, &arena, 0);
            if (sma_format_avro.compat(&findings, reader, writer, SMA_POLICY_STRICT, &work, NULL))
                return 1;
            found += findings.incompatible_count;
        }
        double each = (now_ns() - start) / CHECKS;
        best = each < best ? each : best;
    }
    if (found)
        return 1;
    printf("%.1f ns per check\n", best);
    sma_arena_fini(&arena);
    sma_schema_unref(reader);
    sma_schema_unref(writer);
    return 0;
}
