/* Runs a fuzz target over its committed corpus without a fuzzer: tests/fuzz/corpus/<floor>/<name>/.
 * The folder follows from the program's own path (build/MODE/tests/fuzz/<floor>/<name>); arguments
 * replace it. An empty or missing corpus is a failure: a target without a corpus tests nothing. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(size > 0 ? (size_t)size : 1);
    size_t got = bytes ? fread(bytes, 1, (size_t)size, file) : 0;
    fclose(file);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(bytes, got);
    free(bytes);
    return 0;
}

static int run_dir(const char *dir)
{
    DIR *d = opendir(dir);
    if (!d) {
        perror(dir);
        return 1;
    }
    int files = 0, failures = 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        char path[8192];
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        failures += run_file(path);
        files++;
    }
    closedir(d);
    printf("%s: %d files\n", dir, files);
    return failures || files == 0;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        int failures = 0;
        for (int i = 1; i < argc; i++)
            failures += run_file(argv[i]);
        return failures != 0;
    }
    const char *name = strstr(argv[0], "tests/fuzz/");
    if (!name) {
        fprintf(stderr, "cannot tell the corpus from %s\n", argv[0]);
        return 1;
    }
    char dir[4096];
    snprintf(dir, sizeof dir, "tests/fuzz/corpus/%s", name + strlen("tests/fuzz/"));
    return run_dir(dir);
}
