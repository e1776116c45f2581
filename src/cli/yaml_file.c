/* YAML files read by tables of keys, with libyaml. Every key is known or an error with the nearest
 * name; values are strings whatever they look like; every mistake says file, line and column. */
#include "cli/yaml_file.h"

#include <stdint.h>
#include <stdio.h>

#include "cli/cli.h"

#define LIST_MAX 10000u

/* ---- nodes ---- */

enum sma_status sma_yaml_wrong(struct sma_yaml *r, const yaml_node_t *node, const char *what,
                             struct sma_str detail)
{
    return sma_fail(r->err, SMA_EINVAL, "%.*s:%zu:%zu: %s%.*s", SMA_STR_ARG(r->path),
                    node->start_mark.line + 1, node->start_mark.column + 1, what,
                    SMA_STR_ARG(detail));
}

struct sma_str sma_yaml_scalar(const yaml_node_t *node)
{
    return sma_str_make((const char *)node->data.scalar.value, node->data.scalar.length);
}

enum sma_status sma_yaml_text(struct sma_yaml *r, struct sma_str *out, const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE)
        return sma_yaml_wrong(r, node, "a single value is wanted here", SMA_STR(""));
    *out = sma_arena_copy(r->arena, sma_yaml_scalar(node));
    return out->ptr ? SMA_OK : sma_fail_nomem(r->err);
}

static enum sma_status add_text(struct sma_yaml *r, struct sma_strings *out, const yaml_node_t *node)
{
    struct sma_str *grown = sma_arena_grow(r->arena, out->items, out->count, &out->capacity,
                                           out->count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(r->err);
    if (out->count >= LIST_MAX)
        return sma_yaml_wrong(r, node, "this list is too long", SMA_STR(""));
    out->items = grown;
    return sma_yaml_text(r, &grown[out->count++], node);
}

/* A list of strings; a single string counts as a list of one. */
enum sma_status sma_yaml_texts(struct sma_yaml *r, struct sma_strings *out,
                                  const yaml_node_t *node)
{
    enum sma_status st = SMA_OK;
    if (node->type == YAML_SCALAR_NODE)
        return add_text(r, out, node);
    if (node->type != YAML_SEQUENCE_NODE)
        return sma_yaml_wrong(r, node, "a list is wanted here", SMA_STR(""));
    yaml_node_item_t *items = node->data.sequence.items.start;
    size_t count = (size_t)(node->data.sequence.items.top - items);
    for (size_t i = 0; !st && i < count; i++)
        st = add_text(r, out, yaml_document_get_node(&r->document, items[i]));
    return st;
}

/* ---- keys ---- */

static enum sma_status unknown_key(struct sma_yaml *r, const yaml_node_t *node,
                                   const struct sma_yaml_key *keys)
{
    struct sma_str typed = sma_yaml_scalar(node), best = SMA_STR("");
    size_t best_distance = SIZE_MAX;
    for (const struct sma_yaml_key *k = keys; k->name; k++) {
        size_t d = sma_str_distance(typed, sma_str_z(k->name));
        if (d < best_distance) {
            best_distance = d;
            best = sma_str_z(k->name);
        }
    }
    bool is_near = best_distance <= 1 + typed.len / 3;
    return sma_yaml_wrong(r, node, "unknown key ",
                 sma_arena_printf(r->arena, "\"%.*s\"%s%.*s%s", SMA_STR_ARG(typed),
                                  is_near ? "; did you mean \"" : "", is_near ? (int)best.len : 0,
                                  best.ptr, is_near ? "\"?" : ""));
}

static enum sma_status read_key(struct sma_yaml *r, const struct sma_yaml_key *k, const yaml_node_t *value,
                                void *into)
{
    char word[64];
    enum sma_status st = k->read(r, value, (char *)into + k->offset);
    if (st || !k->choices)
        return st;
    snprintf(word, sizeof word, "%.*s", SMA_STR_ARG(sma_yaml_scalar(value)));
    return sma_choice_has(k->choices, word)
               ? SMA_OK
               : sma_yaml_wrong(r, value, "must be one of ", sma_str_z(k->choices));
}

enum sma_status sma_yaml_map(struct sma_yaml *r, const yaml_node_t *node, const struct sma_yaml_key *keys,
                                void *into)
{
    enum sma_status st = SMA_OK;
    if (node->type != YAML_MAPPING_NODE)
        return sma_yaml_wrong(r, node, "keys and values are wanted here", SMA_STR(""));
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
         !st && p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *name = yaml_document_get_node(&r->document, p->key);
        const yaml_node_t *value = yaml_document_get_node(&r->document, p->value);
        const struct sma_yaml_key *k = keys;
        if (name->type != YAML_SCALAR_NODE)
            return sma_yaml_wrong(r, name, "a key must be a word", SMA_STR(""));
        while (k->name && !sma_str_eqz(sma_yaml_scalar(name), k->name))
            k++;
        st = k->name ? read_key(r, k, value, into) : unknown_key(r, name, keys);
    }
    return st;
}

enum sma_status sma_yaml_text_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    return sma_yaml_text(r, into, node);
}

enum sma_status sma_yaml_texts_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    return sma_yaml_texts(r, into, node);
}

enum sma_status sma_yaml_pairs_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    struct sma_strings *out = into;
    enum sma_status st = SMA_OK;
    if (node->type != YAML_MAPPING_NODE)
        return sma_yaml_wrong(r, node, "keys and values are wanted here", SMA_STR(""));
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
         !st && p < node->data.mapping.pairs.top; p++) {
        st = add_text(r, out, yaml_document_get_node(&r->document, p->key));
        if (!st)
            st = add_text(r, out, yaml_document_get_node(&r->document, p->value));
    }
    return st;
}

/* ---- the file ---- */

enum sma_status sma_yaml_read(struct sma_arena *arena, struct sma_str path, struct sma_str text,
                              const struct sma_yaml_key *keys, void *into, struct sma_error *err)
{
    struct sma_yaml r = {.arena = arena, .path = path, .err = err};
    yaml_parser_t parser;
    enum sma_status st = SMA_OK;
    if (!yaml_parser_initialize(&parser))
        return sma_fail_nomem(err);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    if (!yaml_parser_load(&parser, &r.document)) {
        st = sma_fail(err, SMA_EINVAL, "%.*s:%zu:%zu: no YAML: %s", SMA_STR_ARG(path),
                      parser.problem_mark.line + 1, parser.problem_mark.column + 1,
                      parser.problem ? parser.problem : "unreadable");
    } else {
        const yaml_node_t *root = yaml_document_get_root_node(&r.document);
        if (root)
            st = sma_yaml_map(&r, root, keys, into);
        yaml_document_delete(&r.document);
    }
    yaml_parser_delete(&parser);
    return st;
}
