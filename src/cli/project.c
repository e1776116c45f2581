/* Reads schemata.yaml with libyaml. Every key is known or an error with the nearest name; values
 * are strings whatever they look like; every mistake says file, line and column. */
#include "cli/project.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "cli/cli.h"
#include "cli/source.h"
#include "core/compat/compat.h"

#define LIST_MAX 10000u

struct reader {
    struct sma_project *out;
    struct sma_arena *arena;
    yaml_document_t document;
    struct sma_error *err;
};

/* ---- nodes ---- */

static enum sma_status wrong(struct reader *r, const yaml_node_t *node, const char *what,
                             struct sma_str detail)
{
    return sma_fail(r->err, SMA_EINVAL, "%.*s:%zu:%zu: %s%.*s", SMA_STR_ARG(r->out->path),
                    node->start_mark.line + 1, node->start_mark.column + 1, what,
                    SMA_STR_ARG(detail));
}

static struct sma_str scalar_of(const yaml_node_t *node)
{
    return sma_str_make((const char *)node->data.scalar.value, node->data.scalar.length);
}

static enum sma_status read_text(struct reader *r, struct sma_str *out, const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE)
        return wrong(r, node, "a single value is wanted here", SMA_STR(""));
    *out = sma_arena_copy(r->arena, scalar_of(node));
    return out->ptr ? SMA_OK : sma_fail_nomem(r->err);
}

static enum sma_status add_text(struct reader *r, struct sma_strings *out, const yaml_node_t *node)
{
    struct sma_str *grown = sma_arena_grow(r->arena, out->items, out->count, &out->capacity,
                                           out->count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(r->err);
    if (out->count >= LIST_MAX)
        return wrong(r, node, "this list is too long", SMA_STR(""));
    out->items = grown;
    return read_text(r, &grown[out->count++], node);
}

/* A list of strings; a single string counts as a list of one. */
static enum sma_status read_texts(struct reader *r, struct sma_strings *out,
                                  const yaml_node_t *node)
{
    enum sma_status st = SMA_OK;
    if (node->type == YAML_SCALAR_NODE)
        return add_text(r, out, node);
    if (node->type != YAML_SEQUENCE_NODE)
        return wrong(r, node, "a list is wanted here", SMA_STR(""));
    yaml_node_item_t *items = node->data.sequence.items.start;
    size_t count = (size_t)(node->data.sequence.items.top - items);
    for (size_t i = 0; !st && i < count; i++)
        st = add_text(r, out, yaml_document_get_node(&r->document, items[i]));
    return st;
}

/* ---- keys ---- */

struct key {
    const char *name;
    enum sma_status (*read)(struct reader *r, const yaml_node_t *node, void *into);
    size_t offset;       /* of the member of `into` that is read */
    const char *choices; /* "a|b" or NULL */
};

static enum sma_status unknown_key(struct reader *r, const yaml_node_t *node,
                                   const struct key *keys)
{
    struct sma_str typed = scalar_of(node), best = SMA_STR("");
    size_t best_distance = SIZE_MAX;
    for (const struct key *k = keys; k->name; k++) {
        size_t d = sma_str_distance(typed, sma_str_z(k->name));
        if (d < best_distance) {
            best_distance = d;
            best = sma_str_z(k->name);
        }
    }
    bool is_near = best_distance <= 1 + typed.len / 3;
    return wrong(r, node, "unknown key ",
                 sma_arena_printf(r->arena, "\"%.*s\"%s%.*s%s", SMA_STR_ARG(typed),
                                  is_near ? "; did you mean \"" : "", is_near ? (int)best.len : 0,
                                  best.ptr, is_near ? "\"?" : ""));
}

static enum sma_status read_key(struct reader *r, const struct key *k, const yaml_node_t *value,
                                void *into)
{
    char word[64];
    enum sma_status st = k->read(r, value, (char *)into + k->offset);
    if (st || !k->choices)
        return st;
    snprintf(word, sizeof word, "%.*s", SMA_STR_ARG(scalar_of(value)));
    return sma_choice_has(k->choices, word)
               ? SMA_OK
               : wrong(r, value, "must be one of ", sma_str_z(k->choices));
}

static enum sma_status read_map(struct reader *r, const yaml_node_t *node, const struct key *keys,
                                void *into)
{
    enum sma_status st = SMA_OK;
    if (node->type != YAML_MAPPING_NODE)
        return wrong(r, node, "keys and values are wanted here", SMA_STR(""));
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
         !st && p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *name = yaml_document_get_node(&r->document, p->key);
        const yaml_node_t *value = yaml_document_get_node(&r->document, p->value);
        const struct key *k = keys;
        if (name->type != YAML_SCALAR_NODE)
            return wrong(r, name, "a key must be a word", SMA_STR(""));
        while (k->name && !sma_str_eqz(scalar_of(name), k->name))
            k++;
        st = k->name ? read_key(r, k, value, into) : unknown_key(r, name, keys);
    }
    return st;
}

static enum sma_status text_key(struct reader *r, const yaml_node_t *node, void *into)
{
    return read_text(r, into, node);
}

static enum sma_status texts_key(struct reader *r, const yaml_node_t *node, void *into)
{
    return read_texts(r, into, node);
}

static enum sma_status level_key(struct reader *r, const yaml_node_t *node, void *into)
{
    enum sma_level level;
    enum sma_status st = read_text(r, into, node);
    if (!st && !sma_level_parse(scalar_of(node), &level))
        st = wrong(r, node, "no compatibility level: ", scalar_of(node));
    return st;
}

static enum sma_status ignored_key(struct reader *r, const yaml_node_t *node, void *into)
{
    (void)r, (void)node, (void)into;
    return SMA_OK;
}

static enum sma_status version_key(struct reader *r, const yaml_node_t *node, void *into)
{
    struct sma_str version;
    enum sma_status st = read_text(r, &version, node);
    (void)into;
    return st || sma_str_eqz(version, "1")
               ? st
               : wrong(r, node, "this program reads version 1, not ", version);
}

/* ---- the parts ---- */

#define AT(type, member) offsetof(struct type, member)

static const struct key registry_keys[] = {
    {"url", text_key, 0, NULL}, {"client-config", text_key, 0, NULL}, {NULL, NULL, 0, NULL}};

static enum sma_status registry_key(struct reader *r, const yaml_node_t *node, void *into)
{
    struct sma_str unused;
    (void)into;
    return read_map(r, node, registry_keys, &unused);
}

static const struct key check_keys[] = {
    {"level", level_key, AT(sma_project, level), NULL},
    {"against", texts_key, AT(sma_project, against), NULL},
    {"history", text_key, AT(sma_project, history), NULL},
    {"deleted", text_key, AT(sma_project, deleted), "error|warn|ignore"},
    {"new", text_key, AT(sma_project, new_subjects), "ignore|warn|error"},
    {"fail-on", text_key, AT(sma_project, fail_on), "error|warning|info"},
    {"baseline", text_key, AT(sma_project, baseline), NULL},
    {NULL, NULL, 0, NULL},
};

static enum sma_status check_key(struct reader *r, const yaml_node_t *node, void *into)
{
    return read_map(r, node, check_keys, into);
}

static const struct key source_keys[] = {
    {"files", texts_key, AT(sma_project_source, files), NULL},
    {"include", texts_key, AT(sma_project_source, include), NULL},
    {"subject", text_key, AT(sma_project_source, subject), NULL},
    {"topic", text_key, AT(sma_project_source, topic), NULL},
    {"type", text_key, AT(sma_project_source, type), "avro|json|protobuf"},
    {NULL, NULL, 0, NULL},
};

static const struct key accept_keys[] = {
    {"fingerprint", text_key, AT(sma_project_accept, fingerprint), NULL},
    {"rule", text_key, AT(sma_project_accept, rule), NULL},
    {"subject", text_key, AT(sma_project_accept, subject), NULL},
    {"path", text_key, AT(sma_project_accept, path), NULL},
    {"reason", text_key, AT(sma_project_accept, reason), NULL},
    {"until", text_key, AT(sma_project_accept, until), NULL},
    {NULL, NULL, 0, NULL},
};

/* A list of maps, each read into a new element of an array in the arena. */
#define LIST_OF(list, count, capacity, keys)                                                       \
    do {                                                                                           \
        if (node->type != YAML_SEQUENCE_NODE)                                                      \
            return wrong(r, node, "a list is wanted here", SMA_STR(""));                           \
        yaml_node_item_t *at = node->data.sequence.items.start;                                    \
        for (; at < node->data.sequence.items.top; at++) {                                         \
            void *grown =                                                                          \
                sma_arena_grow(r->arena, list, count, &(capacity), (count) + 1, sizeof *(list));   \
            if (!grown)                                                                            \
                return sma_fail_nomem(r->err);                                                     \
            list = grown;                                                                          \
            memset(&(list)[count], 0, sizeof *(list));                                             \
            enum sma_status st =                                                                   \
                read_map(r, yaml_document_get_node(&r->document, *at), keys, &(list)[(count)++]);  \
            if (st)                                                                                \
                return st;                                                                         \
        }                                                                                          \
    } while (0)

static enum sma_status sources_key(struct reader *r, const yaml_node_t *node, void *into)
{
    struct sma_project *out = into;
    LIST_OF(out->sources, out->source_count, out->source_capacity, source_keys);
    return SMA_OK;
}

static enum sma_status accept_key(struct reader *r, const yaml_node_t *node, void *into)
{
    struct sma_project *out = into;
    LIST_OF(out->accepts, out->accept_count, out->accept_capacity, accept_keys);
    return SMA_OK;
}

static const struct key subject_keys[] = {
    {"level", level_key, AT(sma_project_subject, level), NULL},
    {"normalize", ignored_key, 0, NULL},
    {"metadata", ignored_key, 0, NULL},
    {NULL, NULL, 0, NULL},
};

static enum sma_status subjects_key(struct reader *r, const yaml_node_t *node, void *into)
{
    struct sma_project *out = into;
    enum sma_status st = SMA_OK;
    if (node->type != YAML_MAPPING_NODE)
        return wrong(r, node, "subjects and their settings are wanted here", SMA_STR(""));
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
         !st && p < node->data.mapping.pairs.top; p++) {
        struct sma_project_subject *grown =
            sma_arena_grow(r->arena, out->subjects, out->subject_count, &out->subject_capacity,
                           out->subject_count + 1, sizeof *grown);
        if (!grown)
            return sma_fail_nomem(r->err);
        out->subjects = grown;
        struct sma_project_subject *subject = &grown[out->subject_count++];
        *subject = (struct sma_project_subject){0};
        st = read_text(r, &subject->name, yaml_document_get_node(&r->document, p->key));
        if (!st)
            st = read_map(r, yaml_document_get_node(&r->document, p->value), subject_keys, subject);
    }
    return st;
}

static enum sma_status rules_key(struct reader *r, const yaml_node_t *node, void *into)
{
    struct sma_project *out = into;
    enum sma_status st = SMA_OK;
    if (node->type != YAML_MAPPING_NODE)
        return wrong(r, node, "rules and severities are wanted here", SMA_STR(""));
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
         !st && p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *value = yaml_document_get_node(&r->document, p->value);
        struct sma_project_rule *grown =
            sma_arena_grow(r->arena, out->rules, out->rule_count, &out->rule_capacity,
                           out->rule_count + 1, sizeof *grown);
        if (!grown)
            return sma_fail_nomem(r->err);
        out->rules = grown;
        struct sma_project_rule *rule = &grown[out->rule_count++];
        *rule = (struct sma_project_rule){0};
        st = read_text(r, &rule->rule, yaml_document_get_node(&r->document, p->key));
        if (!st)
            st = read_text(r, &rule->severity, value);
        if (!st && !sma_choice_has("error|warning|info|off", rule->severity.ptr))
            st = wrong(r, value, "must be one of ", SMA_STR("error|warning|info|off"));
    }
    return st;
}

static const struct key lint_keys[] = {
    {"use", text_key, AT(sma_project, lint_use), "minimal|recommended|strict"},
    {"rules", rules_key, 0, NULL},
    {NULL, NULL, 0, NULL},
};

static enum sma_status lint_key(struct reader *r, const yaml_node_t *node, void *into)
{
    return read_map(r, node, lint_keys, into);
}

static const struct key top_keys[] = {
    {"version", version_key, 0, NULL},   {"registry", registry_key, 0, NULL},
    {"check", check_key, 0, NULL},       {"sources", sources_key, 0, NULL},
    {"subjects", subjects_key, 0, NULL}, {"lint", lint_key, 0, NULL},
    {"accept", accept_key, 0, NULL},     {NULL, NULL, 0, NULL},
};

/* ---- the file ---- */

static enum sma_status read_document(struct reader *r, struct sma_str text)
{
    yaml_parser_t parser;
    enum sma_status st = SMA_OK;
    if (!yaml_parser_initialize(&parser))
        return sma_fail_nomem(r->err);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    if (!yaml_parser_load(&parser, &r->document)) {
        st = sma_fail(r->err, SMA_EINVAL, "%.*s:%zu:%zu: no YAML: %s", SMA_STR_ARG(r->out->path),
                      parser.problem_mark.line + 1, parser.problem_mark.column + 1,
                      parser.problem ? parser.problem : "unreadable");
    } else {
        const yaml_node_t *root = yaml_document_get_root_node(&r->document);
        if (root)
            st = read_map(r, root, top_keys, r->out);
        yaml_document_delete(&r->document);
    }
    yaml_parser_delete(&parser);
    return st;
}

#define LEVELS_UP_MAX 32

/* Looks upwards; stops at the root of a repository. */
static enum sma_status find(struct sma_project *out, struct sma_arena *arena)
{
    static const char *const names[] = {"schemata.yaml", "schemata.yml", "schemata.json"};
    char folder[3 * LEVELS_UP_MAX + 2] = ".", path[sizeof folder + 32];
    struct stat here, above;
    for (int level = 0; level < LEVELS_UP_MAX; level++) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            bool is_here = !strcmp(folder, ".");
            snprintf(path, sizeof path, "%s%s%s", is_here ? "" : folder, is_here ? "" : "/",
                     names[i]);
            if (!access(path, R_OK)) {
                out->path = sma_arena_copy(arena, sma_str_z(path));
                out->folder = sma_arena_copy(arena, sma_str_z(folder));
                return out->path.ptr && out->folder.ptr ? SMA_OK : SMA_ENOMEM;
            }
        }
        snprintf(path, sizeof path, "%s/.git", folder);
        if (!access(path, F_OK) || stat(folder, &here))
            return SMA_OK;
        snprintf(path, sizeof path, "%s/..", folder);
        if (stat(path, &above) || (above.st_ino == here.st_ino && above.st_dev == here.st_dev))
            return SMA_OK;
        snprintf(folder, sizeof folder, "%.*s", (int)sizeof folder - 1, level ? path : "..");
    }
    return SMA_OK;
}

enum sma_status sma_project_load(struct sma_project *out, struct sma_arena *arena, const char *path,
                                 struct sma_error *err)
{
    struct sma_str text;
    struct reader r = {.out = out, .arena = arena, .err = err};
    enum sma_status st = SMA_OK;
    *out = (struct sma_project){.folder = SMA_STR(".")};
    if (path) {
        out->path = sma_str_z(path);
        out->folder = sma_arena_copy(arena, sma_path_folder(out->path));
    } else {
        st = find(out, arena);
    }
    if (st)
        return sma_fail_nomem(err);
    if (!out->path.len)
        return SMA_OK;
    st = sma_read_file(&text, arena, out->path.ptr, err);
    return st ? st : read_document(&r, text);
}

/* ---- subjects ---- */

struct variables {
    struct sma_str stem, dir, path, topic;
};

static struct sma_str variable(const struct variables *v, struct sma_str name)
{
    if (sma_str_eqz(name, "stem"))
        return v->stem;
    if (sma_str_eqz(name, "dir"))
        return v->dir;
    if (sma_str_eqz(name, "path"))
        return v->path;
    if (sma_str_eqz(name, "topic"))
        return v->topic;
    return sma_str_make(NULL, 0);
}

/* Fills {stem}, {dir}, {path}, {topic}; other braces stay. */
static struct sma_str expand(struct sma_arena *arena, struct sma_str template,
                             const struct variables *v)
{
    struct sma_buf out;
    sma_buf_init(&out, 4096);
    while (template.len) {
        ptrdiff_t close = template.ptr[0] == '{' ? sma_str_chr(template, '}') : -1;
        struct sma_str value = sma_str_make(NULL, 0);
        if (close > 0)
            value = variable(v, sma_str_make(template.ptr + 1, (size_t)close - 1));
        if (value.ptr) {
            sma_buf_puts(&out, value);
            template = sma_str_from(template, (size_t)close + 1);
        } else {
            sma_buf_putc(&out, template.ptr[0]);
            template = sma_str_from(template, 1);
        }
    }
    struct sma_str text =
        sma_buf_failed(&out) ? sma_str_make(NULL, 0) : sma_arena_copy(arena, sma_buf_str(&out));
    sma_buf_fini(&out);
    return text;
}

enum sma_status sma_project_subject(struct sma_str *out, const struct sma_project *project,
                                    struct sma_arena *arena, struct sma_str path,
                                    struct sma_str stem, struct sma_error *err)
{
    *out = sma_str_make(NULL, 0);
    for (size_t i = 0; project && i < project->source_count; i++) {
        const struct sma_project_source *source = &project->sources[i];
        struct sma_str folder = sma_path_folder(path);
        ptrdiff_t slash = sma_str_rchr(folder, '/');
        struct variables v = {stem, sma_str_from(folder, slash < 0 ? 0 : (size_t)slash + 1),
                              sma_path_join(arena, folder, stem), SMA_STR("")};
        bool is_covered = false;
        for (size_t f = 0; !is_covered && f < source->files.count; f++)
            is_covered = sma_glob_match(
                             sma_path_join(arena, project->folder, source->files.items[f]), path) ||
                         sma_glob_match(source->files.items[f], path);
        if (!is_covered)
            continue;
        if (!source->subject.len)
            return SMA_OK;
        v.topic = source->topic.len ? expand(arena, source->topic, &v) : v.dir;
        *out = expand(arena, source->subject, &v);
        return out->ptr ? SMA_OK : sma_fail_nomem(err);
    }
    return SMA_OK;
}

struct sma_str sma_project_level(const struct sma_project *project, struct sma_str subject)
{
    for (size_t i = 0; project && i < project->subject_count; i++)
        if (sma_str_eq(project->subjects[i].name, subject))
            return project->subjects[i].level;
    return SMA_STR("");
}
