#include "cli/progress.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define QUIET_MS 500
#define REDRAW_MS 100
#define PLAIN_MS 10000
#define JSON_MS 1000

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sma_progress_start(struct sma_progress *progress, const struct sma_arguments *arguments,
                        const char *what)
{
    const char *form = sma_argument(arguments, "--progress");
    *progress = (struct sma_progress){.what = what, .start_ms = now_ms()};
    if (!form || !strcmp(form, "auto"))
        progress->form = sma_argument_has(arguments, "--quiet") ? SMA_PROGRESS_NONE
                         : isatty(STDERR_FILENO)                ? SMA_PROGRESS_LINE
                                                                : SMA_PROGRESS_PLAIN;
    else
        progress->form = !strcmp(form, "plain")  ? SMA_PROGRESS_PLAIN
                         : !strcmp(form, "json") ? SMA_PROGRESS_JSON
                                                 : SMA_PROGRESS_NONE;
    progress->last_ms = progress->form == SMA_PROGRESS_PLAIN ? progress->start_ms : 0;
}

static void print(const struct sma_progress *progress, uint64_t done, uint64_t total)
{
    char of[32] = "";
    bool is_line = progress->form == SMA_PROGRESS_LINE;
    if (progress->form == SMA_PROGRESS_JSON) {
        fprintf(stderr, "{\"progress\":\"%s\",\"done\":%" PRIu64, progress->what, done);
        if (total)
            fprintf(stderr, ",\"total\":%" PRIu64, total);
        fprintf(stderr, "}\n");
        return;
    }
    if (total)
        snprintf(of, sizeof of, " of %" PRIu64, total);
    fprintf(stderr, "%s%s: %" PRIu64 "%s%s", is_line ? "\r" : "", progress->what, done, of,
            is_line ? "\x1b[K" : "\n");
}

void sma_progress_step(struct sma_progress *progress, uint64_t done, uint64_t total)
{
    static const int64_t every[] = {0, REDRAW_MS, PLAIN_MS, JSON_MS};
    int64_t now;
    if (progress->form == SMA_PROGRESS_NONE)
        return;
    now = now_ms();
    if (now - progress->start_ms < QUIET_MS || now - progress->last_ms < every[progress->form])
        return;
    progress->last_ms = now;
    progress->is_drawn = progress->form == SMA_PROGRESS_LINE;
    print(progress, done, total);
}

void sma_progress_end(struct sma_progress *progress)
{
    if (progress->is_drawn)
        fprintf(stderr, "\r\x1b[K");
    progress->is_drawn = false;
}
