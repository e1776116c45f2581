/* schemata_parse: a schema from text, with no registry. */
#include "clients/c/memory.h"
#include "clients/c/report.h"
#include "clients/c/schema.h"

/* References as callers give them. One without a subject gets its name as subject, which is where
 * its text is registered. */
static schemata_status_t take_refs(struct sma_client_reference *out, const schemata_ref_in_t *refs,
                                   size_t n, schemata_error_t **err)
{
    for (size_t i = 0; i < n; i++) {
        const char *name = refs[i].name;
        if (!name || !*name)
            return sma_client_fail(err, SCHEMATA_ERR_ARG, "reference %zu has no name", i);
        if (!refs[i].schema)
            return sma_client_fail(err, SCHEMATA_ERR_REFERENCE,
                                   "reference \"%s\" comes without its schema: fetch it first with "
                                   "schemata_get_version",
                                   name);
        const schemata_schema_t *schema = refs[i].schema;
        const char *subject = refs[i].subject    ? refs[i].subject
                              : schema->subject ? schema->subject
                                                : name;
        out[i] = (struct sma_client_reference){
            .name = sma_str_z(name),
            .subject = sma_str_z(subject),
            .version = refs[i].version > 0 ? refs[i].version : schema->version,
            .schema = (schemata_schema_t *)schema, /* only counted */
        };
    }
    return SCHEMATA_OK;
}

schemata_schema_t *schemata_parse(schemata_type_t type, const char *text, size_t len,
                                  const char *file_name, const schemata_ref_in_t *refs,
                                  size_t n_refs, schemata_report_t **report, schemata_error_t **err)
{
    static const struct sma_client_found nowhere = {.id = -1, .version = -1};
    struct sma_client_reference *list;
    struct sma_client_body *body = NULL;
    schemata_schema_t *schema = NULL;
    schemata_error_t *made = NULL;
    if (!text || !*sma_client_type_name(type) || (n_refs && !refs)) {
        sma_client_fail(err, SCHEMATA_ERR_ARG, "schemata_parse: no text, or no such type");
        return NULL;
    }
    list = sma_client_alloc((n_refs + 1) * sizeof *list);
    schemata_status_t st =
        list ? take_refs(list, refs, n_refs, &made) : sma_client_no_memory(&made);
    if (!st)
        st = sma_client_body_new(&body, type, sma_str_make(text, len), file_name, list, n_refs,
                                 &made);
    if (!st && !(schema = sma_client_schema_new(body, &nowhere)))
        st = sma_client_no_memory(&made);
    if (st == SCHEMATA_ERR_PARSE && report)
        *report = sma_client_report_of_text(file_name, "parse", made->message);
    if (st)
        sma_client_error_give(err, made);
    sma_client_body_unref(body);
    sma_client_free(list);
    return schema;
}
