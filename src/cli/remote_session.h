/* One run of a command that talks to a registry: arena, project file, connection. */
#ifndef SMA_CLI_REMOTE_SESSION_H
#define SMA_CLI_REMOTE_SESSION_H

#include "cli/remote_read.h"
#include "cli/table.h"

struct sma_remote_session {
    struct sma_arena arena;
    const struct sma_arguments *arguments;
    struct sma_project project;
    struct sma_remote *remote;
    struct sma_error err;
};

/* Always finish it. */
enum sma_status sma_remote_session_open(struct sma_remote_session *session,
                                        const struct sma_arguments *arguments) SMA_MUST_CHECK;
/* Tells the error, if there is one, and gives the exit code: `code` when st is SMA_OK. */
int sma_remote_session_finish(struct sma_remote_session *session, enum sma_status st, int code);

#endif
