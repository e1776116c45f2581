/* Where schemas come from: files and folders of the work tree, a git revision, a bundle. Each is a
 * "side" of a check: a list of schema files that knows how to load a text and find a reference.
 * Everything lives in the arena of the side; one thread. */
#ifndef SMA_CLI_SOURCE_H
#define SMA_CLI_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/str.h"
#include "core/schema/schema.h"

struct sma_arguments;
struct sma_git;
struct sma_project;
struct sma_remote;

/* Files of one side, and names a file may need. */
#define SMA_FILES_MAX 200000u
#define SMA_FOLDER_DEPTH_MAX 64u
#define SMA_FILE_BYTES_MAX (8u << 20)
#define SMA_BUNDLE_BYTES_MAX (1024u << 20)

/* What a schema text says about names, found without resolving anything. */
struct sma_names_scan {
    struct sma_str *defines; /* Avro: full names; JSON Schema: the root's $id */
    size_t define_count, define_capacity;
    struct sma_str
        *needs; /* Avro: full names; Protobuf: imports; JSON Schema: $ref without fragment */
    size_t need_count, need_capacity;
    uint32_t *need_starts; /* byte offset of each need */
    size_t start_capacity;
};

struct sma_file {
    struct sma_str path;  /* relative to the current folder, or to the root of the repository */
    struct sma_str label; /* as shown: the path, "git:1a2b3c4:path", "bundle:file#subject@3" */
    struct sma_str oid;   /* git: the blob */
    struct sma_str text;  /* without a byte order mark */
    struct sma_str subject;
    const struct sma_format *format;
    const struct sma_reference *references; /* bundles: as exported */
    size_t reference_count;
    int32_t version, id; /* 0 = unknown */
    bool is_loaded, has_bom;
    bool is_selected; /* named by a reference of the user, not only there to be referred to */
    bool is_scanned, is_bad; /* is_bad: no schema inside; skipped */
    bool is_remote, is_formatted; /* of a registry; its text was laid out for display */
    bool is_history;         /* an earlier text of another file: no name leads here */
    bool is_on_way;          /* of the walk over references: a second visit is a cycle */
    struct sma_file *older;  /* the version before, NULL without */
    struct sma_names_scan names;
    struct sma_schema *schema; /* owned; NULL until parsed */
};

struct sma_side {
    struct sma_arena *arena;
    struct sma_str label; /* "git:1a2b3c4", "files", "bundle:x.ndjson" */
    struct sma_file **files;
    size_t count, capacity;
    struct sma_map by_path, by_subject; /* by_subject: the selected or, without, the first one */
    struct sma_map by_name;             /* what files define; built when first asked */
    bool is_indexed, is_single;         /* is_single: one file, named as such */
    struct sma_git *git;                /* NULL for files and bundles; borrowed */
    struct sma_str git_prefix;
    const struct sma_project *project;
    struct sma_remote *remote; /* the registry in use, for names no file defines; NULL = none */
    const struct sma_arguments *remote_arguments;
    struct sma_str *includes; /* folders that Protobuf imports start from */
    size_t include_count, include_capacity;
    bool is_tree_listed; /* files beyond the selected ones are there too */
};

/* How the user named things. */
enum sma_scope_kind { SMA_SCOPE_FILE, SMA_SCOPE_FOLDER, SMA_SCOPE_GLOB };

struct sma_scope {
    struct {
        enum sma_scope_kind kind;
        struct sma_str path; /* cleaned; "." is the current folder */
    } * items;
    size_t count, capacity;
};

/* "a/./b/../c" to "a/c", in the arena; "." for the empty path. A path that climbs out keeps "..".
 */
struct sma_str sma_path_clean(struct sma_arena *arena, struct sma_str path);
/* The part before the last '/', "." without one. */
struct sma_str sma_path_folder(struct sma_str path);
/* folder + "/" + name, cleaned. */
struct sma_str sma_path_join(struct sma_arena *arena, struct sma_str folder, struct sma_str name);
/* Shell pattern over a whole path: ? * [a-z] within a name, ** over folders. Bounded work. */
bool sma_glob_match(struct sma_str pattern, struct sma_str path);
bool sma_glob_is(struct sma_str path);
/* Files below a cleaned path, or the path itself. */
bool sma_scope_has(const struct sma_scope *scope, struct sma_str path);

/* The type by the name alone: NULL for .json (`*is_maybe` true) and for everything else. */
const struct sma_format *sma_type_of_name(struct sma_str path, bool *is_maybe);
/* The type of a .json text: Avro, JSON Schema, or NULL when it says nothing. */
const struct sma_format *sma_type_of_text(struct sma_str text);
/* "avro", "json", "protobuf" (any case, also the registry's words). */
const struct sma_format *sma_type_of_word(struct sma_str word);
/* The file's name without folder and schema extension, %XX decoded. */
struct sma_str sma_path_stem(struct sma_arena *arena, struct sma_str path);

void sma_side_init(struct sma_side *side, struct sma_arena *arena,
                   const struct sma_project *project);
/* Drops parsed schemas and tables. */
void sma_side_fini(struct sma_side *side);
/* Adds an empty file of that path; NULL when out of memory or beyond SMA_FILES_MAX. */
struct sma_file *sma_side_add(struct sma_side *side, struct sma_str path);
/* Gives subjects and types to the files not yet named, and fills by_path and by_subject. */
enum sma_status sma_side_name(struct sma_side *side, struct sma_error *err) SMA_MUST_CHECK;
/* The file's text, loaded when first asked for. */
enum sma_status sma_side_load(struct sma_side *side, struct sma_file *file,
                              struct sma_error *err) SMA_MUST_CHECK;
/* Another file of the side at this path, also when it was not listed yet. NULL when there is none.
 */
struct sma_file *sma_side_at(struct sma_side *side, struct sma_str path);

/* ---- files ---- */

/* Adds what one argument names: a file, a folder, a pattern, or "-" for stdin. Each is remembered
 * in `scope`. SMA_ENOTFOUND when there is no such file. */
enum sma_status sma_side_add_path(struct sma_side *side, struct sma_scope *scope, const char *path,
                                  const char *stdin_name, const struct sma_format *type,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* Lists the rest of the tree below a folder, for references. */
enum sma_status sma_side_list_tree(struct sma_side *side, struct sma_str folder,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* Whether walks look at what has this name in a folder: not when it is hidden, nor node_modules. */
bool sma_folder_is_entered(const char *name);
/* Whole file into the arena, at most SMA_FILE_BYTES_MAX. */
enum sma_status sma_read_file(struct sma_str *out, struct sma_arena *arena, const char *path,
                              struct sma_error *err) SMA_MUST_CHECK;

/* The same with a limit of one's own. */
enum sma_status sma_read_bytes(struct sma_str *out, struct sma_arena *arena, const char *path,
                               size_t max, struct sma_error *err) SMA_MUST_CHECK;
/* Puts a text in place of a file's, whole or not at all. The path is NUL-terminated. */
enum sma_status sma_replace_file(struct sma_arena *arena, struct sma_str path, struct sma_str text,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* Adds the files of a commit: those in `scope` (or below `path` when it is not empty) are selected,
 * the others are there to be referred to. The paths are relative to the current folder. */
enum sma_status sma_side_add_git(struct sma_side *side, struct sma_git *git, struct sma_str commit,
                                 const struct sma_scope *scope, struct sma_str path,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* Hangs earlier texts of the selected files behind them, at most `max` each (0 = all). */
enum sma_status sma_side_add_history(struct sma_side *side, struct sma_str commit, size_t max,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* The same for files that carry version numbers: of one subject, newest first. */
enum sma_status sma_side_chain_versions(struct sma_side *side,
                                        struct sma_error *err) SMA_MUST_CHECK;

/* ---- bundles ---- */

/* Adds every schema version of an export; "file#SUBJECT@3" narrows. */
enum sma_status sma_side_add_bundle(struct sma_side *side, const char *name,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* The same for a text that stands for the file `name` (narrowing parts included). The text must
 * live as long as the side. */
enum sma_status sma_side_take_bundle(struct sma_side *side, struct sma_str name,
                                     struct sma_str text, struct sma_error *err) SMA_MUST_CHECK;

/* ---- references ---- */

/* Why a schema could not be built, beyond what the parser says. */
enum sma_build_fault {
    SMA_FAULT_NONE,
    SMA_FAULT_PARSE,      /* err: the parser's message, offset into the file's text */
    SMA_FAULT_UNRESOLVED, /* a name that no file defines; err.offset: where it stands */
    SMA_FAULT_CYCLE       /* err: the path */
};

/* Parses a file of the side with all it refers to; file->schema is set on success. A fault of the
 * schema is told by *fault with SMA_OK and the reason in `why`; other statuses are about the run.
 */
enum sma_status sma_side_build(struct sma_side *side, struct sma_file *file,
                               enum sma_build_fault *fault, struct sma_error *why,
                               struct sma_error *err) SMA_MUST_CHECK;
/* The closure that `file` was or would be parsed with. Views live in the arena of the side. */
enum sma_status sma_side_source(struct sma_source *out, struct sma_side *side,
                                struct sma_file *file, enum sma_build_fault *fault,
                                struct sma_error *why, struct sma_error *err) SMA_MUST_CHECK;
/* Fills in file->names. */
enum sma_status sma_file_scan(struct sma_side *side, struct sma_file *file) SMA_MUST_CHECK;

#endif
