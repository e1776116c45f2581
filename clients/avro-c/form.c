/* Schemas as avro-c has them. */
#include "clients/avro-c/avro_c.h"

#include "core/schema/schema.h"

const struct sma_client_adapter *sma_avro_c_api(schemata_error_t **err)
{
    const struct sma_client_adapter *api = schemata_private_adapter();
    if (api->layout == SMA_CLIENT_ADAPTER_LAYOUT)
        return api;
    api->fail(err, SCHEMATA_ERR_UNSUPPORTED,
              "libschemata-avro is of version %s, libschemata of %s: install both from one build",
              SMA_VERSION, api->version);
    return NULL;
}

static void release(struct sma_client_attachment *attachment)
{
    struct sma_avro_c_form *form = (struct sma_avro_c_form *)attachment;
    if (form->iface)
        avro_value_iface_decref(form->iface);
    if (form->schema)
        avro_schema_decref(form->schema);
    form->api->release(form);
}

/* From the text with the types of references written out: avro-c knows no references. */
static bool build(struct sma_avro_c_form *form, const struct sma_schema *core)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    bool ok = !core->format->print(&text, core, SMA_TEXT_RESOLVED, NULL) &&
              !sma_buf_failed(&text) &&
              avro_schema_from_json_length(text.ptr, text.len, &form->schema) == 0;
    sma_buf_fini(&text);
    if (ok)
        form->iface = avro_generic_class_from_schema(form->schema);
    return ok && form->iface;
}

static struct sma_client_attachment *make(struct sma_client_body *body, schemata_error_t **err)
{
    const struct sma_client_adapter *api = sma_avro_c_api(err);
    struct sma_avro_c_form *form;
    if (!api)
        return NULL;
    if (body->type != SCHEMATA_AVRO) {
        api->fail(err, SCHEMATA_ERR_UNSUPPORTED, "the message's schema is no Avro schema");
        api->hint(err, "use schemata_serialize_json() and schemata_deserialize_json(), which take "
                       "every format");
        return NULL;
    }
    form = api->alloc(sizeof *form);
    if (!form) {
        api->no_memory(err);
        return NULL;
    }
    form->attachment.release = release;
    form->api = api;
    if (build(form, body->core))
        return &form->attachment;
    api->fail(err, SCHEMATA_ERR_UNSUPPORTED, "avro-c cannot take the schema: %s", avro_strerror());
    api->hint(err, "schemata_deserialize_json() and schemata_deserialize_visit() need no avro-c");
    release(&form->attachment);
    return NULL;
}

const struct sma_avro_c_form *sma_avro_c_form_of(struct sma_client_body *body,
                                                 schemata_error_t **err)
{
    static const char kind;
    const struct sma_client_adapter *api = sma_avro_c_api(err);
    return api ? (const struct sma_avro_c_form *)api->attach(body, &kind, make, err) : NULL;
}

avro_schema_t schemata_schema_as_avro(schemata_schema_t *s, schemata_error_t **err)
{
    const struct sma_avro_c_form *form;
    if (!s) {
        schemata_private_adapter()->fail(err, SCHEMATA_ERR_ARG, "schemata_schema_as_avro: no schema");
        return NULL;
    }
    form = sma_avro_c_form_of(s->body, err);
    return form ? avro_schema_incref(form->schema) : NULL;
}
