/* openapi/schemata.yaml against the route tables, in both directions. The document is read line by
 * line: paths stand at two blanks, methods at four, which its own layout guarantees and this test
 * demands. */
#include "tests/support/test.h"

#include "api/confluent/confluent.h"
#include "api/dek/dek.h"
#include "api/ops/ops.h"
#include "api/schemata/schemata.h"
#include "base/map.h"
#include "server/settings.h"

struct fixture {
    struct sma_store *store;
    struct sma_registry *registry;
    struct sma_confluent *confluent, *dek;
    struct sma_ops ops;
    struct sma_own *own;
    struct sma_arena arena;
    struct sma_map documented, routed;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    const struct sma_store_options store = {.is_ephemeral = true};
    struct sma_registry_options registry;
    struct sma_error err = SMA_ERROR_INIT;
    assert_non_null(f);
    sma_arena_init(&f->arena, 0);
    sma_map_init(&f->documented);
    sma_map_init(&f->routed);
    if (sma_store_open(&f->store, &store, &err))
        fail_msg("%s", err.message);
    sma_registry_options_init(&registry);
    registry.store = f->store;
    assert_int_equal(sma_registry_open(&f->registry, &registry, &err), SMA_OK);
    const struct sma_confluent_options options = {.registry = f->registry,
                                                  .cluster_id = SMA_STR("c")};
    assert_int_equal(sma_confluent_new(&f->confluent, &options, &err), SMA_OK);
    assert_int_equal(sma_dek_new(&f->dek, &options, &err), SMA_OK);
    const struct sma_own_options own = {.registry = f->registry};
    assert_int_equal(sma_own_new(&f->own, &own, &err), SMA_OK);
    f->ops = (struct sma_ops){.store = f->store, .registry = f->registry};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sma_own_free(f->own);
    sma_confluent_free(f->dek);
    sma_confluent_free(f->confluent);
    sma_registry_close(f->registry);
    sma_store_close(f->store);
    sma_map_fini(&f->documented);
    sma_map_fini(&f->routed);
    sma_arena_fini(&f->arena);
    free(f);
    return 0;
}

static void add(struct fixture *f, struct sma_map *map, const char *method, struct sma_str path)
{
    struct sma_str key = sma_arena_printf(&f->arena, "%s %.*s", method, SMA_STR_ARG(path));
    if (sma_map_add(map, key, map) != 1)
        fail_msg("%s stands twice", key.ptr);
}

static struct sma_str next_line(struct sma_str *rest)
{
    ptrdiff_t end = sma_str_chr(*rest, '\n');
    struct sma_str line = end < 0 ? *rest : sma_str_head(*rest, (size_t)end);
    *rest = sma_str_from(*rest, line.len + 1);
    return line;
}

static void read_document(struct fixture *f)
{
    static const char *const methods[][2] = {
        {"    get:", "GET"}, {"    post:", "POST"}, {"    put:", "PUT"}, {"    delete:", "DELETE"}};
    struct sma_str rest = sma_ops_openapi(), path = SMA_STR("");
    while (rest.len && !sma_str_eqz(next_line(&rest), "paths:"))
        continue;
    while (rest.len) {
        struct sma_str line = next_line(&rest);
        if (line.len && line.ptr[0] != ' ')
            return;
        if (sma_str_starts(line, SMA_STR("  /")) && sma_str_ends(line, SMA_STR(":")))
            path = sma_str_make(line.ptr + 2, line.len - 3);
        for (size_t i = 0; i < SMA_COUNT(methods); i++)
            if (sma_str_eqz(line, methods[i][0]))
                add(f, &f->documented, methods[i][1], path);
    }
}

static void read_routes(struct fixture *f, struct sma_http_facade facade)
{
    for (size_t i = 0; i < facade.route_count; i++)
        add(f, &f->routed, facade.routes[i].method, sma_str_z(facade.routes[i].pattern));
}

static size_t missing(const struct sma_map *from, const struct sma_map *in, const char *where)
{
    size_t count = 0;
    for (size_t i = 0; i < from->count; i++)
        if (!sma_map_find(in, from->entries[i].key)) {
            print_message("%.*s %s\n", SMA_STR_ARG(from->entries[i].key), where);
            count++;
        }
    return count;
}

static void test_both_directions(void **state)
{
    struct fixture *f = *state;
    read_document(f);
    read_routes(f, sma_confluent_facade(f->confluent));
    read_routes(f, sma_dek_facade(f->dek));
    read_routes(f, sma_ops_facade(&f->ops));
    read_routes(f, sma_own_facade(f->own));
    assert_true(f->documented.count > 20);
    size_t undocumented = missing(&f->routed, &f->documented, "is not in openapi/schemata.yaml");
    size_t unrouted = missing(&f->documented, &f->routed, "has no route");
    assert_int_equal(undocumented + unrouted, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_both_directions, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
