/* Configuration and handle. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/serdes/serdes.h"

const char *serdes_err2str(serdes_err_t err)
{
    static const char *const texts[] = {
        "Success",
        "Unknown configuration property",
        "Invalid configuration property value",
        "Invalid payload framing",
        "Schema load failed",
        "Payload is invalid",
        "Object does not match the schema",
        "A schema is required",
        "Serializer failed",
        "Inadequate buffer size",
    };
    return (unsigned)err < sizeof texts / sizeof *texts ? texts[err] : "Unknown error";
}

serdes_err_t sma_serdes_fail(serdes_err_t code, schemata_error_t *err, char *errstr, size_t size)
{
    const char *hint = schemata_error_hint(err);
    if (errstr && size)
        snprintf(errstr, size, "%s%s%s", err ? schemata_error_message(err) : serdes_err2str(code),
                 hint ? ": " : "", hint ? hint : "");
    schemata_error_free(err);
    return code;
}

/* ---- configuration --------------------------------------------------------------------------------
 */

static serdes_conf_t *new_conf(schemata_conf_t *inner)
{
    serdes_conf_t *conf = calloc(1, sizeof *conf);
    if (conf)
        conf->conf = inner;
    if (conf && inner)
        return conf;
    schemata_conf_free(inner);
    free(conf);
    return NULL;
}

serdes_conf_t *serdes_conf_new(char *errstr, int errstr_size, ...)
{
    serdes_conf_t *conf = new_conf(schemata_conf_new());
    va_list args;
    serdes_err_t st = SERDES_ERR_OK;
    if (!conf) {
        sma_serdes_fail(SERDES_ERR_CONF_INVALID, NULL, errstr, (size_t)errstr_size);
        return NULL;
    }
    va_start(args, errstr_size);
    for (const char *name; !st && (name = va_arg(args, const char *)) != NULL;)
        st = serdes_conf_set(conf, name, va_arg(args, const char *), errstr, errstr_size);
    va_end(args);
    if (!st)
        return conf;
    serdes_conf_destroy(conf);
    return NULL;
}

serdes_conf_t *serdes_conf_copy(const serdes_conf_t *src)
{
    serdes_conf_t *copy = src ? new_conf(schemata_conf_copy(src->conf)) : NULL;
    if (!copy)
        return NULL;
    schemata_conf_t *inner = copy->conf;
    *copy = *src;
    copy->conf = inner;
    return copy;
}

void serdes_conf_destroy(serdes_conf_t *conf)
{
    if (!conf)
        return;
    schemata_conf_free(conf->conf);
    free(conf);
}

static bool is_listed(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = list; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (!strncmp(at, name, len) && (at[len] == ',' || !at[len]))
            return true;
    return false;
}

/* Whether libschemata has a property of that name. */
static bool is_known(const char *name)
{
    static const char prefix[] = "schema.registry.";
    size_t n = 0, skip = strncmp(name, prefix, sizeof prefix - 1) ? 0 : sizeof prefix - 1;
    const schemata_prop_t *props = schemata_conf_props(&n);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(props[i].key, name) || !strcmp(props[i].key, name + skip) ||
            is_listed(props[i].alias, name) || is_listed(props[i].alias, name + skip))
            return true;
    return !strncmp(name + skip, "request.header.", strlen("request.header."));
}

serdes_err_t serdes_conf_set(serdes_conf_t *conf, const char *name, const char *val, char *errstr,
                             int errstr_size)
{
    schemata_error_t *err = NULL;
    bool is_none = val && !strcmp(val, "none");
    if (name && !strcmp(name, "debug"))
        return SERDES_ERR_OK;
    if (conf && name && schemata_conf_set(conf->conf, name, val, &err))
        return sma_serdes_fail(is_known(name) ? SERDES_ERR_CONF_INVALID : SERDES_ERR_CONF_UNKNOWN,
                               err, errstr, (size_t)errstr_size);
    if (!conf || !name)
        return sma_serdes_fail(SERDES_ERR_CONF_INVALID, NULL, errstr, (size_t)errstr_size);
    if (!strcmp(name, "deserializer.framing"))
        conf->has_no_read_frame = is_none;
    if (!strcmp(name, "serializer.framing"))
        conf->has_no_write_frame = is_none;
    return SERDES_ERR_OK;
}

void serdes_conf_set_schema_load_cb(
    serdes_conf_t *conf,
    void *(*load_cb)(serdes_schema_t *schema, const char *definition, size_t definition_len,
                     char *errstr, size_t errstr_size, void *opaque),
    void (*unload_cb)(serdes_schema_t *schema, void *schema_obj, void *opaque))
{
    conf->load = load_cb;
    conf->unload = unload_cb;
}

void serdes_conf_set_log_cb(serdes_conf_t *conf,
                            void (*log_cb)(serdes_t *serdes, int level, const char *fac,
                                           const char *buf, void *opaque))
{
    conf->log = log_cb;
}

void serdes_conf_set_opaque(serdes_conf_t *conf, void *opaque)
{
    conf->opaque = opaque;
}

/* ---- handle ---------------------------------------------------------------------------------------
 */

static void log_line(void *ctx, schemata_log_level_t level, const char *facility, const char *text)
{
    serdes_t *serdes = ctx;
    serdes->conf->log(serdes, (int)level, facility, text, serdes->conf->opaque);
}

static schemata_status_t open_client(serdes_t *serdes, schemata_error_t **err)
{
    schemata_conf_t *framed = schemata_conf_copy(serdes->conf->conf);
    if (serdes->conf->log)
        schemata_conf_set_log(framed, log_line, serdes);
    serdes->client = framed ? schemata_client_new(framed, err) : NULL;
    if (serdes->client && !schemata_conf_set(framed, "deserializer.framing", "cp1", err))
        serdes->framed = schemata_deserializer_new(serdes->client, framed, NULL, err);
    schemata_conf_free(framed);
    return serdes->framed ? SCHEMATA_OK : SCHEMATA_ERR_CONF;
}

serdes_t *serdes_new(serdes_conf_t *conf, char *errstr, size_t errstr_size)
{
    schemata_error_t *err = NULL;
    serdes_t *serdes = calloc(1, sizeof *serdes);
    serdes_conf_t *own = conf ? NULL : serdes_conf_new(errstr, (int)errstr_size, NULL);
    if (own && schemata_conf_load_env(own->conf, &err)) {
        sma_serdes_fail(SERDES_ERR_CONF_INVALID, err, errstr, errstr_size);
        serdes_conf_destroy(own);
        free(serdes);
        return NULL;
    }
    if (!serdes || !(conf || own)) {
        free(serdes);
        serdes_conf_destroy(own);
        return NULL;
    }
    pthread_mutex_init(&serdes->mutex, NULL);
    serdes->conf = conf ? conf : own;
    if (!open_client(serdes, &err))
        return serdes;
    sma_serdes_fail(SERDES_ERR_CONF_INVALID, err, errstr, errstr_size);
    if (conf)
        serdes->conf = NULL; /* still the caller's */
    serdes_destroy(serdes);
    return NULL;
}

void serdes_destroy(serdes_t *serdes)
{
    if (!serdes)
        return;
    while (serdes->schemas)
        serdes_schema_destroy(serdes->schemas);
    schemata_deserializer_free(serdes->framed);
    schemata_client_unref(serdes->client);
    serdes_conf_destroy(serdes->conf);
    pthread_mutex_destroy(&serdes->mutex);
    free(serdes);
}

size_t serdes_serializer_framing_size(serdes_t *serdes)
{
    return serdes->conf->has_no_write_frame ? 0 : schemata_wire_write_id(NULL, 0, 0, NULL, 0);
}

size_t serdes_deserializer_framing_size(serdes_t *serdes)
{
    return serdes->conf->has_no_read_frame ? 0 : schemata_wire_write_id(NULL, 0, 0, NULL, 0);
}
