/* GET /capabilities: what this server is, can do and allows, so that a client need not guess. */
#include "api/schemata/engine.h"
#include "api/schemata/limits.h"
#include "api/schemata/resources.h"
#include "core/formats/formats.h"

static void write_limits(struct sma_json_writer *w)
{
    static const struct {
        const char *name;
        int64_t value;
    } limits[] = {
        {"jsonDepth", SMA_OWN_BODY_DEPTH_MAX},
        {"jsonValues", SMA_OWN_BODY_VALUES_MAX},
        {"validateValues", SMA_OWN_VALUES_MAX},
        {"validateStepsPerValue", SMA_OWN_VALIDATE_STEPS_MAX},
        {"validateSeconds", SMA_OWN_VALIDATE_SECONDS_MAX},
        {"findingsPerValue", SMA_OWN_FINDINGS_MAX},
        {"subjectsPerPage", SMA_OWN_SUBJECTS_MAX},
        {"searchHitsPerPage", SMA_OWN_SEARCH_HITS_MAX},
        {"changesPerPage", SMA_OWN_CHANGES_MAX},
        {"changesWaitMs", SMA_OWN_WAIT_MS_MAX},
        {"longPolls", SMA_OWN_WAITERS_MAX},
        {"imports", SMA_OWN_IMPORTS_MAX},
        {"graphNodes", SMA_OWN_GRAPH_NODES_MAX},
        {"references", SMA_REFERENCES_MAX},
        {"referencesTransitive", SMA_REFERENCES_TRANSITIVE_MAX},
        {"resolvedBytes", SMA_RESOLVED_BYTES_MAX},
        {"compatibilitySteps", SMA_COMPAT_STEPS_MAX},
    };
    sma_jw_name(w, "limits");
    sma_jw_object_open(w);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        sma_jw_member_i64(w, limits[i].name, limits[i].value);
    sma_jw_object_close(w);
}

/* What is there: the routes themselves, by name. */
static void write_features(struct sma_json_writer *w)
{
    sma_jw_name(w, "features");
    sma_jw_array_open(w);
    for (size_t i = 0; i < sma_own_route_count; i++)
        sma_jw_string(w, sma_str_from(sma_str_z(sma_own_routes[i].name), strlen("schemata.")));
    sma_jw_array_close(w);
}

enum sma_status sma_own_capabilities(struct sma_own_call *call, struct sma_error *err)
{
    struct sma_json_writer *w = &call->out;
    (void)err;
    sma_jw_object_open(w);
    sma_jw_member_string(w, "name", SMA_STR("schemata"));
    sma_jw_member_string(w, "version", SMA_STR(SMA_VERSION));
    sma_jw_name(w, "schemaTypes");
    sma_jw_array_open(w);
    for (size_t i = 0; sma_format_at(i); i++)
        sma_jw_string(w, sma_str_z(sma_format_at(i)->name));
    sma_jw_array_close(w);
    write_features(w);
    write_limits(w);
    sma_jw_object_close(w);
    return SMA_OK;
}
