/* SARIF 2.1.0, for code scanning. */
#include "base/map.h"
#include "cli/report.h"
#include "cli/rules.h"
#include "core/json/writer.h"

static void put_text(struct sma_json_writer *w, const char *name, struct sma_str text)
{
    sma_jw_name(w, name);
    sma_jw_object_open(w);
    sma_jw_member_string(w, "text", text);
    sma_jw_object_close(w);
}

static void put_rule(struct sma_json_writer *w, const struct sma_report *report, struct sma_str id)
{
    struct sma_buf page;
    sma_buf_init(&page, 0);
    sma_jw_object_open(w);
    sma_jw_member_string(w, "id", id);
    put_text(w, "shortDescription", sma_rule_title(report->arena, id));
    if (sma_rule_page(&page, id))
        put_text(w, "help", sma_buf_str(&page));
    sma_jw_object_close(w);
    sma_buf_fini(&page);
}

/* Paths as URIs: what a URI cannot hold is written %XX. */
static struct sma_str uri_of(struct sma_arena *arena, struct sma_str path)
{
    struct sma_buf out;
    sma_buf_init(&out, 0);
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z') || strchr("-._~/!$&'()*+,;=@", c);
        if (is_plain && c)
            sma_buf_putc(&out, (char)c);
        else
            sma_buf_printf(&out, "%%%02X", c);
    }
    struct sma_str uri = sma_arena_copy(arena, sma_buf_str(&out));
    sma_buf_fini(&out);
    return uri;
}

static void put_artifact(struct sma_json_writer *w, const struct sma_report *report,
                         const struct sma_place *place)
{
    sma_jw_name(w, "artifactLocation");
    sma_jw_object_open(w);
    sma_jw_member_string(w, "uri",
                         uri_of(report->arena, place->file.len ? place->file : place->label));
    if (place->file.len)
        sma_jw_member_string(w, "uriBaseId", SMA_STR("%SRCROOT%"));
    sma_jw_object_close(w);
}

static void put_region(struct sma_json_writer *w, const char *name, const struct sma_place *place)
{
    struct sma_range range;
    if (!sma_place_range(place, &range))
        return;
    sma_jw_name(w, name);
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "startLine", range.line);
    sma_jw_member_i64(w, "startColumn", range.column);
    sma_jw_member_i64(w, "endLine", range.end_line);
    sma_jw_member_i64(w, "endColumn", range.end_column);
    sma_jw_object_close(w);
}

/* The one edit of a finding, as a fix that viewers can apply. */
static void put_fix(struct sma_json_writer *w, const struct sma_report *report,
                    const struct sma_said *said)
{
    struct sma_place place = said->place;
    place.span = (struct sma_span){said->fix.edit.start, said->fix.edit.end};
    place.is_known = true;
    sma_jw_name(w, "fixes");
    sma_jw_array_open(w);
    sma_jw_object_open(w);
    put_text(w, "description", said->fix.text);
    sma_jw_name(w, "artifactChanges");
    sma_jw_array_open(w);
    sma_jw_object_open(w);
    put_artifact(w, report, &place);
    sma_jw_name(w, "replacements");
    sma_jw_array_open(w);
    sma_jw_object_open(w);
    put_region(w, "deletedRegion", &place);
    put_text(w, "insertedContent", said->fix.edit.text);
    sma_jw_object_close(w);
    sma_jw_array_close(w);
    sma_jw_object_close(w);
    sma_jw_array_close(w);
    sma_jw_object_close(w);
    sma_jw_array_close(w);
}

static void put_location(struct sma_json_writer *w, const struct sma_report *report,
                         const struct sma_place *place)
{
    sma_jw_object_open(w);
    sma_jw_name(w, "physicalLocation");
    sma_jw_object_open(w);
    put_artifact(w, report, place);
    put_region(w, "region", place);
    sma_jw_object_close(w);
    sma_jw_object_close(w);
}

static void put_result(struct sma_json_writer *w, const struct sma_report *report,
                       const struct sma_said *said, size_t rule_index)
{
    static const char *const levels[] = {"note", "warning", "error"};
    sma_jw_object_open(w);
    sma_jw_member_string(w, "ruleId", said->rule);
    sma_jw_member_i64(w, "ruleIndex", (int64_t)rule_index);
    sma_jw_member_string(w, "level", sma_str_z(levels[said->severity]));
    put_text(w, "message", said->message);
    sma_jw_name(w, "locations");
    sma_jw_array_open(w);
    if (said->place.label.len)
        put_location(w, report, &said->place);
    sma_jw_array_close(w);
    sma_jw_name(w, "partialFingerprints");
    sma_jw_object_open(w);
    sma_jw_member_string(w, "schemata/v1", sma_str_z(said->fingerprint));
    sma_jw_object_close(w);
    if (said->fix.edit.text.ptr)
        put_fix(w, report, said);
    if (said->accepted.ptr) {
        sma_jw_name(w, "suppressions");
        sma_jw_array_open(w);
        sma_jw_object_open(w);
        sma_jw_member_string(w, "kind", SMA_STR("external"));
        sma_jw_member_string(w, "justification", said->accepted);
        sma_jw_object_close(w);
        sma_jw_array_close(w);
    }
    sma_jw_object_close(w);
}

static void put_driver(struct sma_json_writer *w, const struct sma_report *report,
                       const struct sma_map *rules)
{
    sma_jw_name(w, "tool");
    sma_jw_object_open(w);
    sma_jw_name(w, "driver");
    sma_jw_object_open(w);
    sma_jw_member_string(w, "name", SMA_STR("schemata"));
    sma_jw_member_string(w, "version", SMA_STR(SMA_VERSION));
    sma_jw_name(w, "rules");
    sma_jw_array_open(w);
    for (size_t i = 0; i < rules->count; i++)
        put_rule(w, report, rules->entries[i].key);
    sma_jw_array_close(w);
    sma_jw_object_close(w);
    sma_jw_object_close(w);
}

void sma_render_sarif(struct sma_buf *out, const struct sma_report *report)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    struct sma_map rules;
    sma_map_init(&rules);
    for (size_t i = 0; i < report->count; i++)
        if (sma_map_add(&rules, report->findings[i].rule, NULL) < 0)
            out->failed = true;
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "$schema", SMA_STR("https://json.schemastore.org/sarif-2.1.0.json"));
    sma_jw_member_string(&w, "version", SMA_STR("2.1.0"));
    sma_jw_name(&w, "runs");
    sma_jw_array_open(&w);
    sma_jw_object_open(&w);
    put_driver(&w, report, &rules);
    sma_jw_member_string(&w, "columnKind", SMA_STR("unicodeCodePoints"));
    sma_jw_name(&w, "results");
    sma_jw_array_open(&w);
    for (size_t i = 0; !out->failed && i < report->count; i++) {
        struct sma_map_entry *entry = sma_map_find(&rules, report->findings[i].rule);
        put_result(&w, report, &report->findings[i], (size_t)(entry - rules.entries));
    }
    sma_jw_array_close(&w);
    sma_jw_object_close(&w);
    sma_jw_array_close(&w);
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
    sma_map_fini(&rules);
}
