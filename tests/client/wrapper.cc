// schemata.hpp against a mock registry: as C++17 and C++20, with exceptions and without. Prints "fine".
#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

#include <schemata/schemata.hpp>
#include <schemata/test.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                           \
            std::exit(1);                                                                          \
        }                                                                                          \
    } while (0)

#if SCHEMATA_THROWS
#  define RUN(call) call
#  define REFUSED(call, want)                                                                      \
      do {                                                                                         \
          bool thrown = false;                                                                     \
          try {                                                                                    \
              call;                                                                                \
          } catch (const schemata::error &e) {                                                     \
              thrown = e.status() == (want) && *e.what() && !e.hint().empty();                     \
          }                                                                                        \
          CHECK(thrown);                                                                           \
      } while (0)
#else
#  define RUN(call) CHECK(!(call))
#  define REFUSED(call, want)                                                                      \
      do {                                                                                         \
          schemata::error e = call;                                                                \
          CHECK(e && e.status() == (want) && *e.what() && !e.hint().empty());                      \
      } while (0)
#endif

static const char record[] =
    R"({"type":"record","name":"Order","fields":[{"name":"id","type":"long"}]})";

using headers = std::map<std::string, std::string>;

static schemata_status_t put(void *ctx, const char *name, const void *value, size_t len)
{
    (*static_cast<headers *>(ctx))[name] = std::string(static_cast<const char *>(value), len);
    return SCHEMATA_OK;
}

static bool get(void *ctx, const char *name, const void **value, size_t *len)
{
    auto found = static_cast<headers *>(ctx)->find(name);
    if (found == static_cast<headers *>(ctx)->end())
        return false;
    *value = found->second.data();
    *len = found->second.size();
    return true;
}

static int sum(void *ctx, int64_t value)
{
    *static_cast<int64_t *>(ctx) += value;
    return 0;
}

static void goes_and_comes_back(const schemata::client &client, schemata::conf conf, bool in_header)
{
    headers kept;
    RUN(conf.set("schema.id.serializer", in_header ? "header" : "prefix"));
    schemata::schema order = schemata::schema::parse(SCHEMATA_AVRO, record);
    CHECK(order.record_name() == "Order" && order.id() == -1);
    schemata::serializer serializer(client, conf, order);
    schemata::deserializer deserializer(client, conf);
    schemata::message message("orders");
    message.headers(&kept, put, get);
    schemata::buffer out, text;
    schemata::decoded info;
    for (int i = 0; i < 3; i++) {
        RUN(serializer.json(message, R"({"id":7})", out));
        CHECK(out.size() == (in_header ? 1u : 6u) && kept.size() == (in_header ? 1u : 0u));
        RUN(deserializer.json(message, out.bytes(), out.size(), text, &info));
        CHECK(text.text() == R"({"id":7})");
        CHECK(info.writer().subject() == "orders-value" || info.writer().id() == 1);
    }
    int64_t total = 0;
    schemata_visitor_t visitor = {};
    visitor.size = sizeof visitor;
    visitor.int_v = sum;
    RUN(deserializer.visit(message, out.bytes(), out.size(), visitor, &total));
    CHECK(total == 7);
    RUN(deserializer.raw(message, out.bytes(), out.size(), info));
    CHECK(info.data().size() == 1 && info.data()[0] == 14);
#ifdef SCHEMATA_HAS_SPAN
    CHECK(out.span().size() == out.size());
#endif
    REFUSED(serializer.json(message, R"({"id":"x"})", out), SCHEMATA_ERR_DATA);
    REFUSED(deserializer.json(message, "{}", 2, text), in_header ? SCHEMATA_ERR_DATA
                                                                 : SCHEMATA_ERR_FRAMING);
    RUN(serializer.json(message, R"({"id":8})", out));
    schemata::buffer moved = std::move(out);
    CHECK(moved.size() && !out.size());
    schemata::serializer other = std::move(serializer);
    CHECK(other && !serializer);
}

int main()
{
    schemata_mock_reset("wrapper");
    schemata::conf conf;
    RUN(conf.set("url", "mock://wrapper"));
    REFUSED(conf.set("schema.registry.ulr", "x"), SCHEMATA_ERR_CONF);
    schemata::client client(conf), shared = client;
    CHECK(client.get() == shared.get());
    goes_and_comes_back(client, conf, false);
    goes_and_comes_back(shared, conf, true);

    schemata::schema latest = client.version("orders-value");
    CHECK(latest && latest.version() == 1 && client.by_id(latest.id()).canonical() == latest.canonical());
    std::vector<schemata::schema> copies(3, latest);
    CHECK(copies[2].get() == latest.get());
#if SCHEMATA_THROWS
    try {
        client.version("nothing-value");
        CHECK(false);
    } catch (const std::exception &e) {
        CHECK(*e.what());
    }
#else
    CHECK(!client.version("nothing-value"));
#endif
    std::puts("fine");
    return 0;
}
