#include "cli/interrupt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static volatile sig_atomic_t times;
static volatile sig_atomic_t has_grace;

static void on_signal(int number)
{
    static const char text[] = "\nschemata: finishing what is under way; again to stop now\n";
    (void)number;
    if (!has_grace || times++)
        _exit(SMA_EXIT_INTERRUPTED);
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written; /* nobody is left to tell */
}

static void listen(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void sma_interrupt_at_once(void)
{
    listen();
}

void sma_interrupt_gracefully(void)
{
    has_grace = 1;
    listen();
}

bool sma_interrupted(void)
{
    return times > 0;
}
