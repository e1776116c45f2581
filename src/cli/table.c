#include "cli/table.h"

#include <string.h>

#include "core/json/writer.h"

struct sma_cell {
    enum { CELL_NONE, CELL_TEXT, CELL_NUMBER, CELL_BOOL } kind;
    struct sma_str text;
    int64_t number;
};

void sma_table_init(struct sma_table *table, struct sma_arena *arena, const char *const *columns)
{
    *table = (struct sma_table){.arena = arena};
    while (columns[table->column_count] && table->column_count < SMA_TABLE_COLUMNS_MAX) {
        table->columns[table->column_count] = columns[table->column_count];
        table->column_count++;
    }
}

static void add(struct sma_table *table, struct sma_cell cell)
{
    struct sma_cell *grown = sma_arena_grow(table->arena, table->cells, table->count,
                                            &table->capacity, table->count + 1, sizeof *grown);
    table->failed |= !grown || (cell.kind == CELL_TEXT && !cell.text.ptr);
    if (!grown)
        return;
    table->cells = grown;
    grown[table->count++] = cell;
}

void sma_table_text(struct sma_table *table, struct sma_str text)
{
    add(table, (struct sma_cell){.kind = CELL_TEXT, .text = text});
}

void sma_table_number(struct sma_table *table, int64_t number)
{
    add(table, (struct sma_cell){.kind = CELL_NUMBER, .number = number});
}

void sma_table_bool(struct sma_table *table, bool value)
{
    add(table, (struct sma_cell){.kind = CELL_BOOL, .number = value});
}

void sma_table_none(struct sma_table *table)
{
    add(table, (struct sma_cell){.kind = CELL_NONE});
}

size_t sma_table_rows(const struct sma_table *table)
{
    return table->count / table->column_count;
}

bool sma_wants_json(const struct sma_arguments *arguments)
{
    const char *format = sma_argument(arguments, "--format");
    return format && !strcmp(format, "json");
}

static void put_json(struct sma_buf *out, const struct sma_table *table)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_array_open(&w);
    for (size_t i = 0; i < table->count; i++) {
        const struct sma_cell *cell = &table->cells[i];
        if (i % table->column_count == 0)
            sma_jw_object_open(&w);
        sma_jw_name(&w, table->columns[i % table->column_count]);
        if (cell->kind == CELL_TEXT)
            sma_jw_string(&w, cell->text);
        else if (cell->kind == CELL_NUMBER)
            sma_jw_i64(&w, cell->number);
        else if (cell->kind == CELL_BOOL)
            sma_jw_bool(&w, cell->number);
        else
            sma_jw_null(&w);
        if ((i + 1) % table->column_count == 0)
            sma_jw_object_close(&w);
    }
    sma_jw_array_close(&w);
    sma_buf_putc(out, '\n');
}

/* What a person sees: control characters of a peer's text would reach the terminal. */
static struct sma_str shown(const struct sma_cell *cell, char room[24])
{
    if (cell->kind == CELL_TEXT)
        return cell->text;
    if (cell->kind == CELL_BOOL)
        return cell->number ? SMA_STR("yes") : SMA_STR("no");
    if (cell->kind == CELL_NONE)
        return SMA_STR("-");
    return sma_str_make(room, (size_t)snprintf(room, 24, "%lld", (long long)cell->number));
}

static size_t width_of(struct sma_str text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.len; i++)
        width += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return width;
}

static void put_cell(struct sma_buf *out, struct sma_str text, size_t width, bool is_last)
{
    for (size_t i = 0; i < text.len; i++)
        sma_buf_putc(out, (unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f ? '?'
                                                                                  : text.ptr[i]);
    for (size_t i = width_of(text); !is_last && i < width + 2; i++)
        sma_buf_putc(out, ' ');
    if (is_last)
        sma_buf_putc(out, '\n');
}

static void put_human(struct sma_buf *out, const struct sma_table *table)
{
    size_t widths[SMA_TABLE_COLUMNS_MAX], columns = table->column_count;
    char room[24];
    for (size_t c = 0; c < columns; c++)
        widths[c] = strlen(table->columns[c]);
    for (size_t i = 0; i < table->count; i++) {
        size_t width = width_of(shown(&table->cells[i], room));
        if (width > widths[i % columns])
            widths[i % columns] = width;
    }
    for (size_t c = 0; columns > 1 && table->count && c < columns; c++) {
        char heading[32];
        size_t n = 0;
        for (const char *p = table->columns[c]; *p && n + 1 < sizeof heading; p++)
            heading[n++] = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
        put_cell(out, sma_str_make(heading, n), widths[c], c + 1 == columns);
    }
    for (size_t i = 0; i < table->count; i++)
        put_cell(out, shown(&table->cells[i], room), widths[i % columns],
                 (i + 1) % columns == 0);
}

enum sma_status sma_table_print(const struct sma_table *table,
                                const struct sma_arguments *arguments, struct sma_error *err)
{
    struct sma_buf out;
    sma_buf_init(&out, 0);
    if (sma_wants_json(arguments))
        put_json(&out, table);
    else
        put_human(&out, table);
    bool ok = !table->failed && !sma_buf_failed(&out);
    if (ok)
        fwrite(out.ptr ? out.ptr : "", 1, out.len, stdout);
    sma_buf_fini(&out);
    return ok ? SMA_OK : sma_fail_nomem(err);
}
