/* What schemata.yaml may say, where it is found, and what it says about a file. */
#include "cli/project.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/source.h"
#include "core/compat/compat.h"

static enum sma_status level_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    enum sma_level level;
    enum sma_status st = sma_yaml_text(r, into, node);
    if (!st && !sma_level_parse(sma_yaml_scalar(node), &level))
        st = sma_yaml_wrong(r, node, "no compatibility level: ", sma_yaml_scalar(node));
    return st;
}

static enum sma_status version_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    struct sma_str version;
    enum sma_status st = sma_yaml_text(r, &version, node);
    (void)into;
    return st || sma_str_eqz(version, "1")
               ? st
               : sma_yaml_wrong(r, node, "this program reads version 1, not ", version);
}

/* ---- the parts ---- */

#define AT(type, member) offsetof(struct type, member)

/* ${NAME} is looked up when a registry is used, not here: checks offline need no variable. */
static const struct sma_yaml_key registry_keys[] = {
    {"url", sma_yaml_text_key, AT(sma_project, registry_url), NULL},
    {"client-config", sma_yaml_text_key, AT(sma_project, registry_config), NULL},
    {NULL, NULL, 0, NULL},
};

static enum sma_status registry_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    return sma_yaml_map(r, node, registry_keys, into);
}

static const struct sma_yaml_key check_keys[] = {
    {"level", level_key, AT(sma_project, level), NULL},
    {"against", sma_yaml_texts_key, AT(sma_project, against), NULL},
    {"history", sma_yaml_text_key, AT(sma_project, history), NULL},
    {"deleted", sma_yaml_text_key, AT(sma_project, deleted), "error|warn|ignore"},
    {"new", sma_yaml_text_key, AT(sma_project, new_subjects), "ignore|warn|error"},
    {"fail-on", sma_yaml_text_key, AT(sma_project, fail_on), "error|warning|info"},
    {"baseline", sma_yaml_text_key, AT(sma_project, baseline), NULL},
    {NULL, NULL, 0, NULL},
};

static enum sma_status check_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    return sma_yaml_map(r, node, check_keys, into);
}

static const struct sma_yaml_key source_keys[] = {
    {"files", sma_yaml_texts_key, AT(sma_project_source, files), NULL},
    {"include", sma_yaml_texts_key, AT(sma_project_source, include), NULL},
    {"subject", sma_yaml_text_key, AT(sma_project_source, subject), NULL},
    {"topic", sma_yaml_text_key, AT(sma_project_source, topic), NULL},
    {"type", sma_yaml_text_key, AT(sma_project_source, type), "avro|json|protobuf"},
    {NULL, NULL, 0, NULL},
};

static const struct sma_yaml_key accept_keys[] = {
    {"fingerprint", sma_yaml_text_key, AT(sma_project_accept, fingerprint), NULL},
    {"rule", sma_yaml_text_key, AT(sma_project_accept, rule), NULL},
    {"subject", sma_yaml_text_key, AT(sma_project_accept, subject), NULL},
    {"path", sma_yaml_text_key, AT(sma_project_accept, path), NULL},
    {"reason", sma_yaml_text_key, AT(sma_project_accept, reason), NULL},
    {"until", sma_yaml_text_key, AT(sma_project_accept, until), NULL},
    {NULL, NULL, 0, NULL},
};

static enum sma_status sources_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    struct sma_project *out = into;
    SMA_YAML_LIST(out->sources, out->source_count, out->source_capacity, source_keys);
    return SMA_OK;
}

static enum sma_status accept_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    struct sma_project *out = into;
    SMA_YAML_LIST(out->accepts, out->accept_count, out->accept_capacity, accept_keys);
    return SMA_OK;
}

static const struct sma_yaml_key subject_keys[] = {
    {"level", level_key, AT(sma_project_subject, level), NULL},
    {"mode", sma_yaml_text_key, AT(sma_project_subject, mode), SMA_PROJECT_MODES},
    {"normalize", sma_yaml_text_key, AT(sma_project_subject, normalize), "true|false"},
    {"metadata", sma_yaml_pairs_key, AT(sma_project_subject, metadata), NULL},
    {NULL, NULL, 0, NULL},
};

static enum sma_status subjects_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    struct sma_project *out = into;
    enum sma_status st = SMA_OK;
    if (node->type != YAML_MAPPING_NODE)
        return sma_yaml_wrong(r, node, "subjects and their settings are wanted here", SMA_STR(""));
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
        st = sma_yaml_text(r, &subject->name, yaml_document_get_node(&r->document, p->key));
        if (!st)
            st = sma_yaml_map(r, yaml_document_get_node(&r->document, p->value), subject_keys, subject);
    }
    return st;
}

static enum sma_status rules_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    struct sma_project *out = into;
    enum sma_status st = SMA_OK;
    if (node->type != YAML_MAPPING_NODE)
        return sma_yaml_wrong(r, node, "rules and severities are wanted here", SMA_STR(""));
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
        st = sma_yaml_text(r, &rule->rule, yaml_document_get_node(&r->document, p->key));
        if (!st)
            st = sma_yaml_text(r, &rule->severity, value);
        if (!st && !sma_choice_has("error|warning|info|off", rule->severity.ptr))
            st = sma_yaml_wrong(r, value, "must be one of ", SMA_STR("error|warning|info|off"));
    }
    return st;
}

static const struct sma_yaml_key lint_keys[] = {
    {"use", sma_yaml_text_key, AT(sma_project, lint_use), "minimal|recommended|strict"},
    {"rules", rules_key, 0, NULL},
    {NULL, NULL, 0, NULL},
};

static enum sma_status lint_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    return sma_yaml_map(r, node, lint_keys, into);
}

static const struct sma_yaml_key top_keys[] = {
    {"version", version_key, 0, NULL},   {"registry", registry_key, 0, NULL},
    {"check", check_key, 0, NULL},       {"sources", sources_key, 0, NULL},
    {"subjects", subjects_key, 0, NULL}, {"lint", lint_key, 0, NULL},
    {"accept", accept_key, 0, NULL},     {NULL, NULL, 0, NULL},
};

/* ---- the file ---- */

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

enum sma_status sma_project_read(struct sma_project *out, struct sma_arena *arena,
                                 struct sma_str path, struct sma_str text, struct sma_error *err)
{
    *out = (struct sma_project){.path = path};
    out->folder = sma_arena_copy(arena, sma_path_folder(path));
    return out->folder.ptr ? sma_yaml_read(arena, path, text, top_keys, out, err)
                           : sma_fail_nomem(err);
}

enum sma_status sma_project_load(struct sma_project *out, struct sma_arena *arena, const char *path,
                                 struct sma_error *err)
{
    struct sma_str text;
    enum sma_status st = SMA_OK;
    *out = (struct sma_project){.folder = SMA_STR(".")};
    if (path)
        out->path = sma_str_z(path);
    else
        st = find(out, arena);
    if (st)
        return sma_fail_nomem(err);
    if (!out->path.len)
        return SMA_OK;
    st = sma_read_file(&text, arena, out->path.ptr, err);
    return st ? st : sma_project_read(out, arena, out->path, text, err);
}

enum sma_status sma_project_load_lint(struct sma_project *project, struct sma_arena *arena,
                                      const char *path, struct sma_error *err)
{
    struct sma_str text;
    struct sma_project lint = {.path = sma_str_z(path)};
    enum sma_status st = sma_read_file(&text, arena, path, err);
    if (!st)
        st = sma_yaml_read(arena, lint.path, text, lint_keys, &lint, err);
    for (size_t i = 0; !st && i < project->rule_count; i++) {
        struct sma_project_rule *grown =
            sma_arena_grow(arena, lint.rules, lint.rule_count, &lint.rule_capacity,
                           lint.rule_count + 1, sizeof *grown);
        if (!grown)
            return sma_fail_nomem(err);
        lint.rules = grown;
        grown[lint.rule_count++] = project->rules[i]; /* the first one of a name counts */
    }
    if (st)
        return st;
    project->rules = lint.rules;
    project->rule_count = lint.rule_count;
    project->rule_capacity = lint.rule_capacity;
    if (lint.lint_use.len)
        project->lint_use = lint.lint_use;
    return SMA_OK;
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
