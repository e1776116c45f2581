/* Putting an archive into a registry: planned first, then run with a journal, ids and versions kept
 * by the subjects' IMPORT mode, which is put back whatever happens. */
#ifndef SMA_CLI_IMPORT_H
#define SMA_CLI_IMPORT_H

#include <pthread.h>

#include "cli/archive.h"
#include "cli/progress.h"
#include "cli/remote_session.h"

enum sma_import_action {
    SMA_IMPORT_PRESENT,  /* there already, the same */
    SMA_IMPORT_REGISTER,
    SMA_IMPORT_CONFLICT, /* something else is there: `why` */
    SMA_IMPORT_SKIP      /* a conflict, or what need not come along */
};

struct sma_import_item {
    struct sma_archive_schema *schema;
    struct sma_import_target *target;
    enum sma_import_action action;
    bool must_delete; /* softly, after all are there */
    struct sma_str why;
    unsigned level;               /* all that it refers to has a lower one */
    struct sma_import_item *next; /* of the same unit of work (import_run.c) */
};

/* A subject of the archive on the other side. */
struct sma_import_target {
    struct sma_str subject;
    bool existed;  /* before the import began */
    size_t left;   /* registrations and deletions to come */
    bool is_open;  /* we have set IMPORT mode and must put back what was */
    bool was_open; /* in IMPORT mode without us */
    bool is_told;  /* `was` is the journal's; whether IMPORT was set behind that line is unknown */
    struct sma_str was; /* the mode of its own before, empty = none */
    struct sma_numbers all, live; /* versions there */
    /* One unit of work: the items of one level, in order. */
    struct sma_import_item *first, *last;
    bool must_open;
};

enum sma_import_policy { SMA_IMPORT_FAIL, SMA_IMPORT_SKIP_CONFLICTS, SMA_IMPORT_RENUMBER };

struct sma_import_journal;

struct sma_import {
    struct sma_remote_session *s;
    struct sma_archive archive;
    struct sma_str digest; /* hex, of the file */
    enum sma_import_policy policy;
    bool dry_run, verbose;
    bool was_empty; /* the registry had no subject at all before */
    struct sma_import_item *items; /* in order */
    size_t item_count;
    struct sma_import_target *targets;
    size_t target_count;
    struct sma_map target_of; /* subject to target */
    struct sma_import_journal *journal;
    pthread_mutex_t mutex; /* around the journal, the session's arena, counters and talk */
    struct sma_progress progress;
    size_t due; /* registrations and deletions in all */
    size_t registered, present, skipped, deleted, settings, failed, conflicts;
};

/* Compares the archive with the registry. Changes nothing. The journal of an earlier run, if any,
 * says what was there before that run. */
enum sma_status sma_import_plan(struct sma_import *import) SMA_MUST_CHECK;
/* Does it. Refusals of single items are told on stderr and counted in `failed`; other statuses end
 * the run after the modes were put back as far as the registry answers. */
enum sma_status sma_import_run(struct sma_import *import) SMA_MUST_CHECK;
/* Registers everything anew, under new ids and versions. id_map: a file to write, or NULL. */
enum sma_status sma_import_renumber(struct sma_import *import, const char *id_map) SMA_MUST_CHECK;
/* Levels and modes of what is new on the other side. */
enum sma_status sma_import_settings(struct sma_import *import) SMA_MUST_CHECK;
/* "schemata: orders-value@3: why" on stderr, and counts. Any thread. */
void sma_import_say_failure(struct sma_import *import, const struct sma_archive_schema *schema,
                            const char *why);

/* ---- the journal ----
 *
 * What a later run must know: which file and registry, what was there before, whose mode was
 * changed from what. A line is on disk before the change it tells of is made. */
struct sma_import_journal {
    struct sma_str path;
    int fd; /* -1 = none: a dry run */
    bool is_resumed;
};
/* Opens the journal; an existing one is read into the import's targets (is_resumed) when `resume`,
 * and refused otherwise (exit 7). SMA_EINVAL when it is of another file or registry. */
enum sma_status sma_import_journal_open(struct sma_import_journal *journal,
                                        struct sma_import *import, const char *path,
                                        bool resume) SMA_MUST_CHECK;
/* The head and what existed: once, after the plan of a first run. */
enum sma_status sma_import_journal_begin(struct sma_import *import) SMA_MUST_CHECK;
/* All targets of the list with must_open. */
enum sma_status sma_import_journal_opened(struct sma_import *import,
                                          struct sma_import_target *const *targets,
                                          size_t count) SMA_MUST_CHECK;
/* Any thread. A line that gets lost only makes a later run put the mode back once more. */
enum sma_status sma_import_journal_closed(struct sma_import *import,
                                          const struct sma_import_target *target,
                                          struct sma_error *err) SMA_MUST_CHECK;
/* is_done: removes the file. */
void sma_import_journal_close(struct sma_import_journal *journal, bool is_done);

#endif
