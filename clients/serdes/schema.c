/* The schemas of a handle. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/serdes/serdes.h"
#include "schemata/avro.h"

/* By id, or by name when the id is -1. Under the mutex. */
static serdes_schema_t *find(serdes_t *serdes, const char *name, int id)
{
    serdes_schema_t *s = serdes->schemas;
    while (s && (id >= 0 ? s->id != id : !name || !s->name || strcmp(s->name, name) != 0))
        s = s->next;
    if (s)
        s->used = time(NULL);
    return s;
}

static void unlink_schema(serdes_schema_t *schema)
{
    serdes_schema_t **at = &schema->serdes->schemas;
    while (*at && *at != schema)
        at = &(*at)->next;
    if (*at)
        *at = schema->next;
}

static void free_schema(serdes_schema_t *schema)
{
    const serdes_conf_t *conf = schema->serdes->conf;
    if (schema->object && conf->load && conf->unload)
        conf->unload(schema, schema->object, conf->opaque);
    if (schema->object && !conf->load)
        avro_schema_decref((avro_schema_t)schema->object);
    schemata_schema_unref(schema->schema);
    free(schema->name);
    free(schema);
}

/* The application's object, or avro-c's form. */
static bool load(serdes_schema_t *schema, schemata_error_t **err, char *errstr, size_t size)
{
    const serdes_conf_t *conf = schema->serdes->conf;
    size_t len = 0;
    const char *definition = schemata_schema_text(schema->schema, &len);
    if (conf->load)
        schema->object = conf->load(schema, definition, len, errstr, size, conf->opaque);
    else
        schema->object = schemata_schema_as_avro(schema->schema, err);
    return schema->object != NULL;
}

/* Takes over the reference. Another thread may have been faster: then its schema is the one. */
static serdes_schema_t *keep(serdes_t *serdes, schemata_schema_t *found, const char *name, int id,
                             schemata_error_t **err, char *errstr, size_t size)
{
    serdes_schema_t *schema = calloc(1, sizeof *schema), *there;
    if (!schema) {
        schemata_schema_unref(found);
        return NULL;
    }
    schema->serdes = serdes;
    schema->schema = found;
    schema->id = id >= 0 ? id : schemata_schema_id(found);
    schema->name = name ? strdup(name) : NULL;
    schema->used = time(NULL);
    if ((name && !schema->name) || !load(schema, err, errstr, size)) {
        free_schema(schema);
        return NULL;
    }
    pthread_mutex_lock(&serdes->mutex);
    there = find(serdes, name, name ? -1 : schema->id);
    if (!there) {
        schema->next = serdes->schemas;
        serdes->schemas = schema;
    }
    pthread_mutex_unlock(&serdes->mutex);
    if (!there)
        return schema;
    free_schema(schema);
    return there;
}

static serdes_schema_t *find_locked(serdes_t *serdes, const char *name, int id)
{
    pthread_mutex_lock(&serdes->mutex);
    serdes_schema_t *there = find(serdes, name, id);
    pthread_mutex_unlock(&serdes->mutex);
    return there;
}

serdes_schema_t *sma_serdes_by_id(serdes_t *serdes, int id, schemata_error_t **err, char *errstr,
                                  size_t size)
{
    serdes_schema_t *there = find_locked(serdes, NULL, id);
    if (there)
        return there;
    schemata_schema_t *found = schemata_get_by_id(serdes->client, id, NULL, NULL, err);
    return found ? keep(serdes, found, NULL, id, err, errstr, size) : NULL;
}

static serdes_schema_t *by_name(serdes_t *serdes, const char *name, schemata_error_t **err,
                                char *errstr, size_t size)
{
    serdes_schema_t *there = find_locked(serdes, name, -1);
    if (there)
        return there;
    schemata_schema_t *found = schemata_get_version(serdes->client, name, SCHEMATA_LATEST, NULL, err);
    return found ? keep(serdes, found, name, -1, err, errstr, size) : NULL;
}

/* A schema or the reason in the caller's buffer. */
static serdes_schema_t *give(serdes_schema_t *schema, schemata_error_t *err, char *errstr, int size)
{
    if (schema)
        return schema;
    if (err || !errstr || size <= 0 || !*errstr)
        sma_serdes_fail(SERDES_ERR_SCHEMA_LOAD, err, errstr, (size_t)size);
    return NULL;
}

serdes_schema_t *serdes_schema_get(serdes_t *serdes, const char *name, int id, char *errstr,
                                   int errstr_size)
{
    schemata_error_t *err = NULL;
    serdes_schema_t *schema = NULL;
    if (errstr && errstr_size > 0)
        *errstr = '\0';
    if (id >= 0)
        schema = sma_serdes_by_id(serdes, id, &err, errstr, (size_t)errstr_size);
    else if (name)
        schema = by_name(serdes, name, &err, errstr, (size_t)errstr_size);
    return give(schema, err, errstr, errstr_size);
}

serdes_schema_t *serdes_schema_add(serdes_t *serdes, const char *name, int id,
                                   const void *definition, int definition_len, char *errstr,
                                   int errstr_size)
{
    schemata_error_t *err = NULL;
    serdes_schema_t *schema = NULL;
    size_t len = !definition          ? 0
                 : definition_len < 0 ? strlen(definition)
                                      : (size_t)definition_len;
    if (!definition)
        return serdes_schema_get(serdes, name, id, errstr, errstr_size);
    if (errstr && errstr_size > 0)
        *errstr = '\0';
    schemata_schema_t *given =
        schemata_parse(SCHEMATA_AVRO, definition, len, name, NULL, 0, NULL, &err);
    if (given && id < 0 && name) {
        schemata_schema_t *made = schemata_register(serdes->client, name, given, NULL, &err);
        schemata_schema_unref(given);
        given = made;
    }
    if (given)
        schema = keep(serdes, given, name, id, &err, errstr, (size_t)errstr_size);
    return give(schema, err, errstr, errstr_size);
}

void serdes_schema_destroy(serdes_schema_t *schema)
{
    if (!schema)
        return;
    pthread_mutex_lock(&schema->serdes->mutex);
    unlink_schema(schema);
    pthread_mutex_unlock(&schema->serdes->mutex);
    free_schema(schema);
}

int serdes_schemas_purge(serdes_t *serdes, int max_age)
{
    int count = 0;
    time_t before = time(NULL) - max_age;
    serdes_schema_t *old = NULL;
    pthread_mutex_lock(&serdes->mutex);
    for (serdes_schema_t **at = &serdes->schemas; *at;) {
        serdes_schema_t *schema = *at;
        if (schema->used > before) {
            at = &schema->next;
            continue;
        }
        *at = schema->next;
        schema->next = old;
        old = schema;
    }
    pthread_mutex_unlock(&serdes->mutex);
    for (; old; count++) {
        serdes_schema_t *next = old->next;
        free_schema(old);
        old = next;
    }
    return count;
}

int serdes_schema_id(serdes_schema_t *schema)
{
    return schema->id;
}

const char *serdes_schema_name(serdes_schema_t *schema)
{
    return schema->name;
}

const char *serdes_schema_definition(serdes_schema_t *schema)
{
    return schemata_schema_canonical(schema->schema, NULL);
}

void *serdes_schema_object(serdes_schema_t *schema)
{
    return schema->object;
}

serdes_t *serdes_schema_handle(serdes_schema_t *schema)
{
    return schema->serdes;
}

void serdes_schema_set_opaque(serdes_schema_t *schema, void *opaque)
{
    schema->opaque = opaque;
}

void *serdes_schema_opaque(serdes_schema_t *schema)
{
    return schema->opaque;
}

avro_schema_t serdes_schema_avro(serdes_schema_t *schema)
{
    return schema->serdes->conf->load ? NULL : (avro_schema_t)schema->object;
}
