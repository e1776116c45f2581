/* What each record does to the state: every rule of confluent-rest 14.4, and what must be ignored.
 */
#include "tests/unit/store/helper.h"

static int32_t max_id(struct fixture *f, const char *context)
{
    int32_t id = -1;
    assert_int_equal(sma_view_max_id(look(f), sma_str_z(context), &id, NULL), SMA_OK);
    return id;
}

static enum sma_status find_id(struct fixture *f, const char *context, int id)
{
    struct sma_id_row row;
    return sma_view_id(look(f), &f->arena, sma_str_z(context), id, &row, NULL);
}

static struct sma_version version_of(struct fixture *f, const char *subject, int version)
{
    struct sma_version row;
    struct sma_error err = SMA_ERROR_INIT;
    if (sma_view_version(look(f), &f->arena, sma_str_z(subject), version, SMA_WITH_DELETED, &row,
                         &err))
        fail_msg("%s version %d: %s", subject, version, err.message);
    return row;
}

/* ---- SCHEMA -------------------------------------------------------------------------------- */

static void schema_brings_a_version(void **state)
{
    struct fixture *f = *state;
    struct sma_version row;
    write_one(f, put(f, "s", 1, 7, "a"));
    expect_rows(f, "s/1 id=7 a\n");
    row = version_of(f, "s", 1);
    assert_int_equal(row.ts_ms, 1000);
    sma_test_same_text("type", row.type, SMA_STR("AVRO"));
    assert_null(row.content.metadata.ptr);
    assert_null(row.content.rule_set.ptr);
    assert_int_equal(max_id(f, "."), 7);
    assert_int_equal(find_id(f, ".", 7), SMA_OK);
    assert_int_equal(find_id(f, ".c", 7), SMA_ENOTFOUND);
}

static void counter_is_raised_never_lowered(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "s", 1, 9, "a"));
    write_one(f, put(f, "s", 2, 3, "b"));
    assert_int_equal(max_id(f, "."), 9);
    write_one(f, drop(f, "s", 1));
    assert_int_equal(max_id(f, "."), 9);
    assert_int_equal(find_id(f, ".", 9), SMA_ENOTFOUND);
    assert_int_equal(max_id(f, ".other"), 0);
}

static void same_id_other_schema_is_ignored(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "s", 1, 1, "a"));
    write_refused(f, put(f, "t", 1, 1, "b"), "id 1 of context \".\" is another schema");
    write_refused(f, put(f, "s", 1, 1, "b"), "id 1 of context \".\" is another schema");
    write_one(f, put(f, ":.c:t", 1, 1, "b")); /* ids are per context */
    write_one(f, put(f, "t", 1, 1, "a"));
    expect_rows(f, ":.c:t/1 id=1 b\ns/1 id=1 a\nt/1 id=1 a\n");
}

static void metadata_and_references_make_a_schema(void **state)
{
    struct fixture *f = *state;
    struct sma_version row = {.subject = SMA_STR("t"),
                              .version = 1,
                              .id = 1,
                              .type = SMA_STR("AVRO"),
                              .content = {.text = SMA_STR("a"), .metadata = SMA_STR("{}")}};
    write_one(f, put(f, "s", 1, 1, "a"));
    write_refused(f, schema_record(f, &row), "id 1 of context \".\" is another schema");
    write_refused(f, put_with_reference(f, "t", 1, 1, "a", "s", 1),
                  "id 1 of context \".\" is another schema");
    row.id = 2;
    write_one(f, schema_record(f, &row));
    sma_test_same_text("metadata", version_of(f, "t", 1).content.metadata, SMA_STR("{}"));
}

/* The hashed stream has no separators: these two contents share a guid. */
static void common_hash_is_no_common_schema(void **state)
{
    struct fixture *f = *state;
    struct sma_reference one = {SMA_STR("ab"), SMA_STR("c"), 1};
    struct sma_reference other = {SMA_STR("a"), SMA_STR("bc"), 1};
    struct sma_version row = {
        .subject = SMA_STR("s"),
        .version = 1,
        .id = 1,
        .type = SMA_STR("AVRO"),
        .content = {.text = SMA_STR("x"), .references = &one, .reference_count = 1}};
    write_one(f, put(f, "c", 1, 9, "c"));
    write_one(f, schema_record(f, &row));
    row.version = 2;
    row.id = 2;
    row.content.references = &other;
    write_refused(f, schema_record(f, &row), "another schema has the same hash");
}

static void content_is_stored_once(void **state)
{
    struct fixture *f = *state;
    struct sma_context_id *ids;
    size_t count;
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, put(f, ":.c:s", 1, 5, "a"));
    write_one(f, put(f, "t", 1, 1, "a"));
    uint8_t hash[SMA_HASH_LEN];
    memcpy(hash, version_of(f, "t", 1).content.hash, sizeof hash);
    assert_int_equal(sma_view_guid_ids(look(f), &f->arena, hash, &ids, &count, NULL), SMA_OK);
    assert_int_equal(count, 2);
    sma_test_same_text("first", ids[0].context, SMA_STR("."));
    sma_test_same_text("second", ids[1].context, SMA_STR(".c"));
    assert_int_equal(ids[1].id, 5);
    /* The last one that carries it takes it away. */
    write_one(f, drop(f, "s", 1));
    write_one(f, drop(f, ":.c:s", 1));
    assert_int_equal(sma_view_guid_ids(look(f), &f->arena, hash, &ids, &count, NULL), SMA_OK);
    assert_int_equal(count, 1);
    write_one(f, drop(f, "t", 1));
    assert_int_equal(sma_view_guid_ids(look(f), &f->arena, hash, &ids, &count, NULL), SMA_OK);
    assert_int_equal(count, 0);
}

static void rewriting_keeps_the_uuid(void **state)
{
    struct fixture *f = *state;
    struct sma_version before, after;
    write_one(f, put(f, "s", 1, 1, "a"));
    before = version_of(f, "s", 1);
    f->now_ms = 2000;
    write_one(f, put_deleted(f, "s", 1, 1, "a"));
    after = version_of(f, "s", 1);
    assert_true(after.is_deleted);
    assert_int_equal(after.ts_ms, 2000);
    assert_memory_equal(before.uuid, after.uuid, sizeof before.uuid);
    write_one(f, drop(f, "s", 1));
    write_one(f, put(f, "s", 1, 2, "a"));
    after = version_of(f, "s", 1); /* another version of the same number */
    assert_memory_not_equal(before.uuid, after.uuid, sizeof before.uuid);
}

static void rewriting_may_change_id_and_content(void **state)
{
    struct fixture *f = *state;
    write_one(f, raw("{\"keytype\":\"MODE\",\"magic\":0}", "{\"mode\":\"IMPORT\"}"));
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, put(f, "s", 1, 4, "b"));
    expect_rows(f, "s/1 id=4 b\n");
    assert_int_equal(find_id(f, ".", 1), SMA_ENOTFOUND);
    assert_int_equal(max_id(f, "."), 4);
    write_one(f, put(f, "s", 2, 1, "c")); /* id 1 is free again, for an import */
    expect_rows(f, "s/1 id=4 b\ns/2 id=1 c\n");
}

static void tombstone_drops_version_and_binding(void **state)
{
    struct fixture *f = *state;
    bool has = true;
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, put(f, "t", 1, 1, "a"));
    write_one(f, drop(f, "s", 1));
    expect_rows(f, "t/1 id=1 a\n");
    assert_int_equal(find_id(f, ".", 1), SMA_OK);
    write_one(f, drop(f, "t", 1));
    assert_int_equal(find_id(f, ".", 1), SMA_ENOTFOUND);
    assert_int_equal(sma_view_has_subject(look(f), SMA_STR("t"), SMA_WITH_DELETED, &has, NULL),
                     SMA_OK);
    assert_false(has);
    write_one(f, drop(f, "t", 1)); /* once more: nothing to drop, and no error */
}

static void registering_again_after_soft_delete(void **state)
{
    struct fixture *f = *state;
    /* The sequence of confluent-rest 7.4: same id, next number, old row tombstoned. */
    struct sma_record again[] = {drop(f, "s", 1), put(f, "s", 2, 1, "a")};
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, delete_subject(f, "s", 1));
    write_all(f, again, 2);
    expect_rows(f, "s/2 id=1 a\n");
    assert_int_equal(max_id(f, "."), 1);
}

static void old_forms_are_read(void **state)
{
    struct fixture *f = *state;
    write_one(f, raw("{\"magic\":0,\"keytype\":\"SCHEMA\",\"version\":1,\"subject\":\":.:s\"}",
                     "{\"id\":3,\"schema\":\"a\"}"));
    expect_rows(f, "s/1 id=3 a\n");
    sma_test_same_text("type", version_of(f, "s", 1).type, SMA_STR("AVRO"));
}

static void encrypted_metadata_keeps_the_stated_hash(void **state)
{
    struct fixture *f = *state;
    static const char key1[] =
        "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1,\"magic\":1}";
    static const char key2[] =
        "{\"keytype\":\"SCHEMA\",\"subject\":\"t\",\"version\":1,\"magic\":1}";
    static const uint8_t md5[SMA_HASH_LEN] = {0,    1,    2,    3,    4,    5,    6,    7,
                                              0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff};
    write_one(f, raw(key1, "{\"id\":1,\"md5\":\"AAECAwQFBgf4+fr7/P3+/w==\",\"schema\":\"a\","
                           "\"metadata\":{\"properties\":{\"p\":\"x1\",\"__enc__\":\"true\"}}}"));
    assert_memory_equal(version_of(f, "s", 1).content.hash, md5, sizeof md5);
    /* The same content, encrypted once more, reads differently and is the same schema. */
    write_one(f, raw(key2, "{\"id\":1,\"md5\":\"AAECAwQFBgf4+fr7/P3+/w==\",\"schema\":\"a\","
                           "\"metadata\":{\"properties\":{\"p\":\"y2\",\"__enc__\":\"true\"}}}"));
    expect_rows(f, "s/1 id=1 a\nt/1 id=1 a\n");
    sma_test_same_text("metadata", version_of(f, "t", 1).content.metadata,
                       SMA_STR("{\"properties\":{\"p\":\"y2\",\"__enc__\":\"true\"}}"));
}

static void broken_records_are_ignored(void **state)
{
    struct fixture *f = *state;
    static const char key[] =
        "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1,\"magic\":1}";
    int64_t position;
    write_refused(f, raw("{", "{}"), "record key: ");
    write_refused(f, raw("{\"keytype\":\"EXPORTER\",\"magic\":0}", "{}"),
                  "record: unknown keytype \"EXPORTER\"");
    write_refused(f, raw(key, "{"), "record value: ");
    write_refused(f, raw(key, "{\"id\":1}"), "record: \"schema\" is not a string");
    write_refused(f, raw(key, "{\"id\":1,\"schema\":\"a\",\"metadata\":{\"tags\":1}}"),
                  "\"tags\" is not an object");
    write_refused(f, raw(key, "{\"id\":1,\"schema\":\"a\",\"version\":2}"),
                  "record: key and value name different versions");
    write_refused(f, raw("{\"keytype\":\"MODE\",\"magic\":0}", "[]"),
                  "record value is not a JSON object");
    write_refused(f, raw("{\"keytype\":\"CONFIG\",\"magic\":0}", "{\"normalize\":1}"),
                  "record: \"normalize\" is not a boolean");
    write_refused(f, raw("{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}", "{}"),
                  "record: \"version\" is not");
    /* Not even the history remembers them: they were never acknowledged. */
    assert_int_equal(sma_view_position(look(f), &position, NULL), SMA_OK);
    assert_int_equal(position, 0);
    expect_rows(f, "");
}

/* ---- DELETE_SUBJECT ------------------------------------------------------------------------ */

static void watermark_bounds_the_deletion(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, put(f, "s", 2, 2, "b"));
    write_one(f, put(f, "s", 3, 3, "c"));
    write_one(f, put(f, "t", 1, 1, "a"));
    f->now_ms = 5000;
    write_one(f, delete_subject(f, "s", 2));
    expect_rows(f, "s/1 id=1 a -\ns/2 id=2 b -\ns/3 id=3 c\nt/1 id=1 a\n");
    assert_int_equal(version_of(f, "s", 1).ts_ms, 1000); /* the row is not rewritten */
}

static void order_across_keys_counts(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, delete_subject(f, "s", 1));
    expect_rows(f, "s/1 id=1 a -\n");
    write_one(f, put(f, "s", 1, 1, "a")); /* a later record of the same key says deleted:false */
    expect_rows(f, "s/1 id=1 a\n");
    write_one(f, delete_subject(f, "s", 0));
    write_one(f, delete_subject(f, "nobody", 9));
    write_one(f, raw("{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}", NULL));
    expect_rows(f, "s/1 id=1 a\n");
}

/* ---- CLEAR_SUBJECT ------------------------------------------------------------------------- */

static void clear_fill(struct fixture *f)
{
    write_one(f, put_deleted(f, "s", 1, 1, "a"));
    write_one(f, put(f, "s", 2, 2, "b"));
    write_one(f, put_deleted(f, "sx", 1, 3, "c"));
    write_one(f, put_deleted(f, ":.c:s", 1, 1, "d"));
    write_one(f, put_deleted(f, ":.cc:s", 1, 1, "e"));
}

static void clear_forgets_soft_deleted_versions(void **state)
{
    struct fixture *f = *state;
    clear_fill(f);
    write_one(f, clear_subject(f, "s"));
    expect_rows(f, ":.c:s/1 id=1 d -\n:.cc:s/1 id=1 e -\ns/2 id=2 b\nsx/1 id=3 c -\n");
    assert_int_equal(find_id(f, ".", 1), SMA_ENOTFOUND);
    assert_int_equal(max_id(f, "."), 3);
}

static void clear_scopes(void **state)
{
    struct fixture *f = *state;
    clear_fill(f);
    write_one(f, clear_subject(f, ":.c:"));
    expect_rows(f, ":.cc:s/1 id=1 e -\ns/1 id=1 a -\ns/2 id=2 b\nsx/1 id=3 c -\n");
    write_one(f, clear_subject(f, ""));
    expect_rows(f, ":.cc:s/1 id=1 e -\ns/2 id=2 b\n");
    write_one(f, put_deleted(f, "s", 3, 9, "z"));
    write_one(f, clear_subject(f, ":.__GLOBAL:"));
    expect_rows(f, "s/2 id=2 b\n");
    write_one(f, raw("{\"keytype\":\"CLEAR_SUBJECT\",\"subject\":\"s\",\"magic\":0}", NULL));
    expect_rows(f, "s/2 id=2 b\n");
}

/* ---- settings ------------------------------------------------------------------------------ */

static void expect_setting(struct fixture *f, bool is_config, const char *scope, const char *want)
{
    struct sma_str got = {NULL, 0};
    enum sma_status st = is_config
                             ? sma_view_config(look(f), &f->arena, sma_str_z(scope), &got, NULL)
                             : sma_view_mode(look(f), &f->arena, sma_str_z(scope), &got, NULL);
    assert_int_equal(st, want ? SMA_OK : SMA_ENOTFOUND);
    sma_test_same_text(scope, got, sma_str_z(want));
}

static void global_config_has_two_keys(void **state)
{
    struct fixture *f = *state;
    write_one(f, raw("{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}",
                     "{\"compatibilityLevel\":\"NONE\"}"));
    expect_setting(f, true, "", "{\"compatibilityLevel\":\"NONE\"}");
    write_one(f, raw("{\"keytype\":\"CONFIG\",\"magic\":0}", "{\"compatibilityLevel\":\"FULL\"}"));
    expect_setting(f, true, "", "{\"compatibilityLevel\":\"FULL\"}");
    write_one(f, raw("{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}", NULL));
    expect_setting(f, true, "", NULL);
}

static void configs_and_modes_by_scope(void **state)
{
    struct fixture *f = *state;
    write_one(f, raw("{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}",
                     "{\"subject\":\"s\",\"normalize\":true}"));
    write_one(f, raw("{\"keytype\":\"MODE\",\"subject\":\":.c:\",\"magic\":0}",
                     "{\"subject\":\":.c:\",\"mode\":\"READONLY\"}"));
    write_one(f, raw("{\"keytype\":\"MODE\",\"magic\":0}", "{\"mode\":\"IMPORT\"}"));
    expect_setting(f, true, "s", "{\"subject\":\"s\",\"normalize\":true}");
    expect_setting(f, true, "", NULL);
    expect_setting(f, false, ":.c:", "READONLY");
    expect_setting(f, false, "", "IMPORT");
    expect_setting(f, false, "s", NULL);
    write_one(f, raw("{\"keytype\":\"MODE\",\"magic\":0}", "{\"mode\":null}"));
    expect_setting(f, false, "", NULL);
    write_one(f, raw("{\"keytype\":\"MODE\",\"subject\":\":.c:\",\"magic\":0}", NULL));
    expect_setting(f, false, ":.c:", NULL);
    write_one(f, raw("{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}", NULL));
    expect_setting(f, true, "s", NULL);
}

static void settings_outlive_the_versions(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, raw("{\"keytype\":\"MODE\",\"subject\":\"s\",\"magic\":0}",
                     "{\"subject\":\"s\",\"mode\":\"READONLY\"}"));
    write_one(f, delete_subject(f, "s", 1));
    write_one(f, drop(f, "s", 1));
    expect_setting(f, false, "s", "READONLY"); /* the registry writes their tombstones itself */
}

/* ---- contexts, NOOP, associations ---------------------------------------------------------- */

static void expect_contexts(struct fixture *f, const char *want)
{
    struct sma_str *list;
    size_t count;
    struct sma_buf got;
    sma_buf_init(&got, 0);
    assert_int_equal(sma_view_contexts(look(f), &f->arena, &list, &count, NULL), SMA_OK);
    for (size_t i = 0; i < count; i++)
        sma_buf_printf(&got, "%s%.*s", i ? " " : "", SMA_STR_ARG(list[i]));
    sma_test_same_text("contexts", sma_buf_str(&got), sma_str_z(want));
    sma_buf_fini(&got);
}

static void contexts_come_and_go(void **state)
{
    struct fixture *f = *state;
    static const char key[] =
        "{\"keytype\":\"CONTEXT\",\"tenant\":\"default\",\"context\":\".b\",\"magic\":0}";
    static const char value[] = "{\"tenant\":\"default\",\"context\":\".b\"}";
    expect_contexts(f, ".");
    write_one(f, raw(key, value));
    expect_contexts(f, ". .b");
    write_one(f, put(f, ":.a:s", 1, 40, "a")); /* old topics have no CONTEXT record */
    expect_contexts(f, ". .a .b");
    write_one(f, put(f, ":.b:s", 1, 50, "a"));
    write_one(f, drop(f, ":.b:s", 1));
    write_one(f, raw(key, NULL));
    expect_contexts(f, ". .a");
    assert_int_equal(max_id(f, ".b"), 50); /* the highest id is not forgotten with the context */
    write_one(f, raw("{\"keytype\":\"CONTEXT\",\"tenant\":\"default\",\"context\":\".\","
                     "\"magic\":0}",
                     NULL));
    expect_contexts(f, ". .a");
}

static void noop_moves_the_position(void **state)
{
    struct fixture *f = *state;
    int64_t position = -1;
    write_one(f, raw("{\"keytype\":\"NOOP\",\"magic\":0}", NULL));
    write_one(f, raw("{\"keytype\":\"NOOP\",\"magic\":0}", NULL));
    assert_int_equal(sma_view_position(look(f), &position, NULL), SMA_OK);
    assert_int_equal(position, 2);
    expect_rows(f, "");
}

static void associations_are_kept(void **state)
{
    struct fixture *f = *state;
    struct sma_assoc assoc = {.key = {SMA_STR("orders"), SMA_STR("lkc"), SMA_STR("topic"),
                                      SMA_STR("value"), SMA_STR("s")},
                              .guid = SMA_STR("g"),
                              .resource_id = SMA_STR("id-1"),
                              .lifecycle = SMA_STR("WEAK"),
                              .create_ts_ms = 5};
    static const struct sma_assoc_filter filters[] = {{.subject = SMA_STR_INIT("s")},
                                                      {.resource_name = SMA_STR_INIT("orders")},
                                                      {.resource_id = SMA_STR_INIT("id-1")}};
    struct sma_assoc_row *rows;
    size_t count;
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_assoc_key(&key, &assoc.key);
    sma_record_assoc_value(&value, &assoc);
    struct sma_record record = {text_of(f, &key), {NULL, 0}};
    record.value = text_of(f, &value);
    write_one(f, record);
    for (size_t by = 0; by < SMA_COUNT(filters); by++) {
        assert_int_equal(
            sma_view_associations(look(f), &f->arena, &filters[by], &rows, &count, NULL), SMA_OK);
        assert_int_equal(count, 1);
        sma_test_same_text("lifecycle", rows[0].lifecycle, SMA_STR("WEAK"));
        assert_int_equal(rows[0].create_ts_ms, 5);
        assert_int_equal(rows[0].update_ts_ms, 1000);
    }
    record.value.ptr = NULL;
    record.value.len = 0;
    write_one(f, record);
    assert_int_equal(sma_view_associations(look(f), &f->arena, &filters[0], &rows, &count, NULL),
                     SMA_OK);
    assert_int_equal(count, 0);
}

/* ---- references ---------------------------------------------------------------------------- */

static void expect_referrers(struct fixture *f, const char *subject, int version,
                             enum sma_deleted deleted, const char *want)
{
    struct sma_version *rows;
    size_t count;
    struct sma_buf got;
    sma_buf_init(&got, 0);
    assert_int_equal(sma_view_referrers(look(f), &f->arena, sma_str_z(subject), version, deleted,
                                        &rows, &count, NULL),
                     SMA_OK);
    for (size_t i = 0; i < count; i++)
        sma_buf_printf(&got, "%s%.*s/%d", i ? " " : "", SMA_STR_ARG(rows[i].subject),
                       (int)rows[i].version);
    sma_test_same_text(subject, sma_buf_str(&got), sma_str_z(want));
    sma_buf_fini(&got);
}

static void referrers_are_resolved(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "t", 1, 1, "t"));
    write_one(f, put(f, ":.c:t", 1, 1, "t"));
    write_one(f, put_with_reference(f, "s", 1, 2, "s", "t", 1));
    write_one(f, put_with_reference(f, ":.c:s", 1, 2, "s", "t", 1));    /* its own context */
    write_one(f, put_with_reference(f, ":.c:u", 1, 3, "s", ":.:t", 1)); /* the default one */
    expect_referrers(f, "t", 1, SMA_LIVE, ":.c:u/1 s/1");
    expect_referrers(f, ":.c:t", 1, SMA_LIVE, ":.c:s/1");
    expect_referrers(f, "t", 2, SMA_LIVE, "");
}

static void referrers_follow_their_rows(void **state)
{
    struct fixture *f = *state;
    struct sma_version s1;
    write_one(f, put(f, "t", 1, 1, "t"));
    write_one(f, put(f, "t", 2, 2, "t2"));
    write_one(f, put_with_reference(f, "s", 1, 3, "s", "t", 1));
    s1 = version_of(f, "s", 1);
    assert_int_equal(s1.content.reference_count, 1);
    sma_test_same_text("as stored", s1.content.references[0].subject, SMA_STR("t"));
    write_one(f, delete_subject(f, "s", 1));
    expect_referrers(f, "t", 1, SMA_LIVE, "");
    expect_referrers(f, "t", 1, SMA_ONLY_DELETED, "s/1");
    write_one(f, put_with_reference(f, "s", 1, 4, "s", "t", 2)); /* rewritten: other target */
    expect_referrers(f, "t", 1, SMA_WITH_DELETED, "");
    expect_referrers(f, "t", 2, SMA_LIVE, "s/1");
    write_one(f, drop(f, "s", 1));
    expect_referrers(f, "t", 2, SMA_WITH_DELETED, "");
}

/* Afterwards a replay must give the same state (I9), whatever the test did. */
static int teardown(void **state)
{
    expect_clean(*state);
    return fixture_teardown(state);
}

#define TEST(name)                                                                                 \
    {                                                                                              \
#name, name, fixture_setup, teardown, NULL                                                 \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(schema_brings_a_version),
        TEST(counter_is_raised_never_lowered),
        TEST(same_id_other_schema_is_ignored),
        TEST(metadata_and_references_make_a_schema),
        TEST(common_hash_is_no_common_schema),
        TEST(content_is_stored_once),
        TEST(rewriting_keeps_the_uuid),
        TEST(rewriting_may_change_id_and_content),
        TEST(tombstone_drops_version_and_binding),
        TEST(registering_again_after_soft_delete),
        TEST(old_forms_are_read),
        TEST(encrypted_metadata_keeps_the_stated_hash),
        TEST(broken_records_are_ignored),
        TEST(watermark_bounds_the_deletion),
        TEST(order_across_keys_counts),
        TEST(clear_forgets_soft_deleted_versions),
        TEST(clear_scopes),
        TEST(global_config_has_two_keys),
        TEST(configs_and_modes_by_scope),
        TEST(settings_outlive_the_versions),
        TEST(contexts_come_and_go),
        TEST(noop_moves_the_position),
        TEST(associations_are_kept),
        TEST(referrers_are_resolved),
        TEST(referrers_follow_their_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
