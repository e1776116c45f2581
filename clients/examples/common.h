/* What the examples share: configuration, schemas from files, and how to say that something failed. */
#ifndef EXAMPLE_COMMON_H
#define EXAMPLE_COMMON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <schemata/schemata.h>

static inline void say(const char *what, schemata_error_t *err)
{
    fprintf(stderr, "%s: %s\n", what, schemata_error_message(err));
    if (schemata_error_hint(err))
        fprintf(stderr, "  hint: %s\n", schemata_error_hint(err));
    schemata_error_free(err);
}

/* SCHEMA_REGISTRY_URL and its kin; a properties file named by SCHEMATA_CLIENT_CONFIG before them. */
static inline schemata_conf_t *read_conf(schemata_error_t **err)
{
    schemata_conf_t *conf = schemata_conf_new();
    const char *file = getenv("SCHEMATA_CLIENT_CONFIG");
    if (conf && (!file || !schemata_conf_load(conf, file, true, err)) &&
        !schemata_conf_load_env(conf, err))
        return conf;
    schemata_conf_free(conf);
    return NULL;
}

/* The format goes by the name: .proto, .json, else Avro. */
static inline schemata_schema_t *read_schema(const char *path, schemata_error_t **err)
{
    static char text[1 << 20];
    size_t len;
    schemata_type_t type = strstr(path, ".proto")  ? SCHEMATA_PROTOBUF
                           : strstr(path, ".json") ? SCHEMATA_JSON
                                                   : SCHEMATA_AVRO;
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(1);
    }
    len = fread(text, 1, sizeof text, file);
    fclose(file);
    return schemata_parse(type, text, len, path, NULL, 0, NULL, err);
}

#endif
