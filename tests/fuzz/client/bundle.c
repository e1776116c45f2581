/* A bundle as the source of schemas: refused with a reason, or every version in it can be had. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schemata/schemata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char url[48];
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = schemata_conf_new();
    int fd = memfd_create("bundle", 0);
    if (fd < 0 || (size && write(fd, data, size) != (ssize_t)size))
        abort();
    snprintf(url, sizeof url, "file:/proc/self/fd/%d", fd);
    if (schemata_conf_set(conf, "url", url, NULL))
        abort();
    schemata_client_t *cl = schemata_client_new(conf, &err);
    if (!cl != (err != NULL) || (err && !*schemata_error_message(err)))
        abort();
    for (int32_t id = 0; cl && id < 4; id++) {
        schemata_schema_t *s = schemata_get_by_id(cl, id, NULL, NULL, NULL);
        if (s && schemata_schema_id(s) != id)
            abort();
        schemata_schema_unref(s);
    }
    schemata_client_unref(cl);
    schemata_conf_free(conf);
    schemata_error_free(err);
    close(fd);
    return 0;
}
