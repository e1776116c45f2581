/* Inside libschemata-serdes. */
#ifndef SMA_CLIENT_SERDES_H
#define SMA_CLIENT_SERDES_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "clients/serdes/libserdes/serdes-avro.h"
#include "schemata/schemata.h"

struct serdes_conf_s {
    schemata_conf_t *conf;
    bool has_no_read_frame, has_no_write_frame;
    void *(*load)(serdes_schema_t *schema, const char *definition, size_t len, char *errstr,
                  size_t errstr_size, void *opaque);
    void (*unload)(serdes_schema_t *schema, void *object, void *opaque);
    void (*log)(serdes_t *serdes, int level, const char *facility, const char *text, void *opaque);
    void *opaque;
};

struct serdes_schema_s {
    struct serdes_schema_s *next; /* of the handle */
    serdes_t *serdes;
    schemata_schema_t *schema;
    char *name; /* NULL when got by id */
    int id;     /* -1: none */
    void *object;
    void *opaque;
    time_t used;
};

struct serdes_s {
    serdes_conf_t *conf;
    schemata_client_t *client;
    schemata_deserializer_t *framed;
    pthread_mutex_t mutex; /* of the list; never held while anything is fetched */
    serdes_schema_t *schemas;
};

/* Puts the text of an error (freed) into the caller's buffer; gives `code`. */
serdes_err_t sma_serdes_fail(serdes_err_t code, schemata_error_t *err, char *errstr, size_t size);
/* The handle's schema of that id, got when it is not there; NULL with the error. */
serdes_schema_t *sma_serdes_by_id(serdes_t *serdes, int id, schemata_error_t **err, char *errstr,
                                  size_t size);

#endif
