/* libcurl, loaded when the first request is made. Linked in the ordinary way it and the twenty
 * libraries it needs would more than double the time that every command takes to start, the server
 * and offline checks included. Only a registry that is asked, or a Vault, needs it. These are the functions that the C client calls; each hands over to
 * the library. The program is linked without libcurl, so a function that is missing here is told by
 * the linker. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>

#include "libcurl/load.h"

#define FUNCTIONS(row)                                                                             \
    row(curl_easy_cleanup) row(curl_easy_getinfo) row(curl_easy_init) row(curl_easy_perform)       \
        row(curl_easy_reset) row(curl_easy_setopt) row(curl_easy_strerror) row(curl_free)          \
            row(curl_global_init) row(curl_slist_append) row(curl_slist_free_all) row(curl_url)    \
                row(curl_url_cleanup) row(curl_url_get) row(curl_url_set)

/* curl.h wraps the variadic ones in macros that check types. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

struct functions {
#define MEMBER(name) __typeof__(&name) name##_;
    FUNCTIONS(MEMBER)
#undef MEMBER
};

static struct functions to; /* written once, before any other use */
static const char *missing; /* NULL = all is there */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
    static const char *const names[] = {"libcurl-gnutls.so.4", "libcurl.so.4"};
    void *library = NULL;
    for (size_t i = 0; !library && i < sizeof names / sizeof names[0]; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        missing = "libcurl.so.4";
        return;
    }
#define LOAD(name)                                                                                 \
    *(void **)&to.name##_ = dlsym(library, #name);                                                 \
    missing = to.name##_ ? missing : #name;
    FUNCTIONS(LOAD)
#undef LOAD
}

enum sma_status sma_curl_load(struct sma_error *err)
{
    pthread_once(&once, load);
    return missing ? sma_fail(err, SMA_EUNSUPPORTED,
                              "%s is not on this machine: registries are spoken to through libcurl "
                              "(Debian: libcurl3-gnutls or libcurl4)",
                              missing)
                   : SMA_OK;
}

void curl_easy_cleanup(CURL *handle)
{
    to.curl_easy_cleanup_(handle);
}

CURL *curl_easy_init(void)
{
    return to.curl_easy_init_();
}

CURLcode curl_easy_perform(CURL *handle)
{
    return to.curl_easy_perform_(handle);
}

void curl_easy_reset(CURL *handle)
{
    to.curl_easy_reset_(handle);
}

const char *curl_easy_strerror(CURLcode code)
{
    return to.curl_easy_strerror_(code);
}

void curl_free(void *p)
{
    to.curl_free_(p);
}

CURLcode curl_global_init(long flags)
{
    return to.curl_global_init_(flags);
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
    return to.curl_slist_append_(list, text);
}

void curl_slist_free_all(struct curl_slist *list)
{
    to.curl_slist_free_all_(list);
}

CURLU *curl_url(void)
{
    return to.curl_url_();
}

void curl_url_cleanup(CURLU *url)
{
    to.curl_url_cleanup_(url);
}

#if LIBCURL_VERSION_NUM >= 0x080000
#define GOT const CURLU
#else
#define GOT CURLU
#endif

CURLUcode curl_url_get(GOT *url, CURLUPart what, char **part, unsigned int flags)
{
    return to.curl_url_get_(url, what, part, flags);
}

CURLUcode curl_url_set(CURLU *url, CURLUPart what, const char *part, unsigned int flags)
{
    return to.curl_url_set_(url, what, part, flags);
}

/* The number of an option says what its argument is. */
CURLcode curl_easy_setopt(CURL *handle, CURLoption option, ...)
{
    va_list args;
    CURLcode code;
    va_start(args, option);
    if (option < CURLOPTTYPE_OBJECTPOINT)
        code = to.curl_easy_setopt_(handle, option, va_arg(args, long));
    else if (option >= CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB)
        code = to.curl_easy_setopt_(handle, option, va_arg(args, curl_off_t));
    else
        code = to.curl_easy_setopt_(handle, option, va_arg(args, void *));
    va_end(args);
    return code;
}

CURLcode curl_easy_getinfo(CURL *handle, CURLINFO info, ...)
{
    va_list args;
    va_start(args, info);
    CURLcode code = to.curl_easy_getinfo_(handle, info, va_arg(args, void *));
    va_end(args);
    return code;
}
