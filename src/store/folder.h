/* The data folder: where it is, who has it. One process at a time holds the lock file. */
#ifndef SMA_STORE_FOLDER_H
#define SMA_STORE_FOLDER_H

#include <stdbool.h>

#include "base/error.h"

struct sma_folder {
    char *dir;
    char *db_path;   /* dir/schemata.db */
    char *lock_path; /* dir/schemata.lock */
    int lock_fd;     /* -1 when not locked */
    bool is_ephemeral;
};

enum sma_folder_kind {
    SMA_FOLDER_CREATE,   /* make it (with its parents) when missing */
    SMA_FOLDER_EXISTING, /* it must hold a database */
    SMA_FOLDER_EPHEMERAL /* a private one under $TMPDIR or /tmp; removed by fini */
};

/* Finds or makes the folder and takes the lock. dir: not for SMA_FOLDER_EPHEMERAL. SMA_EBUSY with
 * the other process's id when it is taken, SMA_EINVAL when there is none, SMA_EIO. */
enum sma_status sma_folder_init(struct sma_folder *folder, enum sma_folder_kind kind,
                                const char *dir, struct sma_error *err) SMA_MUST_CHECK;
/* Gives the lock up. Harmless on a zeroed folder. */
void sma_folder_fini(struct sma_folder *folder);

#endif
