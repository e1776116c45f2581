/* Whether every type name of a file means something. Walks in source order, which is cheap; when a
 * name is missing, normalizing finds the one that the original would report. */
#include "core/protobuf/normalizer.h"

static bool check_name(struct sma_proto_normalizer *n, struct sma_str name)
{
    return sma_proto_kind_of(name) != SMA_PROTO_NAMED ||
           sma_proto_resolve(n->session, name, sma_buf_str(&n->scope));
}

static bool check_fields(struct sma_proto_normalizer *n, struct sma_proto_fields fields)
{
    for (size_t i = 0; i < fields.count; i++)
        if (fields.items[i].kind == SMA_PROTO_NAMED &&
            !sma_proto_resolve(n->session, fields.items[i].type, sma_buf_str(&n->scope)))
            return false;
    return true;
}

static bool check_groups(struct sma_proto_normalizer *n, struct sma_proto_groups groups)
{
    for (size_t i = 0; i < groups.count; i++)
        if (!check_fields(n, groups.items[i].fields))
            return false;
    return true;
}

static bool check_extends(struct sma_proto_normalizer *n, struct sma_proto_extends extends)
{
    for (size_t i = 0; i < extends.count; i++)
        if (!check_name(n, extends.items[i].target) || !check_fields(n, extends.items[i].fields) ||
            !check_groups(n, extends.items[i].groups))
            return false;
    return true;
}

static bool check_oneofs(struct sma_proto_normalizer *n, const struct sma_proto_message *message)
{
    for (size_t i = 0; i < message->oneof_count; i++)
        if (!check_fields(n, message->oneofs[i].fields) ||
            !check_groups(n, message->oneofs[i].groups))
            return false;
    return true;
}

static bool check_messages(struct sma_proto_normalizer *n, struct sma_proto_messages messages)
{
    bool ok = true;
    for (size_t i = 0; i < messages.count && ok; i++) {
        const struct sma_proto_message *message = &messages.items[i];
        if (sma_proto_is_map_entry(message))
            continue; /* not printed, so not looked into */
        size_t mark = sma_proto_scope_enter(n, message->name);
        ok = !n->status && check_fields(n, message->fields) && check_oneofs(n, message) &&
             check_groups(n, message->groups) && check_extends(n, message->extends) &&
             check_messages(n, message->messages);
        sma_proto_scope_leave(n, mark);
    }
    return ok;
}

static bool check_services(struct sma_proto_normalizer *n, const struct sma_proto_file *file)
{
    for (size_t i = 0; i < file->service_count; i++) {
        const struct sma_proto_service *service = &file->services[i];
        for (size_t j = 0; j < service->rpc_count; j++)
            if (!check_name(n, service->rpcs[j].request) ||
                !check_name(n, service->rpcs[j].response))
                return false;
    }
    return true;
}

enum sma_status sma_proto_check_types(struct sma_proto_session *session,
                                      const struct sma_proto_file *file, struct sma_error *err)
{
    const struct sma_proto_file *normal;
    struct sma_proto_normalizer n = {.session = session, .arena = session->arena, .err = err};
    sma_buf_init(&n.scope, 0);
    sma_proto_scope_enter(&n, file->package);
    bool ok = !n.status && check_messages(&n, file->messages) && check_extends(&n, file->extends) &&
              check_services(&n, file);
    sma_buf_fini(&n.scope);
    if (ok || n.status || session->status)
        return n.status ? n.status : sma_proto_session_status(session, err);
    return sma_proto_normalize(&normal, session, file, err);
}
