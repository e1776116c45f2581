/* What the files of the parser share: the parser's state and the productions that cross files. */
#ifndef SMA_CORE_PROTOBUF_PARSER_H
#define SMA_CORE_PROTOBUF_PARSER_H

#include "core/protobuf/lex.h"
#include "core/protobuf/parse.h"

struct sma_proto_parser {
    struct sma_proto_lexer lexer;
    struct sma_proto_file *file; /* under construction */
    unsigned depth;              /* of messages, and of values within one option */
};

/* An array that grows in the arena. */
struct sma_proto_list {
    void *items;
    size_t count, capacity;
};

/* Appends a copy of *item (size bytes). Running out of memory goes into the sticky status. */
void sma_proto_push(struct sma_proto_parser *parser, struct sma_proto_list *list, const void *item,
                    size_t size);

/* One level deeper; false after recording SMA_ELIMIT. Every true is followed by a leave. */
bool sma_proto_enter(struct sma_proto_parser *parser, const char *what);
void sma_proto_leave(struct sma_proto_parser *parser);

/* optname '=' value, without brackets and ';'. */
void sma_proto_read_option(struct sma_proto_parser *parser, struct sma_proto_option *out);
/* "[" option { "," option } "]", or nothing. */
struct sma_proto_options sma_proto_read_options(struct sma_proto_parser *parser);

/* What is left of a field after its label and type have been looked at. `word` is the first word of
 * the declaration, at byte `start`. Writes either a field or, for "group", a group. Returns true
 * for a field. */
bool sma_proto_read_member(struct sma_proto_parser *parser, size_t start, struct sma_str word,
                           struct sma_proto_field *field, struct sma_proto_group *group);
/* oneof = "oneof" word "{" … "}", from behind the keyword. */
void sma_proto_read_oneof(struct sma_proto_parser *parser, size_t start,
                          struct sma_proto_oneof *out);
/* The values of a reserved or extensions statement, from behind the keyword to behind the ';'. */
void sma_proto_read_reserved(struct sma_proto_parser *parser, size_t start,
                             struct sma_proto_ranges *out);
void sma_proto_read_extensions(struct sma_proto_parser *parser, size_t start,
                               struct sma_proto_ranges *out);
/* rpc, from behind the keyword. */
void sma_proto_read_rpc(struct sma_proto_parser *parser, size_t start, struct sma_proto_rpc *out);

static inline struct sma_span sma_proto_span_to_here(const struct sma_proto_parser *parser,
                                                     size_t start)
{
    return (struct sma_span){(uint32_t)start, (uint32_t)parser->lexer.pos};
}

#endif
