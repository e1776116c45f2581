#include "core/compat/compat.h"

static const struct {
    const char *name;
    bool is_backward, is_forward, is_transitive;
} levels[] = {
    [SMA_LEVEL_NONE] = {"NONE", false, false, false},
    [SMA_LEVEL_BACKWARD] = {"BACKWARD", true, false, false},
    [SMA_LEVEL_BACKWARD_TRANSITIVE] = {"BACKWARD_TRANSITIVE", true, false, true},
    [SMA_LEVEL_FORWARD] = {"FORWARD", false, true, false},
    [SMA_LEVEL_FORWARD_TRANSITIVE] = {"FORWARD_TRANSITIVE", false, true, true},
    [SMA_LEVEL_FULL] = {"FULL", true, true, false},
    [SMA_LEVEL_FULL_TRANSITIVE] = {"FULL_TRANSITIVE", true, true, true},
};

bool sma_level_parse(struct sma_str name, enum sma_level *out)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (sma_str_eq_nocase(name, sma_str_z(levels[i].name))) {
            *out = (enum sma_level)i;
            return true;
        }
    return false;
}

const char *sma_level_name(enum sma_level level)
{
    return levels[level].name;
}

bool sma_level_is_transitive(enum sma_level level)
{
    return levels[level].is_transitive;
}

bool sma_level_is_backward(enum sma_level level)
{
    return levels[level].is_backward;
}

bool sma_level_is_forward(enum sma_level level)
{
    return levels[level].is_forward;
}
