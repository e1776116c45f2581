#include "cli/user_config.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/source.h"

#define AT(type, member) offsetof(struct type, member)

static const struct sma_yaml_key profile_keys[] = {
    {"url", sma_yaml_text_key, AT(sma_profile, url), NULL},
    {"client-config", sma_yaml_text_key, AT(sma_profile, client_config), NULL},
    {"netrc", sma_yaml_text_key, AT(sma_profile, netrc), NULL},
    {"credential-helper", sma_yaml_text_key, AT(sma_profile, credential_helper), NULL},
    {"color", sma_yaml_text_key, AT(sma_profile, color), "auto|always|never"},
    {"confirm", sma_yaml_text_key, AT(sma_profile, confirm), "true|false"},
    {NULL, NULL, 0, NULL},
};

static enum sma_status profiles_key(struct sma_yaml *r, const yaml_node_t *node, void *into)
{
    struct sma_user_config *out = into;
    enum sma_status st = SMA_OK;
    if (node->type != YAML_MAPPING_NODE)
        return sma_yaml_wrong(r, node, "profiles and their settings are wanted here", SMA_STR(""));
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
         !st && p < node->data.mapping.pairs.top; p++) {
        struct sma_profile *grown =
            sma_arena_grow(r->arena, out->profiles, out->profile_count, &out->profile_capacity,
                           out->profile_count + 1, sizeof *grown);
        if (!grown)
            return sma_fail_nomem(r->err);
        out->profiles = grown;
        struct sma_profile *profile = &grown[out->profile_count++];
        *profile = (struct sma_profile){0};
        st = sma_yaml_text(r, &profile->name, yaml_document_get_node(&r->document, p->key));
        if (!st)
            st = sma_yaml_map(r, yaml_document_get_node(&r->document, p->value), profile_keys,
                              profile);
    }
    return st;
}

static const struct sma_yaml_key top_keys[] = {
    {"profile", sma_yaml_text_key, AT(sma_user_config, profile), NULL},
    {"color", sma_yaml_text_key, AT(sma_user_config, color), "auto|always|never"},
    {"profiles", profiles_key, 0, NULL},
    {NULL, NULL, 0, NULL},
};

enum sma_status sma_user_config_load(struct sma_user_config *out, struct sma_arena *arena,
                                     struct sma_error *err)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    struct sma_str text, path;
    *out = (struct sma_user_config){.path = SMA_STR("")};
    if (base && *base)
        path = sma_arena_printf(arena, "%s/schemata/config.yaml", base);
    else if (home && *home)
        path = sma_arena_printf(arena, "%s/.config/schemata/config.yaml", home);
    else
        return SMA_OK;
    if (!path.ptr)
        return sma_fail_nomem(err);
    if (access(path.ptr, F_OK))
        return SMA_OK;
    enum sma_status st = sma_read_file(&text, arena, path.ptr, err);
    if (!st)
        st = sma_yaml_read(arena, path, text, top_keys, out, err);
    out->path = path;
    return st;
}

enum sma_status sma_profile_find(const struct sma_profile **out,
                                 const struct sma_user_config *config, const char *name,
                                 struct sma_error *err)
{
    struct sma_str near = SMA_STR("");
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < config->profile_count; i++) {
        size_t distance = sma_str_distance(config->profiles[i].name, sma_str_z(name));
        if (!distance) {
            *out = &config->profiles[i];
            return SMA_OK;
        }
        if (distance < best) {
            best = distance;
            near = config->profiles[i].name;
        }
    }
    bool is_near = best <= 1 + strlen(name) / 3;
    return sma_fail(err, SMA_EINVAL, "no profile \"%s\" in %s%s%.*s%s", name,
                    config->path.len ? config->path.ptr : "schemata/config.yaml (there is no file)",
                    is_near ? "; did you mean \"" : "", is_near ? (int)near.len : 0, near.ptr,
                    is_near ? "\"?" : "");
}
