/* Rows of a listing: aligned columns for people, an array of objects for programs. */
#ifndef SMA_CLI_TABLE_H
#define SMA_CLI_TABLE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/cli.h"

#define SMA_TABLE_COLUMNS_MAX 16

struct sma_table {
    struct sma_arena *arena;
    const char *columns[SMA_TABLE_COLUMNS_MAX]; /* names, as in JSON */
    size_t column_count;
    struct sma_cell *cells; /* row by row */
    size_t count, capacity;
    bool failed; /* out of memory; told by sma_table_print */
};

/* columns: closed by NULL. */
void sma_table_init(struct sma_table *table, struct sma_arena *arena, const char *const *columns);
/* The next cell; rows fill themselves. Texts are borrowed. */
void sma_table_text(struct sma_table *table, struct sma_str text);
void sma_table_number(struct sma_table *table, int64_t number);
void sma_table_bool(struct sma_table *table, bool value);
/* Nothing known: "-" for people, null for programs. */
void sma_table_none(struct sma_table *table);
size_t sma_table_rows(const struct sma_table *table);
/* To stdout, in the form that --format asks for. A single column stands alone, without heading. */
enum sma_status sma_table_print(const struct sma_table *table,
                                const struct sma_arguments *arguments,
                                struct sma_error *err) SMA_MUST_CHECK;

/* --format is json. */
bool sma_wants_json(const struct sma_arguments *arguments);
/* The row for the tables of options. */
#define SMA_LISTING_OPTION                                                                         \
    {                                                                                              \
        .name = "--format", .letter = 'f', .value = "human|json", .standard = "human",             \
        .env = "SCHEMATA_FORMAT", .help = "what goes to stdout"                                    \
    }

#endif
