/* schemata search: text in the subjects, fields, types and documentation of the newest schemas of a
 * registry. */
#include <regex.h>

#include "cli/commands.h"
#include "cli/remote_session.h"
#include "core/protobuf/ast.h"
#include "core/protobuf/parse.h"

#define PATTERN_MAX 1024

const struct sma_option sma_search_options[] = {
    {.name = "--in",
     .value = "subject,field,type,doc",
     .standard = "subject,field,type,doc",
     .help = "where to look"},
    {.name = "--regex", .help = "TEXT is an extended regular expression"},
    {.name = "--case", .help = "capital letters count"},
    SMA_LISTING_OPTION,
    {.name = NULL},
};

enum place { IN_SUBJECT, IN_FIELD, IN_TYPE, IN_DOC, PLACE_COUNT };
static const char *const places[] = {"subject", "field", "type", "doc"};

struct search {
    struct sma_remote_session *s;
    bool wants[PLACE_COUNT];
    bool is_regex, is_exact;
    struct sma_str text;
    regex_t regex;
    struct sma_table table;
    const struct sma_fetch *item; /* the one looked at */
};

/* ---- matching ---- */

static bool has_text(const struct search *q, struct sma_str text)
{
    for (size_t i = 0; i + q->text.len <= text.len; i++) {
        struct sma_str part = sma_str_make(text.ptr + i, q->text.len);
        if (q->is_exact ? sma_str_eq(part, q->text) : sma_str_eq_nocase(part, q->text))
            return true;
    }
    return false;
}

static bool matches(const struct search *q, struct sma_str text)
{
    regmatch_t range = {.rm_so = 0, .rm_eo = (regoff_t)text.len};
    if (!q->is_regex)
        return has_text(q, text);
    return text.len <= INT32_MAX && !regexec(&q->regex, text.ptr ? text.ptr : "", 1, &range,
                                             REG_STARTEND);
}

/* One line of a text, for the listing. */
static struct sma_str first_line(struct sma_str text)
{
    ptrdiff_t end = sma_str_chr(text, '\n');
    text = sma_str_trim(end < 0 ? text : sma_str_head(text, (size_t)end));
    return text.len > 120 ? sma_str_head(text, 120) : text;
}

static void look(struct search *q, enum place place, struct sma_str text)
{
    if (!q->wants[place] || !matches(q, text))
        return;
    sma_table_text(&q->table, q->item->subject);
    sma_table_number(&q->table, q->item->schema.version);
    sma_table_text(&q->table, sma_str_z(places[place]));
    sma_table_text(&q->table, first_line(text));
}

/* ---- Avro and JSON Schema: members with known names ---- */

static void look_at_member(struct search *q, struct sma_str name, const struct sma_json *value,
                           bool is_field, bool is_avro)
{
    bool is_doc = sma_str_eqz(name, is_avro ? "doc" : "description") ||
                  (!is_avro && sma_str_eqz(name, "title"));
    if (value->type == SMA_JSON_STRING && is_doc)
        look(q, IN_DOC, value->text);
    if (is_avro && value->type == SMA_JSON_STRING && sma_str_eqz(name, "name"))
        look(q, is_field ? IN_FIELD : IN_TYPE, value->text);
    if (!is_avro && value->type == SMA_JSON_STRING && sma_str_eqz(name, "title"))
        look(q, IN_TYPE, value->text);
}

static bool names_types(struct sma_str name)
{
    return sma_str_eqz(name, "$defs") || sma_str_eqz(name, "definitions");
}

/* The reader has bounded the depth. */
static void look_at_json(struct search *q, const struct sma_json *value, bool is_field,
                         bool is_avro)
{
    for (uint32_t i = 0; value->type == SMA_JSON_ARRAY && i < value->count; i++)
        look_at_json(q, &value->items[i], is_field, is_avro);
    if (value->type != SMA_JSON_OBJECT)
        return;
    for (uint32_t i = 0; i < value->count; i++) {
        const struct sma_json_member *m = &value->members[i];
        bool is_map = !is_avro && m->value.type == SMA_JSON_OBJECT &&
                      (sma_str_eqz(m->name, "properties") || names_types(m->name));
        look_at_member(q, m->name, &m->value, is_field, is_avro);
        for (uint32_t k = 0; is_map && k < m->value.count; k++) {
            look(q, names_types(m->name) ? IN_TYPE : IN_FIELD, m->value.members[k].name);
            look_at_json(q, &m->value.members[k].value, false, is_avro);
        }
        if (!is_map)
            look_at_json(q, &m->value, is_avro && sma_str_eqz(m->name, "fields"), is_avro);
    }
}

/* ---- Protobuf ---- */

static void look_at_fields(struct search *q, const struct sma_proto_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        look(q, IN_FIELD, fields->items[i].name);
}

static void look_at_enums(struct search *q, const struct sma_proto_enums *enums)
{
    for (size_t i = 0; i < enums->count; i++) {
        look(q, IN_TYPE, enums->items[i].name);
        for (size_t v = 0; v < enums->items[i].value_count; v++)
            look(q, IN_FIELD, enums->items[i].values[v].name);
    }
}

/* Nesting is bounded by the parser. */
static void look_at_messages(struct search *q, const struct sma_proto_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++) {
        const struct sma_proto_message *m = &messages->items[i];
        look(q, IN_TYPE, m->name);
        look_at_fields(q, &m->fields);
        for (size_t o = 0; o < m->oneof_count; o++)
            look_at_fields(q, &m->oneofs[o].fields);
        look_at_enums(q, &m->enums);
        look_at_messages(q, &m->messages);
    }
}

/* Comments to the end of a line; registries drop all comments anyway. */
static void look_at_comments(struct search *q, struct sma_str text)
{
    while (text.len) {
        ptrdiff_t end = sma_str_chr(text, '\n');
        struct sma_str line = end < 0 ? text : sma_str_head(text, (size_t)end);
        text = sma_str_from(text, line.len + 1);
        for (size_t i = 0; i + 1 < line.len; i++)
            if (line.ptr[i] == '/' && line.ptr[i + 1] == '/') {
                look(q, IN_DOC, sma_str_trim(sma_str_from(line, i + 2)));
                break;
            }
    }
}

/* ---- one schema ---- */

static enum sma_status look_at(struct search *q, const struct sma_fetch *item)
{
    struct sma_remote_session *s = q->s;
    const struct sma_remote_schema *schema = &item->schema;
    const struct sma_proto_file *file = NULL;
    const struct sma_json *root = NULL;
    struct sma_json_options options = {.max_depth = 512};
    q->item = item;
    look(q, IN_SUBJECT, item->subject);
    /* What does not parse is passed over: the registry took it, and its subject was looked at. */
    if (sma_str_eqz(schema->type, "PROTOBUF")) {
        enum sma_status st = sma_proto_parse(&file, &s->arena, schema->text, NULL);
        if (st == SMA_ENOMEM)
            return sma_fail_nomem(&s->err);
        if (!st) {
            look_at_messages(q, &file->messages);
            look_at_enums(q, &file->enums);
            look_at_comments(q, schema->text);
        }
        return SMA_OK;
    }
    enum sma_status st = sma_json_parse(&root, &s->arena, schema->text, &options, NULL, NULL);
    if (st == SMA_ENOMEM)
        return sma_fail_nomem(&s->err);
    if (!st)
        look_at_json(q, root, false, sma_str_eqz(schema->type, "AVRO"));
    return SMA_OK;
}

/* ---- the command ---- */

static enum sma_status read_places(struct search *q)
{
    const char *text = sma_argument(q->s->arguments, "--in");
    struct sma_str rest = sma_str_z(text ? text : "subject,field,type,doc");
    while (rest.len) {
        ptrdiff_t comma = sma_str_chr(rest, ',');
        struct sma_str name = comma < 0 ? rest : sma_str_head(rest, (size_t)comma);
        int i = 0;
        while (i < PLACE_COUNT && !sma_str_eqz(name, places[i]))
            i++;
        if (i == PLACE_COUNT)
            return sma_fail(&q->s->err, SMA_EINVAL,
                            "--in: \"%.*s\" is none of subject, field, type, doc",
                            SMA_STR_ARG(name));
        q->wants[i] = true;
        rest = sma_str_from(rest, name.len + 1);
    }
    return SMA_OK;
}

static enum sma_status read_text(struct search *q)
{
    char why[128];
    q->text = sma_str_z(q->s->arguments->positional[0]);
    q->is_exact = sma_argument_has(q->s->arguments, "--case");
    if (!q->text.len || q->text.len > PATTERN_MAX)
        return sma_fail(&q->s->err, SMA_EINVAL, "search wants a text of 1 to %d bytes",
                        PATTERN_MAX);
    if (!sma_argument_has(q->s->arguments, "--regex"))
        return SMA_OK;
    int code = regcomp(&q->regex, q->text.ptr, REG_EXTENDED | (q->is_exact ? 0 : REG_ICASE));
    if (code) {
        regerror(code, &q->regex, why, sizeof why);
        return sma_fail(&q->s->err, SMA_EINVAL, "\"%s\" is no regular expression: %s",
                        q->text.ptr, why);
    }
    q->is_regex = true;
    return SMA_OK;
}

static enum sma_status search(struct search *q)
{
    struct sma_remote_session *s = q->s;
    struct sma_fetch *items;
    size_t count;
    enum sma_status st = read_places(q);
    if (!st)
        st = read_text(q);
    if (!st)
        st = sma_remote_fetch_latest(&items, &count, s->remote, &s->arena, s->arguments,
                                     SMA_STR(""), &s->err);
    sma_table_init(&q->table, &s->arena,
                   (const char *const[]){"subject", "version", "in", "match", NULL});
    for (size_t i = 0; !st && i < count; i++)
        st = look_at(q, &items[i]);
    return st ? st : sma_table_print(&q->table, s->arguments, &s->err);
}

int sma_search_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    struct search q = {.s = &s};
    enum sma_status st = sma_remote_session_open(&s, arguments);
    if (!st)
        st = search(&q);
    if (q.is_regex)
        regfree(&q.regex);
    return sma_remote_session_finish(&s, st, SMA_EXIT_OK);
}
