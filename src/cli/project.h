/* The project file, schemata.yaml (or schemata.json, which is YAML too): found by walking up from
 * the current folder to the root of the repository. */
#ifndef SMA_CLI_PROJECT_H
#define SMA_CLI_PROJECT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "cli/yaml_file.h"

struct sma_project_source {
    struct sma_strings files; /* patterns, relative to the project file */
    struct sma_strings include;
    struct sma_str subject; /* template; empty = "{stem}" */
    struct sma_str topic;
    struct sma_str type;
};

struct sma_project_subject {
    struct sma_str name;
    struct sma_str level, mode, normalize; /* empty = not said */
    struct sma_strings metadata;           /* key, value, key, value … */
};

#define SMA_PROJECT_MODES "READWRITE|READONLY|READONLY_OVERRIDE|IMPORT"

struct sma_project_rule {
    struct sma_str rule, severity;
};

struct sma_project_accept {
    struct sma_str fingerprint, rule, subject, path, reason, until;
    bool is_used, is_baseline;
};

struct sma_project {
    struct sma_str path;   /* of the file; empty = there is none */
    struct sma_str folder; /* from the current folder to the file's, "." or "../.." */
    struct sma_str level, history, deleted, new_subjects, fail_on, baseline;
    struct sma_str registry_url, registry_config; /* as written, ${NAME} included */
    struct sma_strings against;
    struct sma_project_source *sources;
    size_t source_count, source_capacity;
    struct sma_project_subject *subjects;
    size_t subject_count, subject_capacity;
    struct sma_str lint_use;
    struct sma_project_rule *rules;
    size_t rule_count, rule_capacity;
    struct sma_project_accept *accepts;
    size_t accept_count, accept_capacity;
};

/* path NULL: look for it; none found is SMA_OK with an empty project. SMA_EINVAL "file:line:column:
 * what" for a mistake; SMA_ENOTFOUND when `path` is not there. Everything lives in `arena`. */
enum sma_status sma_project_load(struct sma_project *out, struct sma_arena *arena, const char *path,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* The same for a text that stands for a file of that name. */
enum sma_status sma_project_read(struct sma_project *out, struct sma_arena *arena,
                                 struct sma_str path, struct sma_str text,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* Reads a file like the "lint" part over what the project says: a rule named in it counts, others
 * keep what they had. SMA_EINVAL and SMA_ENOTFOUND as above. */
enum sma_status sma_project_load_lint(struct sma_project *project, struct sma_arena *arena,
                                      const char *path, struct sma_error *err) SMA_MUST_CHECK;

/* The subject that the project's sources give a file; ptr NULL when none of them covers it.
 * project may be NULL. `stem` is the file's name without its extension. */
enum sma_status sma_project_subject(struct sma_str *out, const struct sma_project *project,
                                    struct sma_arena *arena, struct sma_str path,
                                    struct sma_str stem, struct sma_error *err) SMA_MUST_CHECK;
/* The level set for a subject, empty when none is. */
struct sma_str sma_project_level(const struct sma_project *project, struct sma_str subject);

#endif
