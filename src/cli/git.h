/* Reading a git repository: by running `git` with an argument vector, never through a shell, and
 * never touching the work tree. One thread. */
#ifndef SMA_CLI_GIT_H
#define SMA_CLI_GIT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct sma_git;

/* The repository around the current folder. SMA_ENOTFOUND when there is none or no git program. */
enum sma_status sma_git_open(struct sma_git **out, struct sma_error *err) SMA_MUST_CHECK;
void sma_git_close(struct sma_git *git);
/* The current folder below the root: "" or "sub/folder/". */
struct sma_str sma_git_prefix(const struct sma_git *git);
struct sma_str sma_git_root(const struct sma_git *git);

/* Lets sma_git_commit run the `git fetch` that it would otherwise tell the user to type. */
void sma_git_allow_fetch(struct sma_git *git);

/* Full commit name of a revision. SMA_ENOTFOUND with what to type when it is not there; SMA_EINVAL
 * for a revision that begins with '-'. The special word "merge-base" is the merge base of HEAD with
 * the default branch. */
enum sma_status sma_git_commit(struct sma_str *out, struct sma_git *git, struct sma_arena *arena,
                               struct sma_str revision, struct sma_error *err) SMA_MUST_CHECK;

/* Calls fn for every file of a commit: path from the root and blob name. Stops when fn fails. */
typedef enum sma_status sma_git_entry_fn(void *ctx, struct sma_str path, struct sma_str oid,
                                         struct sma_error *err);
enum sma_status sma_git_list(struct sma_git *git, struct sma_str commit, sma_git_entry_fn *fn,
                             void *ctx, struct sma_error *err) SMA_MUST_CHECK;

/* A blob's bytes in the arena, through one `git cat-file --batch`. SMA_ENOTFOUND when the clone
 * does not hold it. */
enum sma_status sma_git_blob(struct sma_str *out, struct sma_git *git, struct sma_arena *arena,
                             struct sma_str oid, struct sma_error *err) SMA_MUST_CHECK;

/* Calls fn for every change of a file on the first-parent line of `commit`, newest first. `from`
 * differs from `to` for a rename; oid is the text after the change, empty for a removal. */
typedef enum sma_status sma_git_change_fn(void *ctx, struct sma_str commit, struct sma_str from,
                                          struct sma_str to, struct sma_str oid,
                                          struct sma_error *err);
enum sma_status sma_git_history(struct sma_git *git, struct sma_str commit, sma_git_change_fn *fn,
                                void *ctx, struct sma_error *err) SMA_MUST_CHECK;

/* Sets diff.NAME.command of the repository around the current folder, and says where its own file
 * of attributes is (its folder exists then). SMA_ENOTFOUND when there is no repository. */
enum sma_status sma_git_set_driver(struct sma_str *attributes, struct sma_arena *arena,
                                   const char *name, const char *command,
                                   struct sma_error *err) SMA_MUST_CHECK;

#endif
