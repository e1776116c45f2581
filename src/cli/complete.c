/* schemata complete WORD: what the shells' completion scripts call. Subjects and versions of the
 * registry in use that begin with the word, one a line; quick or silent, and remembered for half a
 * minute. Nothing goes wrong here: without an answer there is nothing to offer. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/remote_session.h"
#include "cli/schema_files.h"
#include "cli/source.h"
#include "core/hash/hash.h"

#define PATIENCE "300ms"
#define FRESH_SECONDS 30
#define OFFERS_MAX 1000

struct offer {
    struct sma_remote_session s;
    struct sma_arguments arguments; /* with our time limit */
    struct sma_str word, prefix;    /* prefix: "sr:" when that was typed */
    struct sma_str subject;         /* of SUBJECT@…; empty when names are wanted */
    struct sma_str list;            /* one name a line */
};

/* Only what every shell takes as it is: a name of a peer must not become part of a command. */
static bool is_harmless(struct sma_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter && !strchr("._-/:@+,%=", c))
            return false;
    }
    return name.len > 0 && name.ptr[0] != '-';
}

/* A limit of the user's own stays. */
static void add_time_limit(struct offer *o, const struct sma_arguments *arguments)
{
    o->arguments = *arguments;
    if (sma_argument_has(arguments, "--timeout"))
        return;
    for (const struct sma_option *option = sma_remote_options; option->name; option++)
        if (!strcmp(option->name, "--timeout") &&
            o->arguments.given_count < SMA_OPTION_VALUES_MAX)
            o->arguments.given[o->arguments.given_count++] = (struct sma_given){option, PATIENCE};
}

/* ---- what was asked before ---- */

static const char *cache_folder(struct sma_arena *arena)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    struct sma_str path = base && *base   ? sma_arena_printf(arena, "%s/schemata", base)
                          : home && *home ? sma_arena_printf(arena, "%s/.cache/schemata", home)
                                          : sma_str_make(NULL, 0);
    return path.ptr;
}

/* A name for the answer: registry, context and question. */
static struct sma_str cache_name(struct offer *o)
{
    uint8_t digest[SMA_SHA256_LEN] = {0};
    uint8_t id[16];
    char text[37];
    struct sma_str key = sma_arena_printf(&o->s.arena, "%s\n%s\n%.*s", sma_remote_url(o->s.remote),
                                          sma_remote_context(o->s.remote), SMA_STR_ARG(o->subject));
    if (!key.ptr || sma_sha256(digest, key, NULL))
        return sma_str_make(NULL, 0);
    memcpy(id, digest, sizeof id);
    sma_uuid_text(text, id);
    return sma_arena_printf(&o->s.arena, "complete-%s", text);
}

static bool read_cache(struct offer *o, const char *folder, struct sma_str name)
{
    struct stat info;
    struct sma_str path = sma_arena_printf(&o->s.arena, "%s/%.*s", folder, SMA_STR_ARG(name));
    return path.ptr && !stat(path.ptr, &info) && S_ISREG(info.st_mode) &&
           time(NULL) - info.st_mtime < FRESH_SECONDS && info.st_mtime <= time(NULL) &&
           !sma_read_file(&o->list, &o->s.arena, path.ptr, NULL);
}

/* ---- asking ---- */

static enum sma_status ask(struct offer *o)
{
    struct sma_remote_session *s = &o->s;
    struct sma_strings names = {NULL, 0, 0};
    struct sma_numbers versions = {NULL, 0};
    struct sma_buf out;
    enum sma_status st = o->subject.len
                             ? sma_remote_versions(&versions, s->remote, &s->arena, o->subject,
                                                   SMA_REMOTE_LIVE, &s->err)
                             : sma_remote_subjects(&names, s->remote, &s->arena, SMA_STR(""),
                                                   SMA_REMOTE_LIVE, &s->err);
    sma_buf_init(&out, 0);
    for (size_t i = 0; !st && i < versions.count; i++)
        sma_buf_printf(&out, "%.*s@%d\n", SMA_STR_ARG(o->subject), versions.items[i]);
    if (!st && o->subject.len)
        sma_buf_printf(&out, "%.*s@latest\n%.*s@all\n", SMA_STR_ARG(o->subject),
                       SMA_STR_ARG(o->subject));
    for (size_t i = 0; !st && i < names.count; i++)
        if (is_harmless(names.items[i]))
            sma_buf_printf(&out, "%.*s\n", SMA_STR_ARG(names.items[i]));
    o->list = sma_arena_copy(&s->arena, sma_buf_str(&out));
    if (!st && (sma_buf_failed(&out) || !o->list.ptr))
        st = sma_fail_nomem(&s->err);
    sma_buf_fini(&out);
    return st;
}

static void print(const struct offer *o)
{
    struct sma_str rest = o->list;
    for (size_t shown = 0; rest.len && shown < OFFERS_MAX;) {
        ptrdiff_t end = sma_str_chr(rest, '\n');
        struct sma_str line = end < 0 ? rest : sma_str_head(rest, (size_t)end);
        rest = sma_str_from(rest, line.len + 1);
        if (!is_harmless(line) || !sma_str_starts(line, o->word))
            continue;
        printf("%.*s%.*s\n", SMA_STR_ARG(o->prefix), SMA_STR_ARG(line));
        shown++;
    }
}

static void read_word(struct offer *o, const char *word)
{
    o->word = sma_str_z(word);
    o->prefix = o->subject = SMA_STR("");
    if (sma_str_starts(o->word, SMA_STR("sr:"))) {
        o->prefix = SMA_STR("sr:");
        o->word = sma_str_from(o->word, 3);
    }
    ptrdiff_t at = sma_str_rchr(o->word, '@');
    if (at > 0)
        o->subject = sma_str_head(o->word, (size_t)at);
}

int sma_complete_main(const struct sma_arguments *arguments)
{
    struct offer o;
    add_time_limit(&o, arguments);
    read_word(&o, arguments->positional_count ? arguments->positional[0] : "");
    enum sma_status st = sma_remote_session_open(&o.s, &o.arguments);
    const char *folder = st ? NULL : cache_folder(&o.s.arena);
    struct sma_str name = folder ? cache_name(&o) : SMA_STR("");
    if (!st && !(folder && name.len && read_cache(&o, folder, name))) {
        st = ask(&o);
        /* A cache that cannot be written is asked again, that is all. */
        if (!st && folder && name.len &&
            sma_write_below(&o.s.arena, folder, name, o.list, NULL))
            folder = NULL;
    }
    if (!st)
        print(&o);
    sma_remote_close(o.s.remote);
    sma_arena_fini(&o.s.arena);
    return SMA_EXIT_OK;
}
