/* Inside a deserializer: what the adapters for other libraries' values need. */
#ifndef SMA_CLIENT_DESERIALIZER_H
#define SMA_CLIENT_DESERIALIZER_H

#include "clients/c/choose.h"
#include "clients/c/codec.h"
#include "clients/c/rules.h"

/* How the data of one writer are read: found once per (id, subject), kept by one lane. */
struct sma_client_route {
    struct sma_client_note note;
    /* The key. The strings are copies behind the struct. */
    enum sma_frame_kind kind;
    int32_t id;
    uint8_t guid[16];
    bool is_key, is_bare;
    const char *topic, *subject;
    /* What was found. */
    schemata_schema_t *writer, *reader; /* references; reader may be NULL */
    struct sma_client_plan *plan;       /* Avro, once needed: a reference */
    struct sma_client_rules *rules;     /* the writer's; NULL: none */
    struct sma_client_reading reading;  /* codec NULL until somebody needs it */
    int64_t until_ms;
    uint64_t generation;
    /* Protobuf: the indexes of the last message, as they were in the message, and its name. */
    uint8_t index_bytes[5 * (SCHEMATA_MAX_INDEXES + 1)];
    uint8_t index_len; /* 0: none yet */
    struct sma_message_indexes indexes;
    struct sma_buf message;
    void *extra; /* an adapter's, released with the route */
    const void *extra_key;
    void (*extra_release)(void *extra);
};

/* Resolution of a writer's schema to a reader's, shared by the lanes. */
struct sma_client_plan {
    atomic_uint ref_count;
    struct sma_client_body *writer, *reader; /* references */
    struct sma_avro_plan *avro;
};

/* Pairs kept by one deserializer; the oldest go. */
#define SMA_CLIENT_PLANS_MAX 256

struct schemata_deserializer {
    schemata_client_t *client; /* NULL: bare data of the given schema */
    schemata_schema_t *reader; /* as given, or NULL */
    struct sma_client_subjects subjects;
    struct sma_client_pairs metadata;
    struct sma_client_form form;
    schemata_conf_t *conf; /* a copy: rules have executors there */
    bool is_bare, use_latest;
    int form_of_keys, form_of_values; /* where ids are */
    struct sma_client_lanes lanes;
    pthread_mutex_t mutex; /* of the plans */
    struct sma_client_plan *plans[SMA_CLIENT_PLANS_MAX];
    size_t plan_count; /* ever made: the next one goes to plan_count % SMA_CLIENT_PLANS_MAX */
};

/* One message being read. */
struct sma_client_message {
    schemata_msg_t own; /* of a caller with an older, shorter struct */
    const schemata_msg_t *m;
    struct sma_client_lane *lane;
    struct sma_client_route *route; /* NULL: a tombstone */
    struct sma_frame frame;
    size_t header_len; /* bytes before the data, in the payload */
    struct sma_str data;
    struct sma_buf changed; /* what rules made of the data */
};

/* Finds the schema by the message's frame, and the data behind it. Ends with sma_client_read_end,
 * whatever it returns. */
schemata_status_t sma_client_read_begin(schemata_deserializer_t *d, const schemata_msg_t *m,
                                        const void *p, size_t len, struct sma_client_message *msg,
                                        schemata_error_t **err);
/* The codec of the schema that is read with and, for Avro, the plan. */
schemata_status_t sma_client_read_reading(schemata_deserializer_t *d,
                                          struct sma_client_message *msg,
                                          const struct sma_client_reading **reading,
                                          schemata_error_t **err);
/* Fills in `info` (may be NULL) when `st` is SCHEMATA_OK; says which schema it was otherwise. */
schemata_status_t sma_client_read_end(struct sma_client_message *msg, schemata_status_t st,
                                      schemata_decoded_t *info, schemata_error_t **err);

#endif
