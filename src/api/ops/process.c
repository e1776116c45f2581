/* Figures of this process from /proc, under the names that Prometheus' own clients use. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/ops/ops.h"

static void metric(struct sma_buf *out, const char *name, const char *type, const char *help,
                   double value)
{
    sma_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help, name, type, name,
                   value);
}

/* The fields of /proc/self/stat after the command name, which may hold blanks. */
static bool read_stat(char *line, size_t size, const char **fields)
{
    FILE *file = fopen("/proc/self/stat", "re");
    if (!file)
        return false;
    bool ok = fgets(line, (int)size, file) != NULL;
    fclose(file);
    const char *paren = ok ? strrchr(line, ')') : NULL;
    *fields = paren ? paren + 1 : NULL;
    return paren != NULL;
}

static long open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    long count = 0;
    if (!dir)
        return 0;
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 3; /* ".", ".." and the directory itself */
}

void sma_ops_process_metrics(struct sma_buf *out)
{
    char line[1024];
    const char *fields;
    uint64_t user = 0, system = 0, threads = 0, start = 0;
    int64_t pages = 0;
    if (!read_stat(line, sizeof line, &fields))
        return;
    int got = sscanf(fields,
                     " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
                     " %*d %*d %*d %*d %" SCNu64 " %*d %" SCNu64 " %*u %" SCNd64,
                     &user, &system, &threads, &start, &pages);
    if (got != 5)
        return;
    double ticks = (double)sysconf(_SC_CLK_TCK);
    metric(out, "process_cpu_seconds_total", "counter", "User and system time.",
           (double)(user + system) / ticks);
    metric(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
           (double)pages * (double)sysconf(_SC_PAGESIZE));
    metric(out, "process_threads", "gauge", "Threads.", (double)threads);
    metric(out, "process_open_fds", "gauge", "Open file descriptors.", (double)open_files());
}
