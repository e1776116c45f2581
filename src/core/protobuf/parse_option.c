/* Options and their values: the productions optname, value, mapentries, list and options. */
#include "base/map.h"
#include "core/protobuf/parser.h"

static void read_value(struct sma_proto_parser *parser, struct sma_proto_value *out);

/* The parts of a dotted word; "b..c" keeps its empty part, so that printing gives it back. */
static void push_parts(struct sma_proto_parser *parser, struct sma_proto_list *parts,
                       struct sma_str word)
{
    for (;;) {
        ptrdiff_t dot = sma_str_chr(word, '.');
        struct sma_proto_option_part part = {dot < 0 ? word : sma_str_head(word, (size_t)dot),
                                             false};
        sma_proto_push(parser, parts, &part, sizeof part);
        if (dot < 0)
            return;
        word = sma_str_from(word, (size_t)dot + 1);
    }
}

/* Editions name features of languages as features.(pb.cpp).string_type; the trailing dot of a word
 * announces the parenthesis. The original's grammar has no such thing, so it stays an error there.
 */
static bool parenthesis_follows(struct sma_proto_parser *parser, struct sma_str *word)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    if (parser->file->syntax != SMA_PROTO_EDITION || word->len < 2 ||
        word->ptr[word->len - 1] != '.' || sma_proto_lex_peek(lexer) != '(')
        return false;
    *word = sma_str_head(*word, word->len - 1);
    return true;
}

static struct sma_str read_parenthesized(struct sma_proto_parser *parser)
{
    sma_proto_lex_require(&parser->lexer, '(');
    struct sma_str word = sma_proto_lex_word(&parser->lexer);
    sma_proto_lex_require(&parser->lexer, ')');
    return word;
}

/* One part after a '.': a parenthesized name or a dotted word. True when another part must follow.
 */
static bool read_part(struct sma_proto_parser *parser, struct sma_proto_list *parts)
{
    if (sma_proto_lex_peek(&parser->lexer) == '(') {
        struct sma_proto_option_part part = {read_parenthesized(parser), true};
        sma_proto_push(parser, parts, &part, sizeof part);
        return false;
    }
    struct sma_str word = sma_proto_lex_word(&parser->lexer);
    bool more = parenthesis_follows(parser, &word);
    push_parts(parser, parts, word);
    return more;
}

struct option_name {
    struct sma_str root;
    bool is_parenthesized, is_extension;
    struct sma_proto_list parts;
};

/* optname = ( word | "(" word ")" | "[" word "]" ) { "." ( word | "(" word ")" ) }; the original
 * looks for one more part only. */
static void read_name(struct sma_proto_parser *parser, struct option_name *name)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    int c = sma_proto_lex_peek(lexer);
    bool more = false;
    *name = (struct option_name){.is_parenthesized = c == '(', .is_extension = c == '['};
    if (c == '(') {
        name->root = read_parenthesized(parser);
    } else if (c == '[') {
        lexer->pos++;
        name->root = sma_proto_lex_word(lexer);
        sma_proto_lex_require(lexer, ']');
    } else {
        name->root = sma_proto_lex_word(lexer);
        more = parenthesis_follows(parser, &name->root);
    }
    if (!more && !lexer->status)
        more = sma_proto_lex_accept(lexer, '.');
    while (more && !lexer->status) {
        more = read_part(parser, &name->parts);
        if (!more && parser->file->syntax == SMA_PROTO_EDITION && !lexer->status)
            more = sma_proto_lex_accept(lexer, '.');
    }
}

/* The separator behind a name. In literals a '{' may follow without one and is left for the value.
 */
static void require_separator(struct sma_proto_parser *parser, char separator)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    if (lexer->status || (separator == ':' && sma_proto_lex_peek(lexer) == '{'))
        return;
    int c = sma_proto_lex_char(lexer);
    if (c != separator)
        sma_proto_lex_fail(lexer, lexer->pos, "expected '%c' in option", separator);
}

/* value of a repeated key: the earlier and the later ones as one flat list. */
static void collect(struct sma_proto_parser *parser, struct sma_proto_value *into,
                    const struct sma_proto_value *value)
{
    struct sma_proto_list list = {0};
    const struct sma_proto_value *sources[2] = {into, value};
    for (size_t s = 0; s < 2; s++) {
        bool is_list = sources[s]->kind == SMA_PROTO_VALUE_LIST;
        size_t count = is_list ? sources[s]->count : 1;
        for (size_t i = 0; i < count; i++)
            sma_proto_push(parser, &list, is_list ? &sources[s]->items[i] : sources[s],
                           sizeof *value);
    }
    *into = (struct sma_proto_value){.kind = SMA_PROTO_VALUE_LIST, .count = (uint32_t)list.count};
    into->items = list.items;
}

/* Turns [key].a.b: value into key: { a: { b: value } }. */
static void nest_parts(struct sma_proto_parser *parser, const struct sma_proto_list *parts,
                       struct sma_proto_value *value)
{
    const struct sma_proto_option_part *part = parts->items;
    for (size_t i = parts->count; i-- > 0;) {
        struct sma_proto_list entries = {0};
        struct sma_proto_entry entry = {part[i].name, part[i].is_parenthesized, *value};
        sma_proto_push(parser, &entries, &entry, sizeof entry);
        *value = (struct sma_proto_value){.kind = SMA_PROTO_VALUE_MAP, .count = 1};
        value->entries = entries.items;
    }
}

/* Keys of one literal seen so far: a scan while they are few, a hash table beyond. */
struct keys {
    struct sma_proto_list entries; /* struct sma_proto_entry */
    uint32_t *slots;               /* index + 1, 0 = free */
    size_t mask;
    /* Per entry: room of the list it became, so that a key repeated n times costs n steps. */
    struct sma_proto_list lists; /* struct sma_proto_list */
};

static uint64_t hash_key(const struct sma_proto_parser *parser, const struct sma_proto_entry *entry)
{
    uint64_t seed = (uint64_t)(uintptr_t)parser * 0x9e3779b97f4a7c15u + entry->is_extension;
    return sma_hash_bytes(seed, entry->key.ptr, entry->key.len);
}

static bool same_key(const struct sma_proto_entry *a, const struct sma_proto_entry *b)
{
    return a->is_extension == b->is_extension && sma_str_eq(a->key, b->key);
}

#define KEYS_SCANNED 8

static size_t find_slot(const struct sma_proto_parser *parser, const struct keys *keys,
                        const struct sma_proto_entry *entry)
{
    const struct sma_proto_entry *all = keys->entries.items;
    size_t at = (size_t)hash_key(parser, entry) & keys->mask;
    while (keys->slots[at] && !same_key(&all[keys->slots[at] - 1], entry))
        at = (at + 1) & keys->mask;
    return at;
}

/* Rebuilds the table for twice as many keys as there are. */
static void index_keys(struct sma_proto_parser *parser, struct keys *keys)
{
    size_t slots = keys->mask ? (keys->mask + 1) * 2 : KEYS_SCANNED * 4;
    const struct sma_proto_entry *all = keys->entries.items;
    uint32_t *table = sma_arena_calloc(parser->lexer.arena, slots, sizeof *table);
    if (!table) {
        sma_proto_lex_fail_plain(&parser->lexer, SMA_ENOMEM, SMA_NO_OFFSET, "out of memory");
        return;
    }
    keys->slots = table;
    keys->mask = slots - 1;
    for (size_t i = 0; i < keys->entries.count; i++)
        table[find_slot(parser, keys, &all[i])] = (uint32_t)i + 1;
}

/* Index of the entry with that key; the number of entries when it is new. */
static size_t find_key(const struct sma_proto_parser *parser, const struct keys *keys,
                       const struct sma_proto_entry *entry)
{
    const struct sma_proto_entry *all = keys->entries.items;
    if (keys->slots) {
        size_t at = find_slot(parser, keys, entry);
        return keys->slots[at] ? keys->slots[at] - 1 : keys->entries.count;
    }
    for (size_t i = 0; i < keys->entries.count; i++)
        if (same_key(&all[i], entry))
            return i;
    return keys->entries.count;
}

/* Adds to the list that a repeated key has become. */
static void push_repeated(struct sma_proto_parser *parser, struct keys *keys, size_t at,
                          const struct sma_proto_value *value)
{
    struct sma_proto_entry *entry = (struct sma_proto_entry *)keys->entries.items + at;
    struct sma_proto_list *list = (struct sma_proto_list *)keys->lists.items + at;
    if (!list->items) {
        collect(parser, &entry->value, value);
        list->items = (void *)entry->value.items;
        list->count = entry->value.count;
        list->capacity = list->count;
        return;
    }
    bool is_list = value->kind == SMA_PROTO_VALUE_LIST;
    for (size_t i = 0; i < (is_list ? value->count : 1); i++)
        sma_proto_push(parser, list, is_list ? &value->items[i] : value, sizeof *value);
    entry->value.items = list->items;
    entry->value.count = (uint32_t)list->count;
}

static void add_entry(struct sma_proto_parser *parser, struct keys *keys,
                      const struct sma_proto_entry *entry)
{
    static const struct sma_proto_list none = {0};
    size_t at = find_key(parser, keys, entry);
    if (at < keys->entries.count) {
        push_repeated(parser, keys, at, &entry->value);
        return;
    }
    sma_proto_push(parser, &keys->entries, entry, sizeof *entry);
    sma_proto_push(parser, &keys->lists, &none, sizeof none);
    if (parser->lexer.status)
        return;
    if (keys->entries.count > (keys->mask ? (keys->mask + 1) / 2 : KEYS_SCANNED))
        index_keys(parser, keys);
    else if (keys->slots)
        keys->slots[find_slot(parser, keys, entry)] = (uint32_t)keys->entries.count;
}

/* mapentries = { optname ( ":" value | "{" … "}" ) [ "," | ";" ] }, from behind the '{'. */
static void read_map(struct sma_proto_parser *parser, struct sma_proto_value *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct keys keys = {0};
    while (!lexer->status && !sma_proto_lex_accept(lexer, '}')) {
        struct option_name name;
        struct sma_proto_entry entry = {0};
        read_name(parser, &name);
        require_separator(parser, ':');
        read_value(parser, &entry.value);
        if (lexer->status)
            return;
        nest_parts(parser, &name.parts, &entry.value);
        entry.key = name.root;
        entry.is_extension = name.is_extension;
        add_entry(parser, &keys, &entry);
        if (!sma_proto_lex_accept(lexer, ','))
            sma_proto_lex_accept(lexer, ';');
    }
    *out = (struct sma_proto_value){.kind = SMA_PROTO_VALUE_MAP,
                                    .count = (uint32_t)keys.entries.count};
    out->entries = keys.entries.items;
}

/* list = value { "," value }, a trailing comma is allowed; from behind the '['. */
static void read_list(struct sma_proto_parser *parser, struct sma_proto_value *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct sma_proto_list list = {0};
    while (!lexer->status && !sma_proto_lex_accept(lexer, ']')) {
        struct sma_proto_value item = {0};
        read_value(parser, &item);
        sma_proto_push(parser, &list, &item, sizeof item);
        if (!lexer->status && !sma_proto_lex_accept(lexer, ',') && sma_proto_lex_peek(lexer) != ']')
            sma_proto_lex_fail(lexer, lexer->pos, "expected ',' or ']'");
    }
    *out = (struct sma_proto_value){.kind = SMA_PROTO_VALUE_LIST, .count = (uint32_t)list.count};
    out->items = list.items;
}

static void read_word_value(struct sma_proto_parser *parser, int first, struct sma_proto_value *out)
{
    out->text = sma_proto_lex_word(&parser->lexer);
    if ((first >= '0' && first <= '9') || first == '-')
        out->kind = SMA_PROTO_VALUE_NUMBER;
    else if (sma_str_eqz(out->text, "true") || sma_str_eqz(out->text, "false"))
        out->kind = SMA_PROTO_VALUE_BOOL;
    else
        out->kind = SMA_PROTO_VALUE_WORD;
}

/* value = "{" mapentries "}" | "[" list "]" | string | number | "true" | "false" | word */
static void read_value(struct sma_proto_parser *parser, struct sma_proto_value *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    int c = sma_proto_lex_peek(lexer);
    if (c < 0 || !sma_proto_enter(parser, "option values"))
        return;
    if (c == '{' || c == '[') {
        lexer->pos++;
        if (c == '{')
            read_map(parser, out);
        else
            read_list(parser, out);
    } else if (c == '"' || c == '\'') {
        out->kind = SMA_PROTO_VALUE_STRING;
        out->text = sma_proto_lex_string(lexer, &out->bytes);
    } else {
        read_word_value(parser, c, out);
    }
    sma_proto_leave(parser);
}

void sma_proto_read_option(struct sma_proto_parser *parser, struct sma_proto_option *out)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct option_name name;
    *out = (struct sma_proto_option){0};
    sma_proto_lex_at_end(lexer);
    size_t start = lexer->pos;
    read_name(parser, &name);
    require_separator(parser, '=');
    unsigned depth = parser->depth;
    parser->depth = 0; /* values count their own levels */
    read_value(parser, &out->value);
    parser->depth = depth;
    out->name = name.root;
    out->is_parenthesized = name.is_parenthesized;
    if (name.is_extension) /* no such option exists; the original keeps the brackets in the name */
        out->name = sma_arena_printf(lexer->arena, "[%.*s]", SMA_STR_ARG(name.root));
    if (!out->name.ptr)
        sma_proto_lex_fail_plain(lexer, SMA_ENOMEM, SMA_NO_OFFSET, "out of memory");
    out->parts = name.parts.items;
    out->part_count = (uint32_t)name.parts.count;
    out->span = sma_proto_span_to_here(parser, start);
}

struct sma_proto_options sma_proto_read_options(struct sma_proto_parser *parser)
{
    struct sma_proto_lexer *lexer = &parser->lexer;
    struct sma_proto_list list = {0};
    if (!sma_proto_lex_accept(lexer, '['))
        return (struct sma_proto_options){0};
    do {
        struct sma_proto_option option;
        sma_proto_read_option(parser, &option);
        sma_proto_push(parser, &list, &option, sizeof option);
        if (lexer->status || sma_proto_lex_accept(lexer, ']'))
            break;
        if (!sma_proto_lex_accept(lexer, ','))
            sma_proto_lex_fail(lexer, lexer->pos, "Expected ',' or ']'");
    } while (!lexer->status);
    return (struct sma_proto_options){list.items, list.count};
}
