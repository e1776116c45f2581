/* libschemata for C++17: RAII handles over schemata.h, nothing compiled, nothing added.
 *
 *   try {
 *       schemata::conf conf;
 *       conf.set("schema.registry.url", "http://127.0.0.1:8081");
 *       schemata::client client(conf);
 *       schemata::schema order = schemata::schema::parse(SCHEMATA_AVRO, text);
 *       schemata::serializer serializer(client, conf, order);
 *       schemata::buffer out;
 *       serializer.json(schemata::message("orders"), R"({"id": 7})", out);   // out.bytes(), out.size()
 *   } catch (const schemata::error &e) {
 *       std::cerr << e.what() << "\n" << e.hint() << "\n";
 *   }
 *
 * Every handle is movable; client and schema can be copied, which shares them. What a call of the C
 * interface returns with an error object is thrown as schemata::error, unless SCHEMATA_NO_EXCEPTIONS is
 * defined or the compiler has exceptions turned off: then the calls return schemata::result, which must
 * be looked at, and what could not be made is an empty handle. Threads: as in schemata.h. */
#ifndef SCHEMATA_HPP
#define SCHEMATA_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <schemata/schemata.h>

#if !defined(SCHEMATA_NO_EXCEPTIONS) && defined(__cpp_exceptions)
#  define SCHEMATA_THROWS 1
#  include <exception>
#else
#  define SCHEMATA_THROWS 0
#endif

#if defined(__cplusplus) && __cplusplus >= 202002L && __has_include(<span>)
#  include <span>
#  define SCHEMATA_HAS_SPAN 1
#endif

namespace schemata {

/* What went wrong. Owns the error object of the C interface; copies share what they say. */
class error
#if SCHEMATA_THROWS
    : public std::exception
#endif
{
public:
    error() = default;
    /* Takes `e` over. */
    explicit error(schemata_status_t status, schemata_error_t *e = nullptr) : status_(status)
    {
        if (!e) {
            message_ = schemata_status_name(status);
            return;
        }
        status_ = schemata_error_status(e);
        message_ = text(schemata_error_message(e));
        hint_ = text(schemata_error_hint(e));
        url_ = text(schemata_error_url(e));
        http_status_ = schemata_error_http_status(e);
        code_ = schemata_error_code(e);
        retriable_ = schemata_error_retriable(e);
        const schemata_report_t *report = schemata_error_report(e);
        for (std::size_t i = 0; report && i < schemata_report_count(report); i++) {
            const schemata_diag_t *d = schemata_report_at(report, i);
            details_.push_back(text(d->path) + ": " + text(d->message));
        }
        schemata_error_free(e);
    }

#if SCHEMATA_THROWS
    const char *what() const noexcept override { return message_.c_str(); }
#else
    const char *what() const noexcept { return message_.c_str(); }
#endif
    schemata_status_t status() const noexcept { return status_; }
    const std::string &message() const noexcept { return message_; }
    const std::string &hint() const noexcept { return hint_; } /* may be empty */
    const std::string &url() const noexcept { return url_; }
    int http_status() const noexcept { return http_status_; } /* 0: none */
    int code() const noexcept { return code_; }               /* 40403 … */
    bool retriable() const noexcept { return retriable_; }
    /* "path: message" of everything that was wrong, where there is a report. */
    const std::vector<std::string> &details() const noexcept { return details_; }
    explicit operator bool() const noexcept { return status_ != SCHEMATA_OK; }

private:
    static std::string text(const char *z) { return z ? z : ""; }

    schemata_status_t status_ = SCHEMATA_OK;
    std::string message_, hint_, url_;
    std::vector<std::string> details_;
    int http_status_ = 0, code_ = 0;
    bool retriable_ = false;
};

#if SCHEMATA_THROWS
using result = void;
namespace detail {
inline void done(schemata_status_t st, schemata_error_t *e)
{
    if (st)
        throw error(st, e);
}
} // namespace detail
#else
using result = error; /* converts to true when something went wrong */
namespace detail {
[[nodiscard]] inline error done(schemata_status_t st, schemata_error_t *e)
{
    return st ? error(st, e) : error();
}
} // namespace detail
#endif

namespace detail {
/* Owns one handle of the C interface. */
template <class T, void (*Free)(T *)> class handle {
public:
    handle() = default;
    explicit handle(T *p) noexcept : p_(p) {}
    handle(handle &&o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
    handle &operator=(handle &&o) noexcept
    {
        if (this != &o) {
            Free(p_);
            p_ = std::exchange(o.p_, nullptr);
        }
        return *this;
    }
    handle(const handle &) = delete;
    handle &operator=(const handle &) = delete;
    ~handle() { Free(p_); }

    T *get() const noexcept { return p_; }
    explicit operator bool() const noexcept { return p_ != nullptr; }

private:
    T *p_ = nullptr;
};

/* The handle that a call gave, or its error. */
template <class T> T *taken(T *p, schemata_error_t *e)
{
#if SCHEMATA_THROWS
    if (!p)
        throw error(SCHEMATA_ERR_NOMEM, e);
#else
    if (!p)
        schemata_error_free(e);
#endif
    return p;
}
} // namespace detail

/* ---- configuration -------------------------------------------------------------------------------- */

class conf {
public:
    conf() : h_(detail::taken(schemata_conf_new(), nullptr)) {}
    conf(const conf &o) : h_(detail::taken(schemata_conf_copy(o.get()), nullptr)) {}
    conf &operator=(const conf &o)
    {
        *this = conf(o);
        return *this;
    }
    conf(conf &&) noexcept = default;
    conf &operator=(conf &&) noexcept = default;

    result set(const std::string &key, const std::string &value)
    {
        schemata_error_t *e = nullptr;
        schemata_status_t st = schemata_conf_set(get(), key.c_str(), value.c_str(), &e);
        return detail::done(st, e);
    }
    result load(const std::string &path, bool prefix_only = false)
    {
        schemata_error_t *e = nullptr;
        schemata_status_t st = schemata_conf_load(get(), path.c_str(), prefix_only, &e);
        return detail::done(st, e);
    }
    result load_env()
    {
        schemata_error_t *e = nullptr;
        schemata_status_t st = schemata_conf_load_env(get(), &e);
        return detail::done(st, e);
    }
    schemata_conf_t *get() const noexcept { return h_.get(); }

private:
    detail::handle<schemata_conf_t, schemata_conf_free> h_;
};

/* ---- schemas -------------------------------------------------------------------------------------- */

/* A shared reference to an immutable schema; empty when it was moved from or not found. */
class schema {
public:
    schema() = default;
    /* Takes the reference over. */
    explicit schema(schemata_schema_t *s) noexcept : h_(s) {}
    schema(const schema &o) noexcept : h_(schemata_schema_ref(o.get())) {}
    schema &operator=(const schema &o) noexcept
    {
        h_ = decltype(h_)(schemata_schema_ref(o.get()));
        return *this;
    }
    schema(schema &&) noexcept = default;
    schema &operator=(schema &&) noexcept = default;

    static schema parse(schemata_type_t type, std::string_view text,
                        const std::vector<schemata_ref_in_t> &references = {},
                        const std::string &file_name = "")
    {
        schemata_error_t *e = nullptr;
        schemata_schema_t *s =
            schemata_parse(type, text.data(), text.size(), file_name.c_str(), references.data(),
                           references.size(), nullptr, &e);
        return schema(detail::taken(s, e));
    }

    schemata_type_t type() const noexcept { return schemata_schema_type(get()); }
    std::int32_t id() const noexcept { return schemata_schema_id(get()); }           /* -1: none */
    std::int32_t version() const noexcept { return schemata_schema_version(get()); } /* -1: none */
    std::string_view subject() const noexcept { return view(schemata_schema_subject(get())); }
    std::string_view record_name() const noexcept
    {
        return view(schemata_schema_record_name(get()));
    }
    std::string_view text() const noexcept
    {
        std::size_t len = 0;
        const char *p = schemata_schema_text(get(), &len);
        return {p, len};
    }
    std::string_view canonical() const noexcept
    {
        std::size_t len = 0;
        const char *p = schemata_schema_canonical(get(), &len);
        return {p, len};
    }
    schemata_schema_t *get() const noexcept { return h_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(h_); }

private:
    static std::string_view view(const char *z) { return z ? z : ""; }

    detail::handle<schemata_schema_t, schemata_schema_unref> h_;
};

/* ---- client --------------------------------------------------------------------------------------- */

class client {
public:
    client() = default;
    explicit client(const conf &c)
    {
        schemata_error_t *e = nullptr;
        schemata_client_t *cl = schemata_client_new(c.get(), &e);
        h_ = decltype(h_)(detail::taken(cl, e));
    }
    client(const client &o) noexcept : h_(schemata_client_ref(o.get())) {}
    client &operator=(const client &o) noexcept
    {
        h_ = decltype(h_)(schemata_client_ref(o.get()));
        return *this;
    }
    client(client &&) noexcept = default;
    client &operator=(client &&) noexcept = default;

    schema by_id(std::int32_t id, const char *subject = nullptr) const
    {
        schemata_error_t *e = nullptr;
        schemata_schema_t *s = schemata_get_by_id(get(), id, subject, nullptr, &e);
        return schema(detail::taken(s, e));
    }
    schema by_guid(const schemata_guid_t &guid) const
    {
        schemata_error_t *e = nullptr;
        schemata_schema_t *s = schemata_get_by_guid(get(), &guid, nullptr, &e);
        return schema(detail::taken(s, e));
    }
    schema version(const std::string &subject, std::int32_t number = SCHEMATA_LATEST) const
    {
        schemata_error_t *e = nullptr;
        schemata_schema_t *s = schemata_get_version(get(), subject.c_str(), number, nullptr, &e);
        return schema(detail::taken(s, e));
    }
    schema register_schema(const std::string &subject, const schema &given) const
    {
        schemata_error_t *e = nullptr;
        schemata_schema_t *s =
            schemata_register(get(), subject.c_str(), given.get(), nullptr, &e);
        return schema(detail::taken(s, e));
    }
    schema look_up(const std::string &subject, const schema &given) const
    {
        schemata_error_t *e = nullptr;
        schemata_schema_t *s = schemata_lookup(get(), subject.c_str(), given.get(), nullptr, &e);
        return schema(detail::taken(s, e));
    }
    schemata_client_t *get() const noexcept { return h_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(h_); }

private:
    detail::handle<schemata_client_t, schemata_client_unref> h_;
};

/* ---- messages ------------------------------------------------------------------------------------- */

/* Bytes that a call fills; reused, so that steady state allocates nothing. */
class buffer {
public:
    buffer() = default;
    buffer(buffer &&o) noexcept : b_(std::exchange(o.b_, schemata_buf_t{nullptr, 0, 0})) {}
    buffer &operator=(buffer &&o) noexcept
    {
        std::swap(b_, o.b_);
        return *this;
    }
    buffer(const buffer &) = delete;
    buffer &operator=(const buffer &) = delete;
    ~buffer() { schemata_buf_free(&b_); }

    const std::uint8_t *bytes() const noexcept { return b_.data; }
    std::size_t size() const noexcept { return b_.len; }
    std::string_view text() const noexcept
    {
        return {reinterpret_cast<const char *>(b_.data), b_.len};
    }
#ifdef SCHEMATA_HAS_SPAN
    std::span<const std::uint8_t> span() const noexcept { return {b_.data, b_.len}; }
#endif
    schemata_buf_t *get() noexcept { return &b_; }

private:
    schemata_buf_t b_ = {nullptr, 0, 0};
};

/* Where a message belongs. The strings given must outlive it. */
class message {
public:
    explicit message(const char *topic, bool is_key = false) noexcept
    {
        m_.size = sizeof m_;
        m_.topic = topic;
        m_.is_key = is_key;
    }
    message &subject(const char *name) noexcept
    {
        m_.subject = name;
        return *this;
    }
    /* Protobuf: full name of the message. */
    message &type(const char *name) noexcept
    {
        m_.message = name;
        return *this;
    }
    message &headers(void *ctx, schemata_header_put_fn on_put,
                     schemata_header_get_fn on_get) noexcept
    {
        m_.header_ctx = ctx;
        m_.put_header = on_put;
        m_.get_header = on_get;
        return *this;
    }
    message &flags(std::uint32_t bits) noexcept
    {
        m_.flags = bits;
        return *this;
    }
    message &timeout_ms(std::int32_t ms) noexcept
    {
        m_.timeout_ms = ms;
        return *this;
    }
    schemata_msg_t *get() noexcept { return &m_; }
    const schemata_msg_t *get() const noexcept { return &m_; }

private:
    schemata_msg_t m_ = {};
};

class serializer {
public:
    serializer() = default;
    /* Without a schema when the configuration says which one. */
    serializer(const client &cl, const conf &c, const schema &given = schema())
    {
        schemata_error_t *e = nullptr;
        schemata_serializer_t *s = schemata_serializer_new(cl.get(), c.get(), given.get(), &e);
        h_ = decltype(h_)(detail::taken(s, e));
    }

    result json(const message &m, std::string_view value, buffer &out) const
    {
        schemata_error_t *e = nullptr;
        schemata_status_t st = schemata_serialize_json(get(), m.get(), value.data(), value.size(),
                                                       out.get(), &e);
        return detail::done(st, e);
    }
    result raw(const message &m, const void *data, std::size_t len, buffer &out) const
    {
        schemata_error_t *e = nullptr;
        schemata_status_t st =
            schemata_serialize_raw(get(), m.get(), data, len, nullptr, 0, out.get(), &e);
        return detail::done(st, e);
    }
    schemata_serializer_t *get() const noexcept { return h_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(h_); }

private:
    detail::handle<schemata_serializer_t, schemata_serializer_free> h_;
};

/* What a message turned out to be. */
class decoded {
public:
    decoded() noexcept { d_.size = sizeof d_; }
    decoded(const decoded &) = delete;
    decoded &operator=(const decoded &) = delete;
    ~decoded() { schemata_decoded_release(&d_); }

    schema writer() const noexcept { return schema(schemata_schema_ref(d_.writer)); }
    schema reader() const noexcept { return schema(schemata_schema_ref(d_.reader)); }
    const schemata_wire_t &wire() const noexcept { return d_.wire; }
    /* The data behind the prefix, inside the message. */
    std::string_view data() const noexcept
    {
        return {static_cast<const char *>(d_.data), d_.data_len};
    }
    schemata_decoded_t *get() noexcept
    {
        schemata_decoded_release(&d_); /* used again */
        return &d_;
    }

private:
    schemata_decoded_t d_ = {};
};

class deserializer {
public:
    deserializer() = default;
    deserializer(const client &cl, const conf &c, const schema &reader = schema())
    {
        schemata_error_t *e = nullptr;
        schemata_deserializer_t *d =
            schemata_deserializer_new(cl.get(), c.get(), reader.get(), &e);
        h_ = decltype(h_)(detail::taken(d, e));
    }

    result json(const message &m, const void *p, std::size_t len, buffer &out,
                decoded *info = nullptr) const
    {
        schemata_error_t *e = nullptr;
        schemata_status_t st = schemata_deserialize_json(get(), m.get(), p, len, out.get(),
                                                         info ? info->get() : nullptr, &e);
        return detail::done(st, e);
    }
    result raw(const message &m, const void *p, std::size_t len, decoded &info) const
    {
        schemata_error_t *e = nullptr;
        schemata_status_t st = schemata_deserialize_raw(get(), m.get(), p, len, info.get(), &e);
        return detail::done(st, e);
    }
    result visit(const message &m, const void *p, std::size_t len,
                 const schemata_visitor_t &visitor, void *ctx, decoded *info = nullptr) const
    {
        schemata_error_t *e = nullptr;
        schemata_status_t st = schemata_deserialize_visit(get(), m.get(), p, len, &visitor, ctx,
                                                          info ? info->get() : nullptr, &e);
        return detail::done(st, e);
    }
    schemata_deserializer_t *get() const noexcept { return h_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(h_); }

private:
    detail::handle<schemata_deserializer_t, schemata_deserializer_free> h_;
};

} // namespace schemata

#endif
