/* The pool of read connections: opened when needed, never more than the maximum, reused warm. */
#include <stdlib.h>

#include "store/handle.h"

enum sma_status sma_readers_init(struct sma_readers *readers, size_t max, struct sma_error *err)
{
    *readers = (struct sma_readers){0};
    if (pthread_mutex_init(&readers->mutex, NULL))
        return sma_fail_nomem(err);
    if (pthread_cond_init(&readers->given_back, NULL)) {
        pthread_mutex_destroy(&readers->mutex);
        return sma_fail_nomem(err);
    }
    readers->max = max; /* from here on there is something to give up */
    return SMA_OK;
}

static void close_view(struct sma_view *view)
{
    if (view)
        sma_db_close(view->db);
    free(view);
}

void sma_readers_fini(struct sma_readers *readers)
{
    if (!readers->max)
        return;
    pthread_mutex_lock(&readers->mutex);
    while (readers->in_use)
        pthread_cond_wait(&readers->given_back, &readers->mutex);
    pthread_mutex_unlock(&readers->mutex);
    while (readers->free) {
        struct sma_view *view = readers->free;
        readers->free = view->next;
        close_view(view);
    }
    pthread_cond_destroy(&readers->given_back);
    pthread_mutex_destroy(&readers->mutex);
}

/* A free view, or NULL when a new one may be opened (and has been counted). */
static struct sma_view *take(struct sma_readers *readers)
{
    pthread_mutex_lock(&readers->mutex);
    while (!readers->free && readers->open == readers->max)
        pthread_cond_wait(&readers->given_back, &readers->mutex);
    struct sma_view *view = readers->free;
    if (view)
        readers->free = view->next;
    else
        readers->open++;
    readers->in_use++;
    pthread_mutex_unlock(&readers->mutex);
    return view;
}

/* view NULL: the connection is not there any more. */
static void give_back(struct sma_readers *readers, struct sma_view *view)
{
    pthread_mutex_lock(&readers->mutex);
    if (view) {
        view->next = readers->free;
        readers->free = view;
    } else {
        readers->open--;
    }
    readers->in_use--;
    pthread_cond_broadcast(&readers->given_back);
    pthread_mutex_unlock(&readers->mutex);
}

static enum sma_status open_view(struct sma_view **out, struct sma_store *store,
                                 struct sma_error *err)
{
    const struct sma_db_options options = {.role = SMA_DB_READER, .path = store->folder.db_path,
                                           .seal = store->seal};
    struct sma_view *view = calloc(1, sizeof *view);
    if (!view)
        return sma_fail_nomem(err);
    view->store = store;
    enum sma_status st = sma_db_open(&view->db, &options, err);
    if (st)
        free(view);
    else
        *out = view;
    return st;
}

enum sma_status sma_store_view(struct sma_view **out, struct sma_store *store,
                               struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    struct sma_view *view = take(&store->readers);
    if (!view)
        st = open_view(&view, store, err);
    if (!st)
        st = sma_db_snapshot(view->db, &view->position, err);
    if (st)
        give_back(&store->readers, view);
    else
        *out = view;
    return st;
}

void sma_view_release(struct sma_view *view)
{
    if (!view)
        return;
    sma_db_snapshot_end(view->db);
    give_back(&view->store->readers, view);
}
