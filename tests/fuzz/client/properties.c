/* A properties file: read without a fault, and what it set is what a copy has. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clients/c/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[40];
    int fd = memfd_create("properties", 0);
    if (fd < 0 || (size && write(fd, data, size) != (ssize_t)size))
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (int prefix_only = 0; prefix_only < 2; prefix_only++) {
        schemata_error_t *err = NULL;
        schemata_conf_t *conf = schemata_conf_new();
        schemata_status_t st = schemata_conf_load(conf, path, prefix_only, &err);
        if ((st != SCHEMATA_OK) != (err != NULL) || (err && !*schemata_error_message(err)))
            abort();
        schemata_conf_t *copy = schemata_conf_copy(conf);
        for (int i = 0; i < SMA_P_COUNT; i++) {
            const char *a = sma_client_conf_text(conf, (enum sma_client_prop)i);
            const char *b = sma_client_conf_text(copy, (enum sma_client_prop)i);
            if (!a != !b || (a && strcmp(a, b) != 0))
                abort();
        }
        schemata_conf_free(copy);
        schemata_conf_free(conf);
        schemata_error_free(err);
    }
    close(fd);
    return 0;
}
