/* Configuration from the environment: the variables that people of this ecosystem already have, and
 * ours: SCHEMATA_ and a property's name in capitals, `_` for `.`. Unknown SCHEMA_REGISTRY_ names
 * are the server's and none of our business. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "clients/c/conf.h"

static const char *value_of(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* The first of the names that is set. */
static schemata_status_t set_first(schemata_conf_t *c, enum sma_client_prop prop,
                                   const char *const *env_names, schemata_error_t **err)
{
    for (; *env_names; env_names++) {
        const char *value = value_of(*env_names);
        if (!value)
            continue;
        schemata_status_t st = schemata_conf_set(c, sma_client_props[prop].key, value, err);
        if (st)
            sma_client_error_prefix(err, "%s: ", *env_names);
        return st;
    }
    return SCHEMATA_OK;
}

/* user:password out of two variables; false when either is missing. */
static bool set_pair(schemata_conf_t *c, const char *user_name, const char *password_name,
                     schemata_status_t *st, schemata_error_t **err)
{
    const char *user = value_of(user_name), *password = value_of(password_name);
    struct sma_buf info;
    if (!user || !password)
        return false;
    sma_buf_init(&info, 0);
    sma_buf_putz(&info, user);
    sma_buf_putc(&info, ':');
    sma_buf_putz(&info, password);
    *st = sma_buf_failed(&info)
              ? sma_client_no_memory(err)
              : schemata_conf_set(c, sma_client_props[SMA_P_BASIC_USER_INFO].key, info.ptr, err);
    sma_buf_fini(&info);
    return true;
}

static schemata_status_t set_user_info(schemata_conf_t *c, schemata_error_t **err)
{
    static const char *const info[] = {"SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", NULL};
    schemata_status_t st = SCHEMATA_OK;
    if (set_pair(c, "SCHEMA_REGISTRY_USERNAME", "SCHEMA_REGISTRY_PASSWORD", &st, err))
        return st;
    if (value_of(info[0]))
        return set_first(c, SMA_P_BASIC_USER_INFO, info, err);
    if (set_pair(c, "SCHEMA_REGISTRY_API_KEY", "SCHEMA_REGISTRY_API_SECRET", &st, err))
        return st;
    set_pair(c, "SCHEMAREGISTRY_USERNAME", "SCHEMAREGISTRY_PASSWORD", &st, err);
    return st;
}

/* SCHEMATA_AUTO_REGISTER_SCHEMAS and so on. */
static schemata_status_t set_own(schemata_conf_t *c, enum sma_client_prop prop,
                                 schemata_error_t **err)
{
    char name[128];
    const char *env_names[] = {name, NULL};
    int n = snprintf(name, sizeof name, "SCHEMATA_%s", sma_client_props[prop].key);
    if (n < 0 || (size_t)n >= sizeof name)
        return SCHEMATA_OK;
    for (char *p = name; *p; p++)
        *p = *p == '.' ? '_' : *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
    return set_first(c, prop, env_names, err);
}

schemata_status_t schemata_conf_load_env(schemata_conf_t *c, schemata_error_t **err)
{
    static const char *const urls[] = {"SCHEMA_REGISTRY_URL", "SCHEMAREGISTRY_URL", NULL};
    static const char *const cas[] = {"SCHEMAREGISTRY_TLS_CA", NULL};
    static const char *const token_files[] = {"SCHEMATA_TOKEN_FILE", NULL};
    if (!c)
        return sma_client_fail(err, SCHEMATA_ERR_ARG, "schemata_conf_load_env: NULL");
    schemata_status_t st = set_first(c, SMA_P_URL, urls, err);
    if (!st)
        st = set_user_info(c, err);
    if (!st)
        st = set_first(c, SMA_P_SSL_CA, cas, err);
    if (!st)
        st = set_first(c, SMA_P_BEARER_TOKEN_FILE, token_files, err);
    for (int i = 0; !st && i < SMA_P_COUNT; i++)
        st = set_own(c, (enum sma_client_prop)i, err);
    return st;
}
