#include "core/protobuf/rules.h"

#define RULE(name, description, fix)                                                               \
    [SMA_PROTO_##name] = {#name, description, SMA_FRAME_PROTOBUF, fix}

/* The texts of incompatible differences are the registry's (compat-protobuf section 11), its two
 * spaces and stray colon included. Those of compatible ones are our own: the registry has none. */
static const struct sma_rule rules[SMA_PROTO_DIFFERENCE_COUNT] = {
    RULE(MESSAGE_ADDED, "The {1} schema has a MESSAGE type at path '{P}' that the {2} schema lacks",
         NULL),
    RULE(MESSAGE_MOVED, "The MESSAGE type at path '{P}' has another index in the {1} schema", NULL),
    RULE(ENUM_ADDED, "The {1} schema has an ENUM type at path '{P}' that the {2} schema lacks",
         NULL),
    RULE(ENUM_REMOVED, "The {1} schema lacks the ENUM type at path '{P}' of the {2} schema", NULL),
    RULE(ENUM_CONST_ADDED, "The {1} schema has a constant at path '{P}' that the {2} schema lacks",
         NULL),
    RULE(ENUM_CONST_CHANGED, "The constant at path '{P}' has another name in the {1} schema", NULL),
    RULE(ENUM_CONST_REMOVED, "The {1} schema lacks the constant at path '{P}' of the {2} schema",
         NULL),
    RULE(FIELD_ADDED, "The {1} schema has a field at path '{P}' that the {2} schema lacks", NULL),
    RULE(FIELD_REMOVED, "The {1} schema lacks the field at path '{P}' of the {2} schema", NULL),
    RULE(FIELD_NAME_CHANGED, "The field at path '{P}' has another name in the {1} schema", NULL),
    RULE(FIELD_STRING_OR_BYTES_LABEL_CHANGED,
         "The label for a STRING or BYTES field at path '{P}' differs between the {1} and the {2} "
         "schema",
         NULL),
    RULE(ONEOF_ADDED, "The {1} schema has a oneof at path '{P}' that the {2} schema lacks", NULL),
    RULE(ONEOF_REMOVED, "The {1} schema lacks the oneof at path '{P}' of the {2} schema", NULL),
    RULE(ONEOF_FIELD_ADDED,
         "The {1} schema has a oneof field at path '{P}' that the {2} schema lacks", NULL),
    RULE(ONEOF_FIELD_MOVED_TO_TOP_LEVEL,
         "The field at path '{P}' in the {1} schema is inside a oneof in the {2} schema", NULL),
    RULE(PACKAGE_CHANGED,
         "The package at '{P}' in the {1} schema does not match the package in the {2} schema",
         "Keep the package; a new package is a new subject."),
    RULE(MESSAGE_REMOVED,
         "The {1} schema is missing a MESSAGE type at path '{P}' in the {2} schema",
         "Keep the message, even if nothing new uses it."),
    RULE(FIELD_KIND_CHANGED,
         "The type of a field at path '{P}' in the {1} schema does not match the {2} schema",
         "Keep the field as it is and add a new one, with a new number, for the new type."),
    RULE(
        FIELD_SCALAR_KIND_CHANGED,
        "The kind of a SCALAR field at path '{P}' in the {1} schema does not match its kind in the "
        "{2} schema",
        "Stay within a wire group: int32 int64 uint32 uint64 bool enum; sint32 sint64; string "
        "bytes; fixed32 sfixed32; fixed64 sfixed64."),
    RULE(FIELD_NAMED_TYPE_CHANGED,
         "The type of a MESSAGE field at path '{P}' in the {1} schema does not match its type in "
         "the "
         "{2} schema",
         "Keep the message type of the field, or add a new field with a new number."),
    RULE(
        FIELD_NUMERIC_LABEL_CHANGED,
        "The label for a NUMERIC field at path '{P}' in the {1} schema does not match its label in "
        "the {2} schema",
        "Keep the label, or add a new field with a new number."),
    RULE(REQUIRED_FIELD_ADDED,
         "A required field  at path '{P}' in the {1} schema is missing in the {2} schema",
         "Add the field as optional."),
    RULE(REQUIRED_FIELD_REMOVED,
         "The {1} schema is missing a required field at path: '{P}' in the {2} schema",
         "Keep the required field."),
    RULE(ONEOF_FIELD_REMOVED,
         "The {1} schema is missing a oneof field at path '{P}' in the {2} schema",
         "Keep the member of the oneof, or remove the oneof with all its members."),
    RULE(MULTIPLE_FIELDS_MOVED_TO_ONEOF,
         "Multiple fields in the oneof at path '{P}' in the {1} schema are outside a oneof in the "
         "{2} schema",
         "Move at most one existing field into a new oneof."),
    RULE(FIELD_MOVED_TO_EXISTING_ONEOF,
         "A field in the oneof at path '{P}' in the {1} schema is outside an existing oneof in the "
         "{2} schema",
         "Leave the field outside the oneof, or add a new member with a new number."),
};

const struct sma_rule *sma_proto_rule(enum sma_proto_difference difference)
{
    return &rules[difference];
}
