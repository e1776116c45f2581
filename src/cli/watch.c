#include "cli/watch.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/source.h"

#define EVENTS                                                                                     \
    (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR)
#define SETTLE_MS 50 /* editors write in several steps */

static volatile sig_atomic_t is_asked_to_stop;

static void stop(int number)
{
    (void)number;
    is_asked_to_stop = 1;
}

struct watch {
    const struct sma_arguments *arguments;
    int fd;
    size_t folders;
    sigset_t while_waiting;
};

/* ---- what is watched ---- */

static bool add_folder(struct watch *w, const char *path)
{
    if (w->folders >= SMA_WATCH_FOLDERS_MAX)
        fprintf(stderr, "schemata: more than %u folders to watch\n", SMA_WATCH_FOLDERS_MAX);
    else if (inotify_add_watch(w->fd, path, EVENTS) < 0)
        fprintf(stderr, "schemata: cannot watch %s: %s\n", path, strerror(errno));
    else
        return ++w->folders;
    return false;
}

/* A folder and those in it that a walk over schemas enters. */
static bool add_tree(struct watch *w, const char *path, unsigned depth)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    bool ok = folder && add_folder(w, path);
    if (!folder)
        fprintf(stderr, "schemata: cannot open %s: %s\n", path, strerror(errno));
    while (ok && (entry = readdir(folder))) {
        char below[4096];
        struct stat info;
        int len = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        bool is_entered = sma_folder_is_entered(entry->d_name) && len > 0 &&
                          (size_t)len < sizeof below && !lstat(below, &info) &&
                          S_ISDIR(info.st_mode) && depth < SMA_FOLDER_DEPTH_MAX;
        if (is_entered)
            ok = add_tree(w, below, depth + 1);
    }
    if (folder)
        closedir(folder);
    return ok;
}

/* A file is watched through its folder: editors put another file in its place. */
static bool add_path(struct watch *w, const char *path)
{
    struct stat info;
    char folder[4096];
    struct sma_str text = sma_str_z(path);
    if (!strncmp(path, "git:", 4) || !strncmp(path, "sr:", 3) || !strcmp(path, "-"))
        return true;
    if (!strncmp(path, "bundle:", 7))
        text = sma_str_from(text, 7);
    if (!stat(path, &info) && S_ISDIR(info.st_mode))
        return add_tree(w, path, 0);
    if (sma_glob_is(text))
        return add_tree(w, ".", 0);
    snprintf(folder, sizeof folder, "%.*s", SMA_STR_ARG(sma_path_folder(text)));
    return add_folder(w, folder);
}

static bool add_all(struct watch *w)
{
    const struct sma_arguments *a = w->arguments;
    const char *path;
    bool ok = true;
    w->folders = 0;
    w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (w->fd < 0) {
        fprintf(stderr, "schemata: cannot watch files: %s\n", strerror(errno));
        return false;
    }
    for (size_t i = 0; ok && i < a->positional_count; i++)
        ok = add_path(w, a->positional[i]);
    for (size_t i = 0; ok && (path = sma_argument_nth(a, "--against", i)); i++)
        ok = add_path(w, path);
    for (size_t i = 0; ok && (path = sma_argument_nth(a, "--include", i)); i++)
        ok = add_path(w, path);
    if (ok && (path = sma_argument(a, "--config")))
        ok = add_path(w, path);
    return ok && (a->positional_count || add_tree(w, ".", 0));
}

/* ---- waiting ---- */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* What the command writes itself. */
static bool is_ours(const struct watch *w, const char *name)
{
    const char *output, *baseline = sma_argument(w->arguments, "--baseline");
    for (size_t i = 0; (output = sma_argument_nth(w->arguments, "--output", i)); i++)
        if (strchr(output, '=') && !strcmp(last_part(strchr(output, '=') + 1), name))
            return true;
    return !strcmp(name, baseline ? last_part(baseline) : "schemata-baseline.json");
}

static bool matters(const struct watch *w, const struct inotify_event *event)
{
    bool is_maybe = false;
    if (event->mask & (IN_Q_OVERFLOW | IN_ISDIR))
        return true;
    struct sma_str name = sma_str_z(event->len ? event->name : "");
    return !is_ours(w, name.ptr) && (sma_type_of_name(name, &is_maybe) || is_maybe ||
                                     sma_str_ends(name, SMA_STR(".yaml")) ||
                                     sma_str_ends(name, SMA_STR(".yml")) ||
                                     sma_str_ends(name, SMA_STR(".ndjson")));
}

/* Takes what is there; whether any of it matters. */
static bool drain(const struct watch *w)
{
    _Alignas(struct inotify_event) char bytes[16384];
    bool any = false;
    ssize_t got;
    while ((got = read(w->fd, bytes, sizeof bytes)) > 0)
        for (char *at = bytes; at < bytes + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            any |= matters(w, event);
            at += sizeof *event + event->len;
        }
    return any;
}

/* False when asked to stop. */
static bool wait_for_change(const struct watch *w)
{
    const struct timespec settle = {.tv_nsec = SETTLE_MS * 1000000};
    struct pollfd fd = {.fd = w->fd, .events = POLLIN};
    bool changed = false;
    while (!is_asked_to_stop) {
        int ready = ppoll(&fd, 1, changed ? &settle : NULL, &w->while_waiting);
        if (!ready && changed)
            return true;
        if (ready > 0)
            changed |= drain(w);
    }
    return false;
}

/* Signals come only while we wait: a run is finished first. */
static void take_signals(struct watch *w)
{
    sigset_t ours;
    const struct sigaction action = {.sa_handler = stop};
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigprocmask(SIG_BLOCK, &ours, &w->while_waiting);
    sigdelset(&w->while_waiting, SIGINT);
    sigdelset(&w->while_waiting, SIGTERM);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int sma_watch(const struct sma_arguments *arguments, int (*once)(const struct sma_arguments *))
{
    struct watch w = {.arguments = arguments, .fd = -1};
    take_signals(&w);
    for (;;) {
        /* Watched before it is read: no change is missed. */
        if (!add_all(&w)) {
            if (w.fd >= 0)
                close(w.fd);
            return SMA_EXIT_INPUT;
        }
        once(arguments);
        fflush(stdout);
        fprintf(stderr, "schemata: watching %zu folder%s; Ctrl-C ends\n", w.folders,
                w.folders == 1 ? "" : "s");
        bool goes_on = wait_for_change(&w);
        close(w.fd);
        if (!goes_on)
            return SMA_EXIT_INTERRUPTED;
    }
}
