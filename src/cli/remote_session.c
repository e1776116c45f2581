#include "cli/remote_session.h"

enum sma_status sma_remote_session_open(struct sma_remote_session *session,
                                        const struct sma_arguments *arguments)
{
    *session = (struct sma_remote_session){.arguments = arguments, .err = SMA_ERROR_INIT};
    sma_arena_init(&session->arena, 0);
    enum sma_status st = sma_project_load(&session->project, &session->arena,
                                          sma_argument(arguments, "--config"), &session->err);
    return st ? st
              : sma_remote_open(&session->remote, arguments, &session->project, &session->err);
}

int sma_remote_session_finish(struct sma_remote_session *session, enum sma_status st, int code)
{
    if (st)
        code = sma_cli_fail(st, &session->err);
    sma_remote_close(session->remote);
    sma_arena_fini(&session->arena);
    return code;
}
