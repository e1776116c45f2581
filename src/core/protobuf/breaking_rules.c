#include "core/protobuf/breaking_rules.h"

#define F SMA_PROTO_RULES_FILE
#define P SMA_PROTO_RULES_PACKAGE
#define J SMA_PROTO_RULES_WIRE_JSON
#define W SMA_PROTO_RULES_WIRE
#define C SMA_PROTO_RULES_CSR

#define RULE(name, sets, description)                                                              \
    [SMA_PROTO_##name] = {{#name, description, SMA_FRAME_PLAIN, NULL}, sets}

static const struct {
    struct sma_rule rule;
    unsigned sets;
} rules[SMA_PROTO_BREAKING_RULE_COUNT] = {
    RULE(FIELD_SAME_DEFAULT, F | P | J | W | C, "The default value of field '{P}' changed {M}"),
    RULE(FIELD_SAME_ONEOF, F | P | J | W | C, "Field '{P}' changed its oneof {M}"),
    RULE(FILE_SAME_PACKAGE, F | P | J | W | C, "The package of file '{P}' changed {M}"),
    RULE(MESSAGE_SAME_REQUIRED_FIELDS, F | P | J | W | C, "Required field '{P}' was {M}"),
    RULE(RESERVED_ENUM_NO_DELETE, F | P | J | W | C, "Enum '{P}' no longer reserves {M}"),
    RULE(RESERVED_MESSAGE_NO_DELETE, F | P | J | W | C, "Message '{P}' no longer reserves {M}"),
    RULE(RPC_SAME_CLIENT_STREAMING, F | P | J | W | C,
         "Client streaming of method '{P}' changed {M}"),
    RULE(RPC_SAME_IDEMPOTENCY_LEVEL, F | P | J | W | C,
         "The idempotency level of method '{P}' changed {M}"),
    RULE(RPC_SAME_REQUEST_TYPE, F | P | J | W | C, "The request type of method '{P}' changed {M}"),
    RULE(RPC_SAME_RESPONSE_TYPE, F | P | J | W | C,
         "The response type of method '{P}' changed {M}"),
    RULE(RPC_SAME_SERVER_STREAMING, F | P | J | W | C,
         "Server streaming of method '{P}' changed {M}"),
    RULE(ENUM_SAME_JSON_FORMAT, F | P | J | C, "The JSON format of enum '{P}' changed {M}"),
    RULE(ENUM_VALUE_SAME_NAME, F | P | J | C, "The enum value '{P}' has another name {M}"),
    RULE(FIELD_SAME_JSON_NAME, F | P | J | C, "The JSON name of field '{P}' changed {M}"),
    RULE(FIELD_SAME_NAME, F | P | J | C, "Field '{P}' has another name {M}"),
    RULE(MESSAGE_SAME_JSON_FORMAT, F | P | J | C, "The JSON format of message '{P}' changed {M}"),
    RULE(ENUM_VALUE_NO_DELETE, F | P | C, "Enum value '{P}' was deleted"),
    RULE(EXTENSION_MESSAGE_NO_DELETE, F | P | C, "Message '{P}' no longer has extension range {M}"),
    RULE(FIELD_NO_DELETE, F | P | C, "Field '{P}' was deleted"),
    RULE(FIELD_SAME_TYPE, F | P | C, "The type of field '{P}' changed {M}"),
    RULE(FILE_SAME_SYNTAX, F | P | C, "The syntax of file '{P}' changed {M}"),
    RULE(MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR, F | P | C,
         "Message '{P}' lost its standard descriptor accessor"),
    RULE(ONEOF_NO_DELETE, F | P | C, "Oneof '{P}' was deleted"),
    RULE(ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED, J | W | C,
         "Enum value '{P}' was deleted without reserving its number"),
    RULE(FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED, J | W | C,
         "Field '{P}' was deleted without reserving its number"),
    RULE(ENUM_SAME_TYPE, F | P, "Enum '{P}' changed between open and closed {M}"),
    RULE(FIELD_SAME_CARDINALITY, F | P, "The cardinality of field '{P}' changed {M}"),
    RULE(FIELD_SAME_CPP_STRING_TYPE, F | P, "The C++ string type of field '{P}' changed {M}"),
    RULE(FIELD_SAME_JAVA_UTF8_VALIDATION, F | P,
         "Java's UTF-8 validation of field '{P}' changed {M}"),
    RULE(FIELD_SAME_JSTYPE, F | P, "The jstype of field '{P}' changed {M}"),
    RULE(FIELD_SAME_UTF8_VALIDATION, F | P, "UTF-8 validation of field '{P}' changed {M}"),
    RULE(FILE_SAME_CC_ENABLE_ARENAS, F | P,
         "The option cc_enable_arenas of file '{P}' changed {M}"),
    RULE(FILE_SAME_CC_GENERIC_SERVICES, F | P,
         "The option cc_generic_services of file '{P}' changed {M}"),
    RULE(FILE_SAME_CSHARP_NAMESPACE, F | P,
         "The option csharp_namespace of file '{P}' changed {M}"),
    RULE(FILE_SAME_GO_PACKAGE, F | P, "The option go_package of file '{P}' changed {M}"),
    RULE(FILE_SAME_JAVA_GENERIC_SERVICES, F | P,
         "The option java_generic_services of file '{P}' changed {M}"),
    RULE(FILE_SAME_JAVA_MULTIPLE_FILES, F | P,
         "The option java_multiple_files of file '{P}' changed {M}"),
    RULE(FILE_SAME_JAVA_OUTER_CLASSNAME, F | P,
         "The option java_outer_classname of file '{P}' changed {M}"),
    RULE(FILE_SAME_JAVA_PACKAGE, F | P, "The option java_package of file '{P}' changed {M}"),
    RULE(FILE_SAME_OBJC_CLASS_PREFIX, F | P,
         "The option objc_class_prefix of file '{P}' changed {M}"),
    RULE(FILE_SAME_OPTIMIZE_FOR, F | P, "The option optimize_for of file '{P}' changed {M}"),
    RULE(FILE_SAME_PHP_CLASS_PREFIX, F | P,
         "The option php_class_prefix of file '{P}' changed {M}"),
    RULE(FILE_SAME_PHP_METADATA_NAMESPACE, F | P,
         "The option php_metadata_namespace of file '{P}' changed {M}"),
    RULE(FILE_SAME_PHP_NAMESPACE, F | P, "The option php_namespace of file '{P}' changed {M}"),
    RULE(FILE_SAME_PY_GENERIC_SERVICES, F | P,
         "The option py_generic_services of file '{P}' changed {M}"),
    RULE(FILE_SAME_RUBY_PACKAGE, F | P, "The option ruby_package of file '{P}' changed {M}"),
    RULE(FILE_SAME_SWIFT_PREFIX, F | P, "The option swift_prefix of file '{P}' changed {M}"),
    RULE(RPC_NO_DELETE, F | P, "Method '{P}' was deleted"),
    RULE(ENUM_NO_DELETE, F | C, "Enum '{P}' was deleted from its file"),
    RULE(FILE_NO_DELETE, F | C, "File '{P}' was deleted"),
    RULE(MESSAGE_NO_DELETE, F | C, "Message '{P}' was deleted from its file"),
    RULE(ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED, J | C,
         "Enum value '{P}' was deleted without reserving its name"),
    RULE(FIELD_NO_DELETE_UNLESS_NAME_RESERVED, J | C,
         "Field '{P}' was deleted without reserving its name"),
    RULE(FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY, J | C,
         "The cardinality of field '{P}' changed in a way that binary or JSON cannot bridge {M}"),
    RULE(FIELD_WIRE_JSON_COMPATIBLE_TYPE, J | C,
         "The type of field '{P}' changed in a way that binary or JSON cannot bridge {M}"),
    RULE(EXTENSION_NO_DELETE, F, "Extension '{P}' was deleted from its file"),
    RULE(SERVICE_NO_DELETE, F, "Service '{P}' was deleted from its file"),
    RULE(PACKAGE_ENUM_NO_DELETE, P, "Enum '{P}' was deleted from its package"),
    RULE(PACKAGE_EXTENSION_NO_DELETE, P, "Extension '{P}' was deleted from its package"),
    RULE(PACKAGE_MESSAGE_NO_DELETE, P, "Message '{P}' was deleted from its package"),
    RULE(PACKAGE_NO_DELETE, P, "Package '{P}' was deleted"),
    RULE(PACKAGE_SERVICE_NO_DELETE, P, "Service '{P}' was deleted from its package"),
    RULE(FIELD_WIRE_COMPATIBLE_CARDINALITY, W,
         "The cardinality of field '{P}' changed in a way that binary cannot bridge {M}"),
    RULE(FIELD_WIRE_COMPATIBLE_TYPE, W,
         "The type of field '{P}' changed in a way that binary cannot bridge {M}"),
};

const struct sma_rule *sma_proto_breaking_rule(enum sma_proto_breaking_rule rule)
{
    return &rules[rule].rule;
}

bool sma_proto_breaking_has(enum sma_proto_rule_set set, enum sma_proto_breaking_rule rule)
{
    return rules[rule].sets & (unsigned)set;
}

const struct sma_rule *sma_proto_breaking_rule_at(size_t i, unsigned *sets)
{
    if (i >= SMA_PROTO_BREAKING_RULE_COUNT)
        return NULL;
    *sets = rules[i].sets;
    return &rules[i].rule;
}

bool sma_proto_rule_set_parse(struct sma_str name, enum sma_proto_rule_set *out)
{
    static const struct {
        const char *name;
        enum sma_proto_rule_set set;
    } names[] = {{"FILE", F}, {"PACKAGE", P}, {"WIRE_JSON", J}, {"WIRE", W}, {"CSR", C}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sma_str_eqz(name, names[i].name)) {
            *out = names[i].set;
            return true;
        }
    return false;
}
