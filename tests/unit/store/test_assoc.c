/* Associations: every way to ask, in the order of the listing, page by page; and what they stamp.
 */
#include "tests/unit/store/helper.h"

static void associate(struct fixture *f, const char *subject, const char *ns, const char *name,
                      const char *type, const char *id, const char *lifecycle)
{
    struct sma_assoc assoc = {.key = {sma_str_z(name), sma_str_z(ns), SMA_STR("topic"),
                                      sma_str_z(type), sma_str_z(subject)},
                              .guid = SMA_STR("g"),
                              .resource_id = sma_str_z(id),
                              .lifecycle = sma_str_z(lifecycle),
                              .is_frozen = !strcmp(lifecycle, "STRONG"),
                              .create_ts_ms = 5};
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_assoc_key(&key, &assoc.key);
    sma_record_assoc_value(&value, &assoc);
    struct sma_record record = {text_of(f, &key), {NULL, 0}};
    record.value = text_of(f, &value);
    write_one(f, record);
}

/* In an order that is nobody's. */
static void fill(struct fixture *f)
{
    associate(f, "shared", "n2", "orders", "value", "id-3", "WEAK");
    associate(f, ":.n1:orders-value", "n1", "orders", "value", "id-1", "STRONG");
    associate(f, "shared", "n1", "audit", "value", "id-2", "WEAK");
    associate(f, "shared", "n1", "audit", "key", "id-2", "WEAK");
    associate(f, ":.n1:orders-key", "n1", "orders", "key", "id-1", "STRONG");
}

/* Rows as name/namespace/type, in the order of the answer. */
static void expect(struct fixture *f, const char *what, const struct sma_assoc_filter *filter,
                   const char *want)
{
    struct sma_assoc_row *rows = NULL;
    size_t count = 0;
    struct sma_buf got;
    sma_buf_init(&got, 0);
    assert_int_equal(sma_view_associations(look(f), &f->arena, filter, &rows, &count, NULL),
                     SMA_OK);
    for (size_t i = 0; i < count; i++)
        sma_buf_printf(&got, "%s%.*s/%.*s/%.*s", i ? " " : "", SMA_STR_ARG(rows[i].resource_name),
                       SMA_STR_ARG(rows[i].resource_namespace),
                       SMA_STR_ARG(rows[i].association_type));
    sma_test_same_text(what, sma_buf_str(&got), sma_str_z(want));
    sma_buf_fini(&got);
}

static void every_way_to_ask(void **state)
{
    static const struct sma_str key = SMA_STR_INIT("key");
    static const struct sma_str both[] = {SMA_STR_INIT("key"), SMA_STR_INIT("value")};
    static const struct {
        const char *name;
        struct sma_assoc_filter filter;
        const char *want;
    } rows[] = {
        {"all",
         {.limit = 0},
         "audit/n1/key audit/n1/value orders/n1/key orders/n1/value orders/n2/value"},
        {"of a subject",
         {.subject = SMA_STR_INIT("shared")},
         "audit/n1/key audit/n1/value orders/n2/value"},
        {"of a subject in a context",
         {.subject = SMA_STR_INIT(":.n1:orders-key")},
         "orders/n1/key"},
        {"of an id", {.resource_id = SMA_STR_INIT("id-1")}, "orders/n1/key orders/n1/value"},
        {"by name",
         {.resource_name = SMA_STR_INIT("orders")},
         "orders/n1/key orders/n1/value orders/n2/value"},
        {"by name in a namespace",
         {.resource_name = SMA_STR_INIT("orders"), .resource_namespace = SMA_STR_INIT("n2")},
         "orders/n2/value"},
        {"of a namespace",
         {.resource_namespace = SMA_STR_INIT("n1")},
         "audit/n1/key audit/n1/value orders/n1/key orders/n1/value"},
        {"of a type", {.types = &key, .type_count = 1}, "audit/n1/key orders/n1/key"},
        {"of both types, of an id",
         {.resource_id = SMA_STR_INIT("id-2"), .types = both, .type_count = 2},
         "audit/n1/key audit/n1/value"},
        {"of a lifecycle", {.lifecycle = SMA_STR_INIT("STRONG")}, "orders/n1/key orders/n1/value"},
        {"of a resource type",
         {.resource_type = SMA_STR_INIT("topic"), .limit = 1},
         "audit/n1/key"},
        {"of another resource type", {.resource_type = SMA_STR_INIT("table")}, ""},
        {"an id under another name",
         {.resource_id = SMA_STR_INIT("id-1"), .resource_name = SMA_STR_INIT("audit")},
         ""},
        {"the empty name is a name", {.resource_name = SMA_STR_INIT("")}, ""},
    };
    struct fixture *f = *state;
    fill(f);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        expect(f, rows[i].name, &rows[i].filter, rows[i].want);
}

/* Offsets and limits count what the filter lets through. */
static void pages(void **state)
{
    static const struct {
        const char *name;
        uint64_t offset, limit;
        const char *want;
    } rows[] = {
        {"one", 0, 1, "audit/n1/value"},
        {"the last one of the page", 1, 1, "orders/n1/value"},
        {"all but one", 0, 2, "audit/n1/value orders/n1/value"},
        {"exactly all", 0, 3, "audit/n1/value orders/n1/value orders/n2/value"},
        {"one more than there are", 0, 4, "audit/n1/value orders/n1/value orders/n2/value"},
        {"the last", 2, 4, "orders/n2/value"},
        {"behind the last", 3, 4, ""},
        {"far behind", UINT64_MAX, 0, ""},
    };
    static const struct sma_str value = SMA_STR_INIT("value");
    struct fixture *f = *state;
    fill(f);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_assoc_filter filter = {
            .types = &value, .type_count = 1, .offset = rows[i].offset, .limit = rows[i].limit};
        expect(f, rows[i].name, &filter, rows[i].want);
    }
}

static int64_t stamp(struct fixture *f, const char *key)
{
    int64_t position = -1;
    assert_int_equal(sma_view_stamp(look(f), sma_str_z(key), &position, NULL), SMA_OK);
    return position;
}

static void stamps_move(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(stamp(f, "a:shared"), 0);
    fill(f);
    assert_int_equal(stamp(f, "a:shared"), 4);
    assert_int_equal(stamp(f, "n:audit"), 4);
    assert_int_equal(stamp(f, "o:id-2"), 4);
    assert_int_equal(stamp(f, "n:orders"), 5);
    assert_int_equal(stamp(f, "o:id-3"), 1);
    write_one(f, raw("{\"keytype\":\"ASSOC\",\"tenant\":\"default\",\"resourceName\":\"audit\","
                     "\"resourceNamespace\":\"n1\",\"resourceType\":\"topic\","
                     "\"associationType\":\"key\",\"subject\":\"shared\",\"magic\":0}",
                     NULL));
    assert_int_equal(stamp(f, "a:shared"), 6);
    assert_int_equal(stamp(f, "n:audit"), 6);
    expect(f, "gone", &(struct sma_assoc_filter){.resource_id = SMA_STR("id-2")}, "audit/n1/value");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_way_to_ask),
        TEST(pages),
        TEST(stamps_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
