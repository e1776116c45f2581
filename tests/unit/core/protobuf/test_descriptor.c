/* Descriptors: against protoc where it is installed, against a stored descriptor of a newer protoc
 * for editions, and there and back through base64. */
#include "tests/unit/core/protobuf/support.h"

#include <dirent.h>
#include <unistd.h>

#define BUILTIN "src/core/protobuf/builtin"
#define GOLDEN "tests/golden/protobuf"

static char scratch[] = "/tmp/sma-proto-XXXXXX";

static bool has_protoc(void)
{
    static int known = -1;
    if (known < 0) {
        known = system("protoc --version >/dev/null 2>&1") == 0;
        if (!known)
            print_message("protoc: not there, skipped\n");
    }
    return known == 1;
}

/* Runs protoc on `file` under `root`; the descriptor set, or NULL when protoc refuses. Free it. */
static char *protoc_set(const char *root, const char *file, size_t *len)
{
    char command[1000], out[200];
    snprintf(out, sizeof out, "%s/set.pb", scratch);
    snprintf(command, sizeof command,
             "protoc -I%s -I" BUILTIN " --descriptor_set_out=%s %s/%s >/dev/null 2>&1", root, out,
             root, file);
    return system(command) == 0 ? sma_test_read_file(out, len) : NULL;
}

static void write_file(const char *path, struct sma_str bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    fclose(file);
}

/* protoc's text form of a descriptor set. Free it. */
static char *decode(struct sma_str set)
{
    char command[1000], in[200], out[200];
    size_t len;
    snprintf(in, sizeof in, "%s/in.pb", scratch);
    snprintf(out, sizeof out, "%s/out.txt", scratch);
    write_file(in, set);
    snprintf(command, sizeof command,
             "protoc -I" BUILTIN " --decode=google.protobuf.FileDescriptorSet "
             "google/protobuf/descriptor.proto <%s >%s 2>/dev/null",
             in, out);
    assert_int_equal(system(command), 0);
    return sma_test_read_file(out, &len);
}

/* A set of one file, from our writer. */
static void put_set(struct sma_buf *out, const struct sma_schema *schema, const char *name)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf file;
    sma_buf_init(&file, 0);
    if (sma_proto_put_file_descriptor(&file, schema, sma_str_z(name), &err))
        fail_msg("%s: %s", name, err.message);
    sma_buf_putc(out, 0x0a);
    for (size_t n = file.len; n || out->len == 1; n >>= 7)
        sma_buf_putc(out, (char)((n & 0x7f) | (n > 0x7f ? 0x80 : 0)));
    sma_buf_puts(out, sma_buf_str(&file));
    sma_buf_fini(&file);
}

/* A schema with the reference that one of the golden files needs. */
static struct sma_schema *parse_with_reference(struct sma_str text)
{
    size_t len;
    struct pb_reference references[] = {{"proto2.proto", "s", 1, {NULL, 0}}, {0}};
    char *other = sma_test_read_file(GOLDEN "/proto2.proto", &len);
    references[0].text = sma_str_make(other, len);
    struct sma_schema *schema = pb_parse(text, references);
    free(other);
    return schema;
}

static struct sma_schema *load(const char *root, const char *file)
{
    char path[400];
    size_t len;
    snprintf(path, sizeof path, "%s/%s", root, file);
    char *bytes = sma_test_read_file(path, &len);
    struct sma_schema *schema = parse_with_reference(sma_str_make(bytes, len));
    free(bytes);
    return schema;
}

static bool same_descriptor(const char *root, const char *file)
{
    size_t len;
    struct sma_buf ours;
    char *theirs = protoc_set(root, file, &len);
    if (!theirs) {
        print_message("%s/%s: protoc refuses it, skipped\n", root, file);
        return true;
    }
    struct sma_schema *schema = load(root, file);
    sma_buf_init(&ours, 0);
    put_set(&ours, schema, file);
    bool same = sma_str_eq(sma_buf_str(&ours), sma_str_make(theirs, len));
    if (!same) { /* options that this protoc does not know come in another order */
        char *a = decode(sma_buf_str(&ours)), *b = decode(sma_str_make(theirs, len));
        same = strcmp(a, b) == 0;
        free(a);
        free(b);
    }
    sma_buf_fini(&ours);
    sma_schema_unref(schema);
    free(theirs);
    return same;
}

/* A tree of text-format blocks with its children in sorted order: what is left of a descriptor when
 * the order of declarations does not count. */
static char *sorted_text(char **at);

static char *sorted_text(char **at)
{
    char *lines[20000];
    size_t n = 0, total = 1;
    while (**at) {
        char *line = *at, *eol = strchr(line, '\n');
        size_t len = eol ? (size_t)(eol - line) : strlen(line);
        *at = eol ? eol + 1 : line + len;
        while (len && *line == ' ')
            line++, len--;
        if (len && line[0] == '}')
            break;
        char *inner = len && line[len - 1] == '{' ? sorted_text(at) : NULL;
        size_t room = len + (inner ? strlen(inner) : 0) + 4;
        assert_true(n < SMA_COUNT(lines));
        lines[n] = malloc(room);
        snprintf(lines[n], room, "%.*s\n%s%s", (int)len, line, inner ? inner : "",
                 inner ? "}\n" : "");
        total += strlen(lines[n++]);
        free(inner);
    }
    qsort(lines, n, sizeof lines[0], pb_compare_lines);
    char *out = calloc(1, total);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(lines[i]);
        memcpy(out + used, lines[i], len);
        used += len;
        free(lines[i]);
    }
    return out;
}

/* Weak imports are lost in printing, and so are indexes of public ones; map entries move. */
static void drop_lines(char *text, const char *word)
{
    for (char *at = text; (at = strstr(at, word));) {
        char *eol = strchr(at, '\n');
        memmove(at, eol + 1, strlen(eol + 1) + 1);
    }
}

static char *loose_text(struct sma_str set)
{
    char *text = decode(set), *at = text;
    char *out = sorted_text(&at);
    free(text);
    drop_lines(out, "weak_dependency:");
    drop_lines(out, "public_dependency:");
    drop_lines(out, "dependency: \"google/protobuf/duration.proto\"");
    return out;
}

/* What we print, compiled by protoc, is the same file but for the order. */
static void check_printed(const char *root, const char *file)
{
    size_t len, printed_len;
    char path[300];
    char *theirs = protoc_set(root, file, &len);
    if (!theirs)
        return;
    struct sma_schema *schema = load(root, file);
    snprintf(path, sizeof path, "%s/printed.proto", scratch);
    write_file(path, schema->canonical);
    char command[800];
    snprintf(command, sizeof command, "cp " GOLDEN "/proto2.proto %s/", scratch);
    assert_int_equal(system(command), 0);
    char *printed = protoc_set(scratch, "printed.proto", &printed_len);
    if (!printed)
        fail_msg("%s/%s: protoc refuses what we print", root, file);
    char *a = loose_text(sma_str_make(theirs, len));
    char *b = loose_text(sma_str_make(printed, printed_len));
    snprintf(path, sizeof path, "name: \"%s\"", file);
    drop_lines(a, path);
    drop_lines(b, "name: \"printed.proto\"");
    sma_test_same_text(file, sma_str_z(b), sma_str_z(a));
    free(a);
    free(b);
    free(printed);
    free(theirs);
    sma_schema_unref(schema);
}

/* Calls fn for each .proto below a folder. */
static size_t each_proto(const char *root, const char *folder,
                         void (*fn)(const char *root, const char *file))
{
    char path[600];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/%s", root, folder);
    DIR *dir = opendir(path);
    if (!dir)
        return 0;
    for (struct dirent *e; (e = readdir(dir));) {
        char name[500];
        if (e->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s%s%s", folder, *folder ? "/" : "", e->d_name);
        if (e->d_type == DT_DIR) {
            count += each_proto(root, name, fn);
        } else if (strstr(e->d_name, ".proto") && !strstr(e->d_name, "edition")) {
            fn(root, name);
            count++;
        }
    }
    closedir(dir);
    return count;
}

static void check_same(const char *root, const char *file)
{
    if (!same_descriptor(root, file))
        fail_msg("%s/%s: descriptor differs from protoc's", root, file);
}

static void test_protoc(void **state)
{
    (void)state;
    if (!has_protoc())
        return;
    assert_int_equal(each_proto(BUILTIN, "", check_same), 30);
    assert_int_equal(each_proto(GOLDEN, "", check_same), 3);
    if (each_proto("/usr/include", "google/protobuf", check_same) == 0)
        print_message("/usr/include/google/protobuf: not there, skipped\n");
}

static void test_printed(void **state)
{
    (void)state;
    if (!has_protoc())
        return;
    each_proto(BUILTIN, "", check_printed);
    each_proto("/usr/include", "google/protobuf", check_printed);
}

static void test_editions(void **state)
{
    static const char *const names[] = {"edition2023", "edition2024"};
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(names); i++) {
        char file[100], path[200];
        size_t len;
        struct sma_buf ours;
        snprintf(file, sizeof file, "%s.proto", names[i]);
        snprintf(path, sizeof path, GOLDEN "/%s.pb", names[i]);
        char *theirs = sma_test_read_file(path, &len);
        struct sma_schema *schema = load(GOLDEN, file);
        sma_buf_init(&ours, 0);
        put_set(&ours, schema, file);
        if (!sma_str_eq(sma_buf_str(&ours), sma_str_make(theirs, len)))
            fail_msg("%s: descriptor differs", names[i]);
        sma_buf_fini(&ours);
        sma_schema_unref(schema);
        free(theirs);
    }
}

/* The registry's form, read back, is the schema again. */
static void check_round_trip(const char *root, const char *file)
{
    struct sma_schema *schema = load(root, file);
    struct sma_buf base64;
    struct sma_error err = SMA_ERROR_INIT;
    sma_buf_init(&base64, 0);
    if (sma_format_protobuf.print(&base64, schema, SMA_TEXT_SERIALIZED, &err))
        fail_msg("%s: %s", file, err.message);
    struct sma_schema *back = parse_with_reference(sma_buf_str(&base64));
    struct sma_buf again;
    sma_buf_init(&again, 0);
    assert_int_equal(sma_format_protobuf.print(&again, back, SMA_TEXT_SERIALIZED, &err), SMA_OK);
    struct sma_schema *third = parse_with_reference(sma_buf_str(&again));
    sma_test_same_text(file, third->canonical, back->canonical);
    sma_buf_fini(&again);
    sma_buf_fini(&base64);
    sma_schema_unref(third);
    sma_schema_unref(back);
    sma_schema_unref(schema);
}

static void test_round_trip(void **state)
{
    (void)state;
    each_proto(BUILTIN, "", check_round_trip);
    each_proto(GOLDEN, "", check_round_trip);
}

/* Texts that survive the way through the registry's form unchanged, or become `back`. */
static const struct row {
    const char *name, *text, *back; /* back NULL: the same */
} rows[] = {
    {"scalars and labels",
     "syntax = \"proto3\";\npackage a.b;\n\nmessage M {\n  string s = 1;\n  repeated int32 r = "
     "2;\n  "
     "optional bool o = 3;\n}\n",
     NULL},
    {"oneofs; names become absolute",
     "syntax = \"proto3\";\n\nmessage M {\n  int32 z = 9;\n\n  oneof o {\n    string a = 1;\n    M "
     "m = 2;\n  }\n}\n",
     "syntax = \"proto3\";\n\nmessage M {\n  int32 z = 9;\n\n  oneof o {\n    string a = 1;\n    .M "
     "m = 2;\n  }\n}\n"},
    {"names from the innermost scope, of built-in files, and unknown ones",
     "syntax = \"proto3\";\npackage a.b;\n\nimport \"google/protobuf/any.proto\";\n\nmessage M {\n  "
     "N inner = 1;\n  b.N outer = 2;\n  google.protobuf.Any any = 3;\n  x.Unknown u = 4;\n  "
     "repeated .a.b.N done = 5;\n\n  message N {}\n}\nmessage N {}\n",
     "syntax = \"proto3\";\npackage a.b;\n\nimport \"google/protobuf/any.proto\";\n\nmessage M {\n  "
     ".a.b.M.N inner = 1;\n  .a.b.N outer = 2;\n  .google.protobuf.Any any = 3;\n  x.Unknown u = "
     "4;\n  repeated .a.b.N done = 5;\n\n  message N {}\n}\nmessage N {}\n"},
    {"extended types",
     "syntax = \"proto2\";\npackage p;\n\nmessage M {\n  extensions 100 to 200;\n}\n\nextend M {\n  "
     "optional M x = 100;\n}\n",
     "syntax = \"proto2\";\npackage p;\n\nmessage M {\n  extensions 100 to 200;\n}\n\nextend .p.M {\n "
     " optional .p.M x = 100;\n}\n"},
    {"proto2 labels and defaults",
     "syntax = \"proto2\";\n\nmessage M {\n  required int32 a = 1 [default = -5];\n  optional E e "
     "= "
     "2 [default = X];\n  optional bytes b = 3 [default = \"\\001\\377\"];\n  optional string s = "
     "4 "
     "[default = \"a\\\"b\"];\n\n  extensions 100 to max;\n\n  enum E {\n    X = 1;\n  }\n}\n",
     "syntax = \"proto2\";\n\nmessage M {\n  required int32 a = 1 [default = -5];\n  optional .M.E e "
     "= "
     "2 [default = X];\n  optional bytes b = 3 [default = \"\\001\\377\"];\n  optional string s = "
     "4 "
     "[default = \"a\\\"b\"];\n\n  extensions 100 to max;\n\n  enum E {\n    X = 1;\n  }\n}\n"},
    {"maps become entries",
     "syntax = \"proto3\";\n\nmessage M {\n  map<string, int32> foo_bar = 1;\n}\n",
     "syntax = \"proto3\";\n\nmessage M {\n  repeated .M.FooBarEntry foo_bar = 1;\n\n  message "
     "FooBarEntry {\n    option map_entry = true;\n  \n    string key = 1;\n    int32 value = "
     "2;\n  }\n}\n"},
    {"imports",
     "syntax = \"proto3\";\n\nimport \"google/protobuf/any.proto\";\nimport "
     "\"nope.proto\";\nimport public \"google/protobuf/empty.proto\";\n",
     "syntax = \"proto3\";\n\nimport \"google/protobuf/any.proto\";\nimport public "
     "\"google/protobuf/empty.proto\";\n"},
    {"options in their order",
     "syntax = \"proto3\";\n\noption go_package = \"g\";\noption java_package = \"j\";\noption "
     "(confluent.file_meta).doc = \"d\";\noption (other) = 1;\n\nmessage M {\n  option deprecated "
     "= "
     "true;\n\n  int32 a = 1 [deprecated = true, (confluent.field_meta) = { tags: \"PII\" }];\n}\n",
     "syntax = \"proto3\";\n\noption java_package = \"j\";\noption go_package = \"g\";\noption "
     "(confluent.file_meta) = {\n  doc: \"d\"\n};\n\nmessage M {\n  option deprecated = true;\n\n  "
     "int32 a = 1 [\n    deprecated = true,\n    (confluent.field_meta) = {\n      tags: [\n       "
     " "
     "\"PII\"\n      ]\n    }\n  ];\n}\n"},
    {"reserved",
     "syntax = \"proto3\";\n\nmessage M {\n  reserved 1, 5 to 7, 9 to max;\n  reserved \"x\";\n}\n"
     "enum E {\n  reserved 5 to max;\n  A = 0;\n}\n",
     NULL},
    {"services",
     "syntax = \"proto3\";\n\nmessage M {}\n\nservice S {\n  option deprecated = true;\n\n  rpc A "
     "(stream M) returns (M) {\n    option idempotency_level = IDEMPOTENT;\n  };\n}\n",
     "syntax = \"proto3\";\n\nmessage M {}\n\nservice S {\n  option deprecated = true;\n\n  rpc A "
     "(stream .M) returns (.M) {\n    option idempotency_level = IDEMPOTENT;\n  };\n}\n"},
    {"JSON names", "syntax = \"proto3\";\n\nmessage M {\n  int32 a = 1 [json_name = \"zz\"];\n}\n",
     NULL},
    {"editions",
     "edition = \"2023\";\n\noption features = {\n  enum_type: CLOSED\n};\n\nmessage M {\n  "
     "reserved "
     "foo;\n\n  int32 a = 1;\n  repeated int32 b = 2;\n}\n",
     NULL},
};

static void test_registry_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_buf base64;
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_schema *schema = pb_parsez(rows[i].text);
        sma_buf_init(&base64, 0);
        if (sma_format_protobuf.print(&base64, schema, SMA_TEXT_SERIALIZED, &err))
            fail_msg("%s: %s", rows[i].name, err.message);
        struct sma_schema *back = pb_parse(sma_buf_str(&base64), NULL);
        sma_test_same_text(rows[i].name, back->canonical,
                           sma_str_z(rows[i].back ? rows[i].back : rows[i].text));
        sma_schema_unref(back);
        sma_schema_unref(schema);
        sma_buf_fini(&base64);
    }
}

/* What is neither text nor a descriptor keeps the text's mistake. */
static void test_no_descriptor(void **state)
{
    static const char *const texts[] = {
        "aGVsbG8=",     /* "hello" */
        "CgVoZWxsbw",   /* a name, but cut: len says 5, "hello": a file with a name only */
        "gICAgICA",     /* broken tag */
        "IgUKA00hIQ==", /* a message whose name is no word */
        "Ig==",         /* a length that is not there */
        "Iv8=",         /* a length that lies */
        "hello",
    };
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(texts); i++) {
        struct sma_schema *schema = NULL;
        struct sma_error err = SMA_ERROR_INIT;
        enum sma_status st = pb_try_parse(&schema, sma_str_z(texts[i]), NULL, true, &err);
        if (i == 1) { /* a descriptor after all: of an empty file */
            assert_int_equal(st, SMA_OK);
            assert_int_equal(schema->canonical.len, 0);
            sma_schema_unref(schema);
            continue;
        }
        assert_int_equal(st, SMA_EINVAL);
        assert_non_null(strstr(err.message, "Could not parse Protobuf - Syntax error in :1:1:"));
    }
}

/* A set holds what is imported, first. */
static void test_set(void **state)
{
    struct sma_buf set;
    struct sma_error err = SMA_ERROR_INIT;
    (void)state;
    struct sma_schema *schema =
        pb_parsez("syntax = \"proto3\";\nimport \"google/protobuf/api.proto\";"
                  "message M { google.protobuf.Api a = 1; }");
    sma_buf_init(&set, 0);
    assert_int_equal(sma_proto_put_descriptor_set(&set, schema, SMA_STR("m.proto"), &err), SMA_OK);
    static const char *const order[] = {"google/protobuf/source_context.proto",
                                        "google/protobuf/any.proto", "google/protobuf/type.proto",
                                        "google/protobuf/api.proto", "m.proto"};
    const char *last = set.ptr;
    for (size_t i = 0; i < SMA_COUNT(order); i++) {
        const char *at = memmem(set.ptr, set.len, order[i], strlen(order[i]));
        assert_non_null(at);
        assert_true(at > last);
        last = i == 0 ? set.ptr : at; /* the order of the first two is that of the imports */
    }
    sma_buf_fini(&set);
    sma_schema_unref(schema);
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(scratch) ? 0 : -1;
}

static int teardown(void **state)
{
    char command[200];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", scratch);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_protoc),        cmocka_unit_test(test_printed),
        cmocka_unit_test(test_editions),      cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_registry_form), cmocka_unit_test(test_no_descriptor),
        cmocka_unit_test(test_set),
    };
    return cmocka_run_group_tests(tests, setup, teardown) != 0;
}
