#include "cli/remote_settings.h"

struct sma_str sma_remote_setting_path(struct sma_arena *arena, const char *what,
                                       struct sma_str subject, const char *query)
{
    return subject.len ? sma_remote_path(arena, "/%z/%s%z", what, subject, query)
                       : sma_remote_path(arena, "/%z%z", what, query);
}

static enum sma_status look(struct sma_chain *chain, struct sma_remote *remote,
                            struct sma_arena *arena, struct sma_str path, const char *member,
                            struct sma_str where, struct sma_error *err)
{
    struct sma_remote_answer answer;
    enum sma_status st = sma_remote_call(remote, arena, "GET", path, SMA_STR(""), &answer, err);
    if (st)
        return st;
    if (!where.ptr)
        return sma_fail_nomem(err);
    if (answer.status >= 400 && answer.status != 404)
        return sma_remote_refused(remote, &answer, err);
    const struct sma_json *value = sma_json_get(answer.body, sma_str_z(member));
    bool is_set = answer.status < 400 && sma_json_is(value, SMA_JSON_STRING);
    size_t i = chain->count++;
    chain->links[i].where = where;
    chain->links[i].value = is_set ? value->text : SMA_STR("");
    chain->links[i].body = answer.status < 400 && sma_json_is(answer.body, SMA_JSON_OBJECT)
                               ? answer.body
                               : NULL;
    if (is_set && chain->in_force == SMA_CHAIN_MAX)
        chain->in_force = i;
    return SMA_OK;
}

/* The global setting of the default context lies outside of the context in use. */
static enum sma_status look_global(struct sma_chain *chain, struct sma_remote *remote,
                                   struct sma_arena *arena, const char *what, const char *member,
                                   struct sma_error *err)
{
    return look(chain, remote, arena, sma_remote_path(arena, "//%z", what), member,
                SMA_STR("global"), err);
}

/* The subject's own when it is written in full, else the one in use. */
static struct sma_str context_of(const struct sma_remote *remote, struct sma_str subject)
{
    struct sma_str inner = sma_str_from(subject, 1);
    ptrdiff_t end = sma_str_chr(inner, ':');
    return sma_str_starts(subject, SMA_STR(":.")) && end > 0 ? sma_str_head(inner, (size_t)end)
                                                             : sma_str_z(sma_remote_context(remote));
}

/* A subject with settings of its own, but not this one, gets the server's default. */
static enum sma_status add_default(struct sma_chain *chain, struct sma_remote *remote,
                                   struct sma_arena *arena, const char *what, const char *member,
                                   struct sma_str subject, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (subject.len && chain->links[0].body && !chain->links[0].value.len) {
        chain->in_force = SMA_CHAIN_MAX;
        st = look(chain, remote, arena,
                  sma_remote_setting_path(arena, what, subject, "?defaultToGlobal=true"), member,
                  SMA_STR("server default"), err);
        chain->links[chain->count - 1].body = NULL;
    }
    if (!st && chain->in_force == SMA_CHAIN_MAX)
        chain->in_force = chain->count;
    return st;
}

/* The links of the empty subject behind those there already. */
static bool hang_below(struct sma_chain *chain, const struct sma_chain *above)
{
    for (size_t i = 0; i < above->count; i++) {
        if (chain->count == SMA_CHAIN_MAX - 1)
            return false;
        if (chain->in_force == SMA_CHAIN_MAX && above->links[i].value.len)
            chain->in_force = chain->count;
        chain->links[chain->count++] = above->links[i];
    }
    return true;
}

enum sma_status sma_remote_chain(struct sma_chain *out, struct sma_remote *remote,
                                 struct sma_arena *arena, const char *what, const char *member,
                                 struct sma_str subject, const struct sma_chain *above,
                                 struct sma_error *err)
{
    struct sma_str context = context_of(remote, subject);
    enum sma_status st = SMA_OK;
    *out = (struct sma_chain){.in_force = SMA_CHAIN_MAX};
    if (subject.len)
        st = look(out, remote, arena, sma_remote_setting_path(arena, what, subject, ""), member,
                  sma_arena_printf(arena, "subject %.*s", SMA_STR_ARG(subject)), err);
    if (!st && above && !sma_str_starts(subject, SMA_STR(":.")))
        return hang_below(out, above) ? add_default(out, remote, arena, what, member, subject, err)
                                      : sma_fail(err, SMA_EINTERNAL, "a chain of settings too long");
    if (!st && context.len)
        st = look(out, remote, arena, sma_remote_path(arena, "//%z/:%s:", what, context), member,
                  sma_arena_printf(arena, "context %.*s", SMA_STR_ARG(context)), err);
    if (!st)
        st = look_global(out, remote, arena, what, member, err);
    return st ? st : add_default(out, remote, arena, what, member, subject, err);
}

struct sma_str sma_chain_text(const struct sma_chain *chain, const char *member)
{
    for (size_t i = 0; i < chain->count; i++) {
        const struct sma_json *value = sma_json_get(chain->links[i].body, sma_str_z(member));
        if (sma_json_is(value, SMA_JSON_STRING))
            return value->text;
    }
    return SMA_STR("");
}
