/* Files, packages, services; which elements the two versions share. Messages, fields and enums are
 * in files of their own. */
#include "core/protobuf/breaking_walk.h"

#include <stdarg.h>
#include <stdio.h>

bool sma_proto_breaking_take(struct sma_proto_breaking_check *c, size_t steps)
{
    if (!c->status && !sma_work_take(c->work, 1 + steps))
        c->status = SMA_ELIMIT;
    return !c->status;
}

void sma_proto_breaking_add(struct sma_proto_breaking_check *c, enum sma_proto_breaking_rule rule,
                            struct sma_str path, struct sma_span old, struct sma_span new,
                            const char *fmt, ...)
{
    struct sma_buf info;
    char text[500];
    va_list args;
    if (!sma_proto_breaking_has(c->set, rule) || !sma_proto_breaking_take(c, 1))
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    sma_buf_init(&info, sizeof text);
    sma_buf_putz(&info, text);
    struct sma_finding *finding = sma_findings_add(c->findings, sma_proto_breaking_rule(rule),
                                                   false, path, sma_buf_str(&info));
    if (finding) {
        finding->writer_span = old;
        finding->reader_span = new;
    }
    sma_buf_fini(&info);
}

struct sma_str sma_proto_breaking_name(struct sma_proto_breaking_check *c, struct sma_str scope,
                                       struct sma_str name)
{
    struct sma_str full = sma_proto_join(&c->arena, scope, name);
    if (!full.ptr && !c->status)
        c->status = SMA_ENOMEM;
    return full.ptr ? full : SMA_STR("");
}

struct sma_str sma_proto_breaking_option(struct sma_proto_options options, const char *name,
                                         const char *missing)
{
    for (size_t i = options.count; i-- > 0;)
        if (!options.items[i].is_parenthesized && options.items[i].part_count == 0 &&
            sma_str_eqz(options.items[i].name, name))
            return options.items[i].value.text;
    return sma_str_z(missing);
}

/* Adds an element under its full name; the first of one name counts. */
static void add(struct sma_proto_breaking_check *c, struct sma_map *to,
                struct sma_proto_breaking_element element)
{
    struct sma_proto_breaking_element *copy =
        c->status ? NULL : sma_arena_alloc(&c->arena, sizeof *copy);
    if (!copy || !element.full_name.ptr || sma_map_add(to, element.full_name, copy) < 0) {
        c->status = c->status ? c->status : SMA_ENOMEM;
        return;
    }
    *copy = element;
}

static void collect_extends(struct sma_proto_breaking_check *c,
                            struct sma_proto_breaking_side *side,
                            struct sma_proto_breaking_unit *unit, struct sma_str scope,
                            struct sma_proto_extends extends)
{
    for (size_t i = 0; i < extends.count; i++)
        for (size_t j = 0; j < extends.items[i].fields.count && !c->status; j++) {
            const struct sma_proto_field *field = &extends.items[i].fields.items[j];
            add(c, &side->extensions,
                (struct sma_proto_breaking_element){
                    .full_name = sma_proto_join(&c->arena, scope, field->name),
                    .unit = unit,
                    .extension = field,
                    .scope = scope});
        }
}

static void collect_types(struct sma_proto_breaking_check *c, struct sma_proto_breaking_side *side,
                          struct sma_proto_breaking_unit *unit, struct sma_str scope,
                          struct sma_proto_messages messages, struct sma_proto_enums enums)
{
    for (size_t i = 0; i < messages.count && !c->status; i++) {
        const struct sma_proto_message *message = &messages.items[i];
        struct sma_str name = sma_proto_join(&c->arena, scope, message->name);
        add(c, &side->messages,
            (struct sma_proto_breaking_element){
                .full_name = name, .unit = unit, .message = message});
        if (c->status)
            return;
        collect_types(c, side, unit, name, message->messages, message->enums);
        collect_extends(c, side, unit, name, message->extends);
    }
    for (size_t i = 0; i < enums.count && !c->status; i++)
        add(c, &side->enums,
            (struct sma_proto_breaking_element){
                .full_name = sma_proto_join(&c->arena, scope, enums.items[i].name),
                .unit = unit,
                .enumeration = &enums.items[i]});
}

static void collect_file(struct sma_proto_breaking_check *c, struct sma_proto_breaking_side *side,
                         struct sma_proto_breaking_unit *unit)
{
    const struct sma_proto_file *file = unit->schema->file;
    struct sma_str package = file->package.ptr ? file->package : SMA_STR("");
    if (sma_map_add(&side->paths, unit->path, unit) < 0 ||
        sma_map_add(&side->packages, package, unit) < 0)
        c->status = c->status ? c->status : SMA_ENOMEM;
    collect_types(c, side, unit, package, file->messages, file->enums);
    collect_extends(c, side, unit, package, file->extends);
    for (size_t i = 0; i < file->service_count && !c->status; i++)
        add(c, &side->services,
            (struct sma_proto_breaking_element){
                .full_name = sma_proto_join(&c->arena, package, file->services[i].name),
                .unit = unit,
                .service = &file->services[i],
                .scope = package});
}

static void side_init(struct sma_proto_breaking_check *c, struct sma_proto_breaking_side *side,
                      struct sma_proto_breaking_version version)
{
    sma_map_init(&side->paths);
    sma_map_init(&side->packages);
    sma_map_init(&side->messages);
    sma_map_init(&side->enums);
    sma_map_init(&side->services);
    sma_map_init(&side->extensions);
    side->count = 0;
    side->units = sma_arena_calloc(&c->arena, version.count, sizeof *side->units);
    if (!side->units)
        c->status = SMA_ENOMEM;
    for (size_t i = 0; i < version.count && side->units; i++) {
        struct sma_proto_breaking_unit *unit = &side->units[side->count++];
        unit->path = version.files[i].path;
        unit->schema = sma_proto_of(version.files[i].schema);
        sma_proto_library_init(&unit->library, &c->arena);
        sma_proto_session_init(&unit->session, &unit->schema->world, &c->arena, c->work,
                               &unit->library);
        sma_proto_pool_init(&unit->pool, &unit->session);
        if (!c->status)
            collect_file(c, side, unit);
    }
}

static void side_fini(struct sma_proto_breaking_side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        sma_proto_pool_fini(&side->units[i].pool);
        sma_proto_session_fini(&side->units[i].session);
        sma_proto_library_fini(&side->units[i].library);
    }
    sma_map_fini(&side->paths);
    sma_map_fini(&side->packages);
    sma_map_fini(&side->messages);
    sma_map_fini(&side->enums);
    sma_map_fini(&side->services);
    sma_map_fini(&side->extensions);
}

static const char *syntax_name(const struct sma_proto_file *file)
{
    if (file->syntax == SMA_PROTO_3)
        return "proto3";
    if (file->syntax == SMA_PROTO_EDITION)
        return sma_str_eqz(file->edition, "2024") ? "2024" : "2023";
    return "proto2";
}

static const struct {
    enum sma_proto_breaking_rule rule;
    const char *option, *missing;
} file_options[] = {
    {SMA_PROTO_FILE_SAME_CC_ENABLE_ARENAS, "cc_enable_arenas", "true"},
    {SMA_PROTO_FILE_SAME_CC_GENERIC_SERVICES, "cc_generic_services", "false"},
    {SMA_PROTO_FILE_SAME_CSHARP_NAMESPACE, "csharp_namespace", ""},
    {SMA_PROTO_FILE_SAME_GO_PACKAGE, "go_package", ""},
    {SMA_PROTO_FILE_SAME_JAVA_GENERIC_SERVICES, "java_generic_services", "false"},
    {SMA_PROTO_FILE_SAME_JAVA_MULTIPLE_FILES, "java_multiple_files", "false"},
    {SMA_PROTO_FILE_SAME_JAVA_OUTER_CLASSNAME, "java_outer_classname", ""},
    {SMA_PROTO_FILE_SAME_JAVA_PACKAGE, "java_package", ""},
    {SMA_PROTO_FILE_SAME_OBJC_CLASS_PREFIX, "objc_class_prefix", ""},
    {SMA_PROTO_FILE_SAME_OPTIMIZE_FOR, "optimize_for", "SPEED"},
    {SMA_PROTO_FILE_SAME_PHP_CLASS_PREFIX, "php_class_prefix", ""},
    {SMA_PROTO_FILE_SAME_PHP_METADATA_NAMESPACE, "php_metadata_namespace", ""},
    {SMA_PROTO_FILE_SAME_PHP_NAMESPACE, "php_namespace", ""},
    {SMA_PROTO_FILE_SAME_PY_GENERIC_SERVICES, "py_generic_services", "false"},
    {SMA_PROTO_FILE_SAME_RUBY_PACKAGE, "ruby_package", ""},
    {SMA_PROTO_FILE_SAME_SWIFT_PREFIX, "swift_prefix", ""},
};

static const struct sma_span nowhere = {0, 0};

static void compare_file(struct sma_proto_breaking_check *c,
                         const struct sma_proto_breaking_unit *old,
                         const struct sma_proto_breaking_unit *new)
{
    const struct sma_proto_file *a = old->schema->file, *b = new->schema->file;
    if (!sma_str_eq(a->package, b->package))
        sma_proto_breaking_add(c, SMA_PROTO_FILE_SAME_PACKAGE, old->path, a->package_span,
                               b->package_span, "from \"%.*s\" to \"%.*s\"",
                               SMA_STR_ARG(a->package), SMA_STR_ARG(b->package));
    if (strcmp(syntax_name(a), syntax_name(b)) != 0)
        sma_proto_breaking_add(c, SMA_PROTO_FILE_SAME_SYNTAX, old->path, nowhere, nowhere,
                               "from %s to %s", syntax_name(a), syntax_name(b));
    for (size_t i = 0; i < sizeof file_options / sizeof file_options[0]; i++) {
        struct sma_str before =
            sma_proto_breaking_option(a->options, file_options[i].option, file_options[i].missing);
        struct sma_str after =
            sma_proto_breaking_option(b->options, file_options[i].option, file_options[i].missing);
        if (!sma_str_eq(before, after))
            sma_proto_breaking_add(c, file_options[i].rule, old->path, nowhere, nowhere,
                                   "from \"%.*s\" to \"%.*s\"", SMA_STR_ARG(before),
                                   SMA_STR_ARG(after));
    }
}

static void compare_files(struct sma_proto_breaking_check *c)
{
    for (size_t i = 0; i < c->old.count; i++) {
        const struct sma_proto_breaking_unit *old = &c->old.units[i];
        const struct sma_proto_breaking_unit *new = sma_map_get(&c->new.paths, old->path);
        if (new)
            compare_file(c, old, new);
        else
            sma_proto_breaking_add(c, SMA_PROTO_FILE_NO_DELETE, old->path, nowhere, nowhere, "%s",
                                   "");
    }
    for (size_t i = 0; i < c->old.packages.count; i++) {
        struct sma_str package = c->old.packages.entries[i].key;
        if (!sma_map_find(&c->new.packages, package))
            sma_proto_breaking_add(c, SMA_PROTO_PACKAGE_NO_DELETE, package, nowhere, nowhere, "%s",
                                   "");
    }
}

static struct sma_span span_of(const struct sma_proto_breaking_element *element)
{
    return element->message       ? element->message->span
           : element->enumeration ? element->enumeration->span
           : element->service     ? element->service->span
                                  : element->extension->span;
}

/* An element that is gone: from its file if that is still there, from its package if that is. */
static void report_gone(struct sma_proto_breaking_check *c,
                        const struct sma_proto_breaking_element *old,
                        const struct sma_proto_breaking_element *new,
                        enum sma_proto_breaking_rule file_rule,
                        enum sma_proto_breaking_rule package_rule)
{
    struct sma_str package = old->unit->schema->file->package;
    bool is_in_file = new &&sma_str_eq(new->unit->path, old->unit->path);
    if (!is_in_file && sma_map_find(&c->new.paths, old->unit->path))
        sma_proto_breaking_add(c, file_rule, old->full_name, span_of(old), nowhere, "%s", "");
    if (!new &&sma_map_find(&c->new.packages, package.ptr ? package : SMA_STR("")))
        sma_proto_breaking_add(c, package_rule, old->full_name, span_of(old), nowhere, "%s", "");
}

static struct sma_str type_name(struct sma_proto_breaking_unit *unit, struct sma_str name,
                                struct sma_str scope)
{
    const struct sma_proto_type *type = sma_proto_resolve(&unit->session, name, scope);
    return type ? type->full_name : name;
}

static const char *yes_no(bool value)
{
    return value ? "yes" : "no";
}

static void compare_rpc(struct sma_proto_breaking_check *c,
                        const struct sma_proto_breaking_element *old_home,
                        const struct sma_proto_rpc *old,
                        const struct sma_proto_breaking_element *new_home,
                        const struct sma_proto_rpc *new)
{
    static const struct {
        enum sma_proto_breaking_rule type, stream;
    } rules[] = {{SMA_PROTO_RPC_SAME_REQUEST_TYPE, SMA_PROTO_RPC_SAME_CLIENT_STREAMING},
                 {SMA_PROTO_RPC_SAME_RESPONSE_TYPE, SMA_PROTO_RPC_SAME_SERVER_STREAMING}};
    struct sma_str path = sma_proto_breaking_name(c, old_home->full_name, old->name);
    for (int side = 0; side < 2; side++) {
        struct sma_str before =
            type_name(old_home->unit, side ? old->response : old->request, old_home->scope);
        struct sma_str after =
            type_name(new_home->unit, side ? new->response : new->request, new_home->scope);
        bool was = side ? old->is_response_stream : old->is_request_stream;
        bool is = side ? new->is_response_stream : new->is_request_stream;
        if (!sma_str_eq(before, after))
            sma_proto_breaking_add(c, rules[side].type, path, old->span, new->span,
                                   "from %.*s to %.*s", SMA_STR_ARG(before), SMA_STR_ARG(after));
        if (was != is)
            sma_proto_breaking_add(c, rules[side].stream, path, old->span, new->span,
                                   "from %s to %s", yes_no(was), yes_no(is));
    }
    struct sma_str before =
        sma_proto_breaking_option(old->options, "idempotency_level", "IDEMPOTENCY_UNKNOWN");
    struct sma_str after =
        sma_proto_breaking_option(new->options, "idempotency_level", "IDEMPOTENCY_UNKNOWN");
    if (!sma_str_eq(before, after))
        sma_proto_breaking_add(c, SMA_PROTO_RPC_SAME_IDEMPOTENCY_LEVEL, path, old->span, new->span,
                               "from %.*s to %.*s", SMA_STR_ARG(before), SMA_STR_ARG(after));
}

static void compare_service(struct sma_proto_breaking_check *c,
                            const struct sma_proto_breaking_element *old,
                            const struct sma_proto_breaking_element *new)
{
    struct sma_map rpcs;
    sma_map_init(&rpcs);
    for (size_t i = 0; i < new->service->rpc_count; i++)
        if (sma_map_add(&rpcs, new->service->rpcs[i].name, (void *)&new->service->rpcs[i]) < 0)
            c->status = c->status ? c->status : SMA_ENOMEM;
    for (size_t i = 0; i < old->service->rpc_count && sma_proto_breaking_take(c, 1); i++) {
        const struct sma_proto_rpc *rpc = &old->service->rpcs[i];
        const struct sma_proto_rpc *other = sma_map_get(&rpcs, rpc->name);
        if (other)
            compare_rpc(c, old, rpc, new, other);
        else
            sma_proto_breaking_add(c, SMA_PROTO_RPC_NO_DELETE,
                                   sma_proto_breaking_name(c, old->full_name, rpc->name), rpc->span,
                                   new->service->span, "%s", "");
    }
    sma_map_fini(&rpcs);
}

static void compare_extension(struct sma_proto_breaking_check *c,
                              const struct sma_proto_breaking_element *old,
                              const struct sma_proto_breaking_element *new)
{
    const struct sma_proto_field_type *before =
        sma_proto_pool_extension(&old->unit->pool, old->full_name, SMA_STR(""));
    const struct sma_proto_field_type *after =
        sma_proto_pool_extension(&new->unit->pool, new->full_name, SMA_STR(""));
    if (before && after)
        sma_proto_breaking_field(c, old->scope, old, before, new, after);
}

typedef void compare_fn(struct sma_proto_breaking_check *c,
                        const struct sma_proto_breaking_element *old,
                        const struct sma_proto_breaking_element *new);

/* Pairs the elements of one kind by full name, wherever they stand. */
static void compare_elements(struct sma_proto_breaking_check *c, const struct sma_map *old,
                             const struct sma_map *new, compare_fn *compare,
                             enum sma_proto_breaking_rule file_rule,
                             enum sma_proto_breaking_rule package_rule)
{
    for (size_t i = 0; i < old->count && sma_proto_breaking_take(c, 1); i++) {
        const struct sma_proto_breaking_element *before = old->entries[i].value;
        const struct sma_proto_breaking_element *after = sma_map_get(new, before->full_name);
        report_gone(c, before, after, file_rule, package_rule);
        if (after)
            compare(c, before, after);
    }
}

static void compare_versions(struct sma_proto_breaking_check *c)
{
    compare_files(c);
    compare_elements(c, &c->old.messages, &c->new.messages, sma_proto_breaking_message,
                     SMA_PROTO_MESSAGE_NO_DELETE, SMA_PROTO_PACKAGE_MESSAGE_NO_DELETE);
    compare_elements(c, &c->old.enums, &c->new.enums, sma_proto_breaking_enum,
                     SMA_PROTO_ENUM_NO_DELETE, SMA_PROTO_PACKAGE_ENUM_NO_DELETE);
    compare_elements(c, &c->old.services, &c->new.services, compare_service,
                     SMA_PROTO_SERVICE_NO_DELETE, SMA_PROTO_PACKAGE_SERVICE_NO_DELETE);
    compare_elements(c, &c->old.extensions, &c->new.extensions, compare_extension,
                     SMA_PROTO_EXTENSION_NO_DELETE, SMA_PROTO_PACKAGE_EXTENSION_NO_DELETE);
}

/* Failures of the pools on the way. */
static void check_pools(struct sma_proto_breaking_check *c,
                        const struct sma_proto_breaking_side *side)
{
    for (size_t i = 0; i < side->count && !c->status; i++)
        c->status = sma_proto_pool_status(&side->units[i].pool, NULL);
}

enum sma_status sma_proto_breaking(struct sma_findings *findings,
                                   struct sma_proto_breaking_version old,
                                   struct sma_proto_breaking_version new,
                                   enum sma_proto_rule_set rules, struct sma_work *work,
                                   struct sma_error *err)
{
    struct sma_proto_breaking_check c = {.findings = findings, .set = rules, .work = work};
    sma_arena_init(&c.arena, 0);
    side_init(&c, &c.old, old);
    side_init(&c, &c.new, new);
    if (!c.status)
        compare_versions(&c);
    check_pools(&c, &c.old);
    check_pools(&c, &c.new);
    side_fini(&c.old);
    side_fini(&c.new);
    sma_arena_fini(&c.arena);
    if (c.status == SMA_ELIMIT)
        return sma_fail(err, SMA_ELIMIT, "the check takes more steps than allowed");
    if (c.status)
        return sma_fail_nomem(err);
    return sma_findings_status(findings, err);
}
