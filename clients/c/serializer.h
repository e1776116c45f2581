/* Inside a serializer: what the adapters for other libraries' values need. */
#ifndef SMA_CLIENT_SERIALIZER_H
#define SMA_CLIENT_SERIALIZER_H

#include "clients/c/choose.h"
#include "clients/c/codec.h"
#include "clients/c/rules.h"

/* Longest frame: the GUID's and as many indexes as the public API knows. */
#define SMA_CLIENT_FRAME_MAX (SMA_FRAME_GUID_LEN + 5 * (SCHEMATA_MAX_INDEXES + 1))

/* A schema chosen for messages of one kind, with all that is the same for each of them. Belongs to
 * one lane. */
struct sma_client_choice {
    struct sma_client_note note;
    /* The key. The strings are copies behind the struct. */
    schemata_schema_t *given; /* a reference, or NULL */
    const char *topic, *subject, *asked_message;
    bool is_key;
    /* What was found. */
    schemata_schema_t *schema;
    const struct sma_client_codec *codec; /* NULL until somebody needs it */
    const char *message;                  /* Protobuf: full name of the message */
    int64_t until_ms;                     /* INT64_MAX: for ever */
    uint64_t generation;                  /* of the client's cache */
    bool is_in_header;
    uint8_t frame[SMA_CLIENT_FRAME_MAX]; /* id or GUID, then the message's indexes */
    uint8_t id_len, frame_len;           /* without and with the indexes; 0: bare data */
    struct sma_client_rules *rules;      /* NULL: none */
    void *extra;                         /* an adapter's, released with the choice */
    const void *extra_key;
    void (*extra_release)(void *extra);
};

struct sma_client_binding;

struct schemata_serializer {
    schemata_client_t *client; /* NULL: bare data of the given schema */
    schemata_schema_t *schema; /* as given, or NULL */
    struct sma_client_subjects subjects;
    struct sma_client_chooser chooser;
    struct sma_client_form form;
    schemata_conf_t *conf; /* a copy: rules have executors there */
    bool is_bare, are_keys_in_header, are_values_in_header;
    struct sma_client_lanes lanes;
    /* Of adapters: generated types tied to schemas. Only ever added to. */
    _Atomic(struct sma_client_binding *) bindings;
};

/* A generated type (`type` is its descriptor's address) and the schema it was tied to. */
struct sma_client_binding {
    struct sma_client_binding *next;
    const void *type;
    schemata_schema_t *schema;
    char *message; /* full name */
};

/* One message in the making. */
struct sma_client_writing {
    schemata_msg_t own; /* of a caller with an older, shorter struct */
    const schemata_msg_t *m;
    struct sma_client_lane *lane;
    struct sma_client_choice *choice;
    const char *message;  /* Protobuf: full name of the message */
    const uint8_t *frame; /* the choice's, or `other` */
    size_t frame_len;
    struct sma_str data; /* ptr NULL: what is in the lane's buffer */
    uint8_t other[SMA_CLIENT_FRAME_MAX];
};

/* Chooses the schema; the data are to be appended to w->lane->bytes, or named in w->data. Ends with sma_client_write_end, whatever it returns.
 *
 * given     what is written; NULL: as configured.
 * message   Protobuf: full name; NULL: m->message, or the first of the file. */
schemata_status_t sma_client_write_begin(schemata_serializer_t *s, const schemata_msg_t *m,
                                         schemata_schema_t *given, const char *message,
                                         struct sma_client_writing *w, schemata_error_t **err);
/* The codec of the chosen schema. */
schemata_status_t sma_client_write_codec(struct sma_client_writing *w,
                                         const struct sma_client_codec **codec,
                                         schemata_error_t **err);
/* Hands the message over when `st` is SCHEMATA_OK; says which schema it was otherwise. */
schemata_status_t sma_client_write_end(schemata_serializer_t *s, struct sma_client_writing *w,
                                       schemata_status_t st, schemata_buf_t *out,
                                       schemata_error_t **err);

#endif
