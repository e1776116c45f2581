/* schemata config and mode: what is in force for a subject and where it comes from; setting it and
 * giving it back to the level above. */
#include "cli/commands.h"
#include "cli/consent.h"
#include "cli/remote_session.h"
#include "cli/remote_settings.h"
#include "cli/report.h"
#include "core/compat/compat.h"
#include "core/json/writer.h"

#define GLOBAL_OPTION                                                                              \
    {                                                                                              \
        .name = "--global", .help = "the setting of the whole registry, or of --context"           \
    }

const struct sma_option sma_config_options[] = {
    GLOBAL_OPTION,
    {.name = "--normalize", .value = "true|false", .help = "store normal forms"},
    {.name = "--alias", .value = "SUBJECT", .help = "the subject that this one stands for"},
    {.name = "--group",
     .value = "NAME",
     .help = "compare only versions that have the same value of this metadata property"},
    SMA_LISTING_OPTION,
    {.name = NULL},
};

const struct sma_option sma_mode_options[] = {
    GLOBAL_OPTION,
    {.name = "--force", .help = "IMPORT also where there are schemas already"},
    SMA_LISTING_OPTION,
    {.name = NULL},
};

/* The two commands differ in words only. */
struct kind {
    const char *what;    /* path */
    const char *member;  /* of what GET answers */
    const char *written; /* of what PUT takes */
    const char *wanted;  /* for messages */
};

static const struct kind config_kind = {"config", "compatibilityLevel", "compatibility",
                                        "NONE, BACKWARD, FORWARD, FULL, or one of them with "
                                        "_TRANSITIVE"};
static const struct kind mode_kind = {"mode", "mode", "mode",
                                      "READWRITE, READONLY, READONLY_OVERRIDE, IMPORT or FORWARD"};

struct setting {
    struct sma_remote_session *s;
    const struct kind *kind;
    struct sma_str subject; /* empty: global */
    struct sma_str value;   /* set: may be empty for config */
};

/* ---- get ---- */

static void put_chain_json(struct sma_buf *out, const struct setting *g,
                           const struct sma_chain *chain)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    bool is_set = chain->in_force < chain->count;
    sma_jw_object_open(&w);
    sma_jw_name(&w, g->kind->what);
    if (is_set)
        sma_jw_string(&w, chain->links[chain->in_force].value);
    else
        sma_jw_null(&w);
    sma_jw_name(&w, "from");
    if (is_set)
        sma_jw_string(&w, chain->links[chain->in_force].where);
    else
        sma_jw_null(&w);
    sma_jw_name(&w, "chain");
    sma_jw_array_open(&w);
    for (size_t i = 0; i < chain->count; i++) {
        sma_jw_object_open(&w);
        sma_jw_member_string(&w, "where", chain->links[i].where);
        sma_jw_name(&w, "value");
        if (chain->links[i].value.len)
            sma_jw_string(&w, chain->links[i].value);
        else
            sma_jw_null(&w);
        if (chain->links[i].body) {
            sma_jw_name(&w, "settings");
            sma_jw_value(&w, chain->links[i].body);
        }
        sma_jw_object_close(&w);
    }
    sma_jw_array_close(&w);
    sma_jw_object_close(&w);
    sma_buf_putc(out, '\n');
}

/* What else is set on the subject itself: alias, normalize and the like. */
static void put_more(struct sma_buf *out, const struct setting *g, const struct sma_json *body)
{
    for (uint32_t i = 0; body && i < body->count; i++) {
        const struct sma_json_member *m = &body->members[i];
        if (sma_str_eqz(m->name, g->kind->member) || m->value.type == SMA_JSON_NULL)
            continue;
        sma_buf_printf(out, "%.*s: ", SMA_STR_ARG(m->name));
        sma_json_put(out, &m->value);
        sma_buf_putc(out, '\n');
    }
}

static void put_chain(struct sma_buf *out, const struct setting *g, const struct sma_chain *chain)
{
    bool is_set = chain->in_force < chain->count, any = false;
    struct sma_str subject = SMA_STR("subject ");
    if (is_set)
        sma_buf_printf(out, "%.*s  %s %.*s", SMA_STR_ARG(chain->links[chain->in_force].value),
                       sma_is_utf8_place() ? "\xE2\x86\x90" : "<-",
                       SMA_STR_ARG(chain->links[chain->in_force].where));
    else
        sma_buf_putz(out, "unset");
    for (size_t i = 0; i < chain->count; i++) {
        struct sma_str where = chain->links[i].where;
        if (i == chain->in_force)
            continue;
        sma_buf_printf(out, "%s%.*s: %.*s", any ? ", " : "  (",
                       sma_str_starts(where, subject) ? 7 : (int)where.len, where.ptr,
                       SMA_STR_ARG(chain->links[i].value.len ? chain->links[i].value
                                                             : SMA_STR("unset")));
        any = true;
    }
    sma_buf_putz(out, any ? ")\n" : "\n");
    put_more(out, g, chain->links[0].body);
}

static enum sma_status get(const struct setting *g)
{
    struct sma_remote_session *s = g->s;
    struct sma_chain chain;
    struct sma_buf out;
    enum sma_status st = sma_remote_chain(&chain, s->remote, &s->arena, g->kind->what,
                                          g->kind->member, g->subject, NULL, &s->err);
    if (st)
        return st;
    sma_buf_init(&out, 0);
    if (sma_wants_json(s->arguments))
        put_chain_json(&out, g, &chain);
    else
        put_chain(&out, g, &chain);
    if (sma_buf_failed(&out))
        st = sma_fail_nomem(&s->err);
    else
        fwrite(out.ptr, 1, out.len, stdout);
    sma_buf_fini(&out);
    return st;
}

/* ---- set and reset ---- */

static void put_body(struct sma_buf *out, const struct setting *g)
{
    const struct sma_arguments *a = g->s->arguments;
    struct sma_json_writer w = sma_json_writer_on(out);
    const char *normalize = sma_argument(a, "--normalize"), *alias = sma_argument(a, "--alias");
    const char *group = sma_argument(a, "--group");
    sma_jw_object_open(&w);
    if (g->value.len)
        sma_jw_member_string(&w, g->kind->written, g->value);
    if (normalize)
        sma_jw_member_bool(&w, "normalize", !strcmp(normalize, "true"));
    if (alias)
        sma_jw_member_string(&w, "alias", sma_str_z(alias));
    if (group)
        sma_jw_member_string(&w, "compatibilityGroup", sma_str_z(group));
    sma_jw_object_close(&w);
}

static const char *place_of(const struct setting *g)
{
    const char *context = sma_remote_context(g->s->remote);
    struct sma_str place = g->subject.len ? g->subject
                           : *context ? sma_arena_printf(&g->s->arena, "context %s", context)
                                      : SMA_STR("global");
    return place.ptr ? sma_arena_copy(&g->s->arena, place).ptr : NULL;
}

static enum sma_status consent(const struct setting *g, const char *place)
{
    struct sma_str question = sma_arena_printf(&g->s->arena, "Change %s of %s in %s?",
                                               g->kind->what, place, sma_remote_url(g->s->remote));
    return question.ptr ? sma_consent(g->s->remote, g->s->arguments, SMA_CONSENT_ORDINARY, NULL,
                                      question.ptr, &g->s->err)
                        : sma_fail_nomem(&g->s->err);
}

static enum sma_status set(const struct setting *g)
{
    struct sma_remote_session *s = g->s;
    struct sma_remote_answer answer;
    struct sma_buf body;
    const char *place = place_of(g);
    const char *query = sma_argument_has(s->arguments, "--force") ? "?force=true" : "";
    if (!place)
        return sma_fail_nomem(&s->err);
    sma_buf_init(&body, 0);
    put_body(&body, g);
    enum sma_status st = sma_buf_failed(&body) ? sma_fail_nomem(&s->err) : consent(g, place);
    if (!st && sma_str_eqz(sma_buf_str(&body), "{}"))
        st = sma_fail(&s->err, SMA_EINVAL, "%s set: what? Give %s", g->kind->what,
                      g->kind->wanted);
    if (!st)
        st = sma_remote_ask(s->remote, &s->arena, "PUT",
                            sma_remote_setting_path(&s->arena, g->kind->what, g->subject, query),
                            sma_buf_str(&body), &answer, &s->err);
    sma_buf_fini(&body);
    if (!st)
        printf("%s: %s set%s%.*s\n", place, g->kind->what, g->value.len ? " to " : "",
               SMA_STR_ARG(g->value));
    return st;
}

static enum sma_status reset(const struct setting *g)
{
    struct sma_remote_session *s = g->s;
    struct sma_remote_answer answer;
    const char *place = place_of(g);
    enum sma_status st = place ? consent(g, place) : sma_fail_nomem(&s->err);
    if (!st)
        st = sma_remote_call(s->remote, &s->arena, "DELETE",
                             sma_remote_setting_path(&s->arena, g->kind->what, g->subject, ""),
                             SMA_STR(""), &answer, &s->err);
    if (st)
        return st;
    if (answer.status == 404 && g->subject.len) {
        printf("%s: %s was not set\n", place, g->kind->what);
        return SMA_OK;
    }
    if (answer.status >= 400)
        return sma_remote_refused(s->remote, &answer, &s->err);
    printf("%s: %s reset\n", place, g->kind->what);
    return SMA_OK;
}

/* ---- arguments ---- */

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Words of settings are written in capitals everywhere; people type them as they like. */
static enum sma_status read_value(struct setting *g, const char *text)
{
    struct sma_str copy = sma_arena_copy(&g->s->arena, sma_str_z(text));
    enum sma_level level;
    if (!copy.ptr)
        return sma_fail_nomem(&g->s->err);
    for (size_t i = 0; i < copy.len; i++)
        ((char *)copy.ptr)[i] = upper(copy.ptr[i]);
    bool is_known = g->kind == &config_kind
                        ? sma_level_parse(copy, &level)
                        : sma_choice_has(SMA_PROJECT_MODES "|FORWARD", copy.ptr);
    g->value = copy;
    return is_known ? SMA_OK
                    : sma_fail(&g->s->err, SMA_EINVAL, "\"%s\" is none of %s", text,
                               g->kind->wanted);
}

static enum sma_status wrong_usage(const struct setting *g)
{
    return sma_fail(&g->s->err, SMA_EINVAL,
                    "use %s get [SUBJECT], %s set SUBJECT|--global VALUE, or %s reset "
                    "SUBJECT|--global",
                    g->kind->what, g->kind->what, g->kind->what);
}

static enum sma_status run(struct setting *g)
{
    const struct sma_arguments *a = g->s->arguments;
    const char *verb = a->positional[0];
    bool is_get = !strcmp(verb, "get"), is_set = !strcmp(verb, "set");
    bool is_global = sma_argument_has(a, "--global");
    size_t next = 1;
    enum sma_status st = SMA_OK;
    if (!is_get && !is_set && strcmp(verb, "reset"))
        return wrong_usage(g);
    if (!is_global && next < a->positional_count)
        g->subject = sma_str_z(a->positional[next++]);
    if (sma_str_starts(g->subject, SMA_STR("sr:")))
        g->subject = sma_str_from(g->subject, 3);
    if (!is_get && !is_global && !g->subject.len)
        return wrong_usage(g);
    if (is_set && next < a->positional_count)
        st = read_value(g, a->positional[next++]);
    if (!st && next < a->positional_count)
        return wrong_usage(g);
    if (st)
        return st;
    return is_get ? get(g) : is_set ? set(g) : reset(g);
}

static int setting_main(const struct sma_arguments *arguments, const struct kind *kind)
{
    struct sma_remote_session s;
    struct setting g = {.s = &s, .kind = kind, .subject = SMA_STR(""), .value = SMA_STR("")};
    enum sma_status st = sma_remote_session_open(&s, arguments);
    return sma_remote_session_finish(&s, st ? st : run(&g), SMA_EXIT_OK);
}

int sma_config_main(const struct sma_arguments *arguments)
{
    return setting_main(arguments, &config_kind);
}

int sma_mode_main(const struct sma_arguments *arguments)
{
    return setting_main(arguments, &mode_kind);
}
