/* A project file: read, then asked for the subject and level of some paths. */
#include <stdint.h>
#include <stdlib.h>

#include "cli/project.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"schemas/orders-value.avsc", "a/b/c/x.proto", "x.json"};
    struct sma_project project;
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_str subject;
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_project_read(&project, &arena, SMA_STR("schemata.yaml"),
                                          sma_str_make((const char *)data, size), &err);
    if (st && st != SMA_EINVAL)
        abort();
    if (st && !err.message[0])
        abort();
    for (size_t i = 0; !st && i < sizeof paths / sizeof paths[0]; i++) {
        if (sma_project_subject(&subject, &project, &arena, sma_str_z(paths[i]), SMA_STR("x"),
                                &err))
            abort();
        sma_project_level(&project, subject);
    }
    sma_arena_fini(&arena);
    return 0;
}
