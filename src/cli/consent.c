#include "cli/consent.h"

#include <string.h>
#include <unistd.h>

#define ANSWER_MAX 512

/* The flag that would answer; NULL when no question is to be asked. */
static const char *open_question(const struct sma_remote *remote,
                                 const struct sma_arguments *arguments, enum sma_consent_kind kind)
{
    const char *profile = sma_remote_confirming_profile(remote);
    const char *yes_profile = sma_argument(arguments, "--yes-profile");
    if (profile)
        return yes_profile && !strcmp(yes_profile, profile) ? NULL : "--yes-profile";
    return kind == SMA_CONSENT_ORDINARY || sma_argument_has(arguments, "--yes") ? NULL : "--yes";
}

static bool is_somebody_there(const struct sma_arguments *arguments)
{
    return !sma_argument_has(arguments, "--no-input") && isatty(STDIN_FILENO) &&
           isatty(STDERR_FILENO);
}

bool sma_consent_asks(const struct sma_remote *remote, const struct sma_arguments *arguments,
                      enum sma_consent_kind kind)
{
    return open_question(remote, arguments, kind) && is_somebody_there(arguments);
}

enum sma_status sma_consent(const struct sma_remote *remote, const struct sma_arguments *arguments,
                            enum sma_consent_kind kind, const char *word, const char *question,
                            struct sma_error *err)
{
    char answer[ANSWER_MAX];
    const char *flag = open_question(remote, arguments, kind);
    const char *profile = sma_remote_confirming_profile(remote);
    if (!flag)
        return SMA_OK;
    if (!is_somebody_there(arguments))
        return sma_fail(err, SMA_EINVAL, "%s Nobody is there to answer: give %s%s%s", question,
                        flag, profile ? " " : "", profile ? profile : "");
    fprintf(stderr, "%s", question);
    if (word)
        fprintf(stderr, " Type \"%s\" to go on: ", word);
    else
        fprintf(stderr, " [y/N] ");
    fflush(stderr);
    if (!fgets(answer, sizeof answer, stdin))
        answer[0] = 0;
    answer[strcspn(answer, "\r\n")] = 0;
    if (word ? !strcmp(answer, word) : (!strcmp(answer, "y") || !strcmp(answer, "yes")))
        return SMA_OK;
    return sma_remote_fail(err, SMA_ECONFLICT, SMA_EXIT_INTERRUPTED, "nothing was done");
}
