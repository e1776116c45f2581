/* schemata init: a commented schemata.yaml to begin with. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"

const struct sma_option sma_init_options[] = {
    {.name = NULL},
};

static const char text[] =
    "# What `schemata check` compares, and how. Every key is optional; `schemata help\n"
    "# --project-schema` prints their JSON Schema for editors.\n"
    "version: 1\n"
    "\n"
    "check:\n"
    "  # NONE, BACKWARD, FORWARD, FULL, or one of them with _TRANSITIVE.\n"
    "  level: BACKWARD\n"
    "  # git:merge-base is where the branch left the default branch; also git:REV, a folder,\n"
    "  # bundle:FILE, and sr: for the registry in use.\n"
    "  against: [\"git:merge-base\"]\n"
    "  # A schema of the base that is gone: error, warn or ignore.\n"
    "  deleted: warn\n"
    "  fail-on: error\n"
    "\n"
    "sources:\n"
    "  # {stem} is the file's name without its extension; also {dir}, {path}, {topic}.\n"
    "  - files: [\"**/*.avsc\", \"**/*.proto\", \"**/*.schema.json\"]\n"
    "    subject: \"{stem}\"\n"
    "\n"
    "# The registry in use, for sr: in against, for register, plan and apply (${NAME}: a variable):\n"
    "# registry:\n"
    "#   url: ${SCHEMA_REGISTRY_URL}\n"
    "#   client-config: client.properties\n"
    "\n"
    "# Single subjects; what is said here, apply sets in the registry:\n"
    "# subjects:\n"
    "#   orders-value:\n"
    "#     level: FULL_TRANSITIVE\n"
    "#     mode: READWRITE\n"
    "#     normalize: true\n"
    "#     metadata: {owner: orders-team}\n"
    "\n"
    "lint:\n"
    "  use: recommended # minimal, recommended or strict\n"
    "\n"
    "# Findings that are meant (the fingerprint is in `schemata check -f json`):\n"
    "# accept:\n"
    "#   - fingerprint: 0123456789abcdef\n"
    "#     reason: never produced\n"
    "#     until: 2030-01-31\n";

int sma_init_main(const struct sma_arguments *arguments)
{
    const char *path = arguments->positional_count ? arguments->positional[0] : "schemata.yaml";
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        fprintf(stderr, "schemata: cannot write %s: %s\n", path, strerror(errno));
        return errno == EEXIST ? SMA_EXIT_REFUSED : SMA_EXIT_INPUT;
    }
    bool failed = write(fd, text, sizeof text - 1) != (ssize_t)(sizeof text - 1);
    failed |= close(fd) != 0;
    if (failed) {
        fprintf(stderr, "schemata: cannot write %s\n", path);
        return SMA_EXIT_INPUT;
    }
    printf("%s\n", path);
    return SMA_EXIT_OK;
}
