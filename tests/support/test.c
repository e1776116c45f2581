#include "tests/support/test.h"

char *sma_test_read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s: run the tests from the top of the tree", path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)size, file), (size_t)size);
    bytes[size] = '\0';
    fclose(file);
    *len = (size_t)size;
    return bytes;
}

void sma_test_same_text(const char *what, struct sma_str got, struct sma_str want)
{
    if (!sma_str_eq(got, want))
        fail_msg("%s:\n   got %.*s\n  want %.*s", what, SMA_STR_ARG(got), SMA_STR_ARG(want));
}
