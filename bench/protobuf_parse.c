/* Microseconds of one parse (with the check of all names and the canonical text) of a generated
 * .proto of 1,000 lines, and of one compatibility check between two files of 200 messages. Prints
 * both figures. With an argument, writes the 1,000 lines to that file for other parsers to read,
 * and stops. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/compat/finding.h"
#include "core/protobuf/protobuf.h"

#define LINES 1000
#define MESSAGES 200
#define ROUNDS 5

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static const char *const types[] = {
    "string", "int64", "repeated double", "map<string, int32>", "google.protobuf.Timestamp", "bool",
    "bytes",  "State"};

/* Messages of ten lines each, the later ones using the earlier ones. */
static void put_message(struct sma_buf *out, int index, int is_new)
{
    sma_buf_printf(out, "// Message number %d of the file.\nmessage Message%d {\n", index, index);
    for (int i = 0; i < 5; i++)
        sma_buf_printf(out, "  %s field_%d = %d;\n", types[(index + i) % 8], i, i + 1);
    if (index > 0)
        sma_buf_printf(out, "  Message%d previous = 6 [deprecated = true];\n", index - 1);
    else
        sma_buf_putz(out, "  string previous = 6;\n");
    sma_buf_printf(out, "  oneof choice { %s a = 7; int32 b = 8; }\n}\n",
                   is_new ? "uint32" : "int32");
}

static void build(struct sma_buf *out, int messages, int is_new)
{
    sma_buf_putz(out, "syntax = \"proto3\";\npackage bench.shop;\nimport "
                      "\"google/protobuf/timestamp.proto\";\nenum State {\n  STATE_UNKNOWN = 0;\n  "
                      "STATE_OPEN = 1;\n  STATE_CLOSED = 2;\n}\n\n");
    for (int i = 0; i < messages; i++)
        put_message(out, i, is_new);
    sma_buf_putz(out, is_new ? "message Added { string x = 1; }\n" : "");
}

static struct sma_schema *parse(struct sma_str text)
{
    struct sma_schema *schema = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    const struct sma_parse_options options = {SMA_PARSE_STRICT, true, false};
    struct sma_source source = {.text = text};
    if (sma_format_protobuf.parse(&schema, &source, &options, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    return schema;
}

/* The best of a few rounds. */
static double time_parse(struct sma_str text)
{
    double best = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now_us();
        for (int i = 0; i < 200; i++)
            sma_schema_unref(parse(text));
        double each = (now_us() - start) / 200;
        best = each < best ? each : best;
    }
    return best;
}

static double time_compat(const struct sma_schema *reader, const struct sma_schema *writer)
{
    double best = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now_us();
        for (int i = 0; i < 200; i++) {
            struct sma_arena arena;
            struct sma_findings findings;
            struct sma_work work = {SMA_COMPAT_STEPS_MAX};
            sma_arena_init(&arena, 0);
            sma_findings_init(&findings, &arena, 0);
            if (sma_format_protobuf.compat(&findings, reader, writer, SMA_POLICY_STRICT, &work,
                                           NULL) ||
                findings.incompatible_count)
                exit(1);
            sma_arena_fini(&arena);
        }
        double each = (now_us() - start) / 200;
        best = each < best ? each : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    struct sma_buf lines, old_text, new_text;
    sma_buf_init(&lines, 0);
    sma_buf_init(&old_text, 0);
    sma_buf_init(&new_text, 0);
    build(&lines, (LINES - 9) / 10, 0);
    if (argc > 1) {
        FILE *file = fopen(argv[1], "wb");
        return !file || fwrite(lines.ptr, 1, lines.len, file) != lines.len || fclose(file);
    }
    build(&old_text, MESSAGES, 0);
    build(&new_text, MESSAGES, 1);
    struct sma_schema *old = parse(sma_buf_str(&old_text)), *new = parse(sma_buf_str(&new_text));
    printf("parse_us %.1f\n", time_parse(sma_buf_str(&lines)));
    printf("compat_us %.1f\n", time_compat(new, old));
    sma_schema_unref(old);
    sma_schema_unref(new);
    sma_buf_fini(&lines);
    sma_buf_fini(&old_text);
    sma_buf_fini(&new_text);
    return 0;
}
