/* YAML files read by tables of keys into structs. Texts live in the reader's arena. */
#ifndef SMA_CLI_YAML_FILE_H
#define SMA_CLI_YAML_FILE_H

#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct sma_yaml {
    struct sma_arena *arena;
    struct sma_str path; /* of the file, for messages */
    yaml_document_t document;
    struct sma_error *err;
};

struct sma_strings {
    struct sma_str *items;
    size_t count, capacity;
};

/* One key of a map: its reader gets the address `offset` bytes into the struct that is filled. */
struct sma_yaml_key {
    const char *name;
    enum sma_status (*read)(struct sma_yaml *r, const yaml_node_t *node, void *into);
    size_t offset;
    const char *choices; /* "a|b" or NULL */
};

/* Reads a whole document by the table of its outermost keys (closed by a row with name NULL).
 * SMA_EINVAL "file:line:column: what" for a mistake. */
enum sma_status sma_yaml_read(struct sma_arena *arena, struct sma_str path, struct sma_str text,
                              const struct sma_yaml_key *keys, void *into,
                              struct sma_error *err) SMA_MUST_CHECK;

/* SMA_EINVAL with the place of the node. */
enum sma_status sma_yaml_wrong(struct sma_yaml *r, const yaml_node_t *node, const char *what,
                               struct sma_str detail);
struct sma_str sma_yaml_scalar(const yaml_node_t *node);
enum sma_status sma_yaml_text(struct sma_yaml *r, struct sma_str *out,
                              const yaml_node_t *node) SMA_MUST_CHECK;
/* A list of strings; a single string counts as a list of one. */
enum sma_status sma_yaml_texts(struct sma_yaml *r, struct sma_strings *out,
                               const yaml_node_t *node) SMA_MUST_CHECK;
enum sma_status sma_yaml_map(struct sma_yaml *r, const yaml_node_t *node,
                             const struct sma_yaml_key *keys, void *into) SMA_MUST_CHECK;
/* The same two as readers of keys. */
enum sma_status sma_yaml_text_key(struct sma_yaml *r, const yaml_node_t *node, void *into);
enum sma_status sma_yaml_texts_key(struct sma_yaml *r, const yaml_node_t *node, void *into);
/* A map of strings into a struct sma_strings: key, value, key, value … */
enum sma_status sma_yaml_pairs_key(struct sma_yaml *r, const yaml_node_t *node, void *into);

/* A list of maps, each read into a new element of an array in the arena. */
#define SMA_YAML_LIST(list, count, capacity, keys)                                                       \
    do {                                                                                           \
        if (node->type != YAML_SEQUENCE_NODE)                                                      \
            return sma_yaml_wrong(r, node, "a list is wanted here", SMA_STR(""));                           \
        yaml_node_item_t *at = node->data.sequence.items.start;                                    \
        for (; at < node->data.sequence.items.top; at++) {                                         \
            void *grown =                                                                          \
                sma_arena_grow(r->arena, list, count, &(capacity), (count) + 1, sizeof *(list));   \
            if (!grown)                                                                            \
                return sma_fail_nomem(r->err);                                                     \
            list = grown;                                                                          \
            memset(&(list)[count], 0, sizeof *(list));                                             \
            enum sma_status st =                                                                   \
                sma_yaml_map(r, yaml_document_get_node(&r->document, *at), keys, &(list)[(count)++]);  \
            if (st)                                                                                \
                return st;                                                                         \
        }                                                                                          \
    } while (0)

#endif
