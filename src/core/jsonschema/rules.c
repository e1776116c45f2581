/* Wordings, advice and verdicts of the rules. The wordings of rules that some policy forbids are
 * the registry's own (compat-json section 12), and clients match on them. A rule that every policy
 * allows is never in a registry message; its wording is for people who ask for a full diff. */
#include "core/jsonschema/rules.h"

#define WORDING_EMPTY ""
#define WORDING_KEYWORD_NEW                                                                        \
    "The keyword at path '{P}' in the {1} schema is not present in the {2} schema"
#define WORDING_KEYWORD_LOST                                                                       \
    "The keyword at path '{P}' in the {2} schema is not present in the {1} schema"
#define WORDING_VALUE_MORE                                                                         \
    "The value at path '{P}' in the {1} schema is more than its value in the {2} schema"
#define WORDING_VALUE_LESS                                                                         \
    "The value at path '{P}' in the {1} schema is less than its value in the {2} schema"
#define WORDING_VALUE_DIFFERS "The value at path '{P}' is different between the {1} and {2} schema"
#define WORDING_FEWER_ELEMENTS                                                                     \
    "An array or combined type at path '{P}' has fewer elements in the {1} schema than the {2} "   \
    "schema"
#define WORDING_MORE_ELEMENTS                                                                      \
    "An array or combined type at path '{P}' has more elements in the {1} schema than the {2} "    \
    "schema"
#define WORDING_TYPE_DIFFERS                                                                       \
    "A type at path '{P}' is different between the {1} schema and the {2} schema"
#define WORDING_OPEN_HAS_MORE                                                                      \
    "The {1} schema has an open content model and has a property or item at path '{P}' which is "  \
    "missing in the {2} schema"
#define WORDING_UNOPEN_HAS_MORE                                                                    \
    "The {1} schema has an unopen content model and has a required property at path '{P}' which "  \
    "is missing in the {2} schema"
#define WORDING_CLOSED_LACKS                                                                       \
    "The {1} has a closed content model and is missing a property or item present at path '{P}' "  \
    "in the {2} schema"
#define WORDING_UNCOVERED_LOST                                                                     \
    "A property or item is missing in the {1} schema but present at path '{P}' in the {2} schema " \
    "and is not covered by its partially open content model"
#define WORDING_UNCOVERED_NEW                                                                      \
    "The {1} schema has a property or item at path '{P}' which is missing in the {2} schema and "  \
    "is not covered by its partially open content model"
#define WORDING_COVERED_NEW                                                                        \
    "The {1} schema has a property or item at path '{P}' which is missing in the {2} schema, "     \
    "whose content model leaves room for it"
#define WORDING_COVERED_LOST                                                                       \
    "A property or item is missing in the {1} schema but present at path '{P}' in the {2} "        \
    "schema, "                                                                                     \
    "and the content model of the {1} schema still admits it"

#define ADVICE_NONE NULL
#define ADVICE_DROP_KEYWORD                                                                        \
    "Leave the new keyword out: values accepted so far may break it. A new subject, or a level "   \
    "without this direction, is the way to a stricter schema."
#define ADVICE_KEEP_TYPE                                                                           \
    "Keep the type, or list the old one beside the new: {\"type\": [\"old\", \"new\"]} or a "      \
    "oneOf."
#define ADVICE_KEEP_BOUND "Keep the old bound or loosen it: values within it are in circulation."
#define ADVICE_KEEP_VALUE "Keep the old value of this keyword, or drop the keyword."
#define ADVICE_GIVE_DEFAULT "Make the property optional, or give it a default."
#define ADVICE_DROP_ELEMENTS                                                                       \
    "Leave the additional elements out; fewer demands are fine, more are not."
#define ADVICE_STAY_OPEN                                                                           \
    "Leave the content model as open as it was; the policy LENIENT lets objects be narrowed."
#define ADVICE_CLOSE_FIRST                                                                         \
    "An open object may already hold this name with any value. Set additionalProperties or "       \
    "items to false from the first version on, or use the policy LENIENT for optional additions."
#define ADVICE_KEEP_MEMBER                                                                         \
    "Keep the property or item (as {} if need be), or open the content model so that it is still " \
    "admitted."
#define ADVICE_MATCH_COVER                                                                         \
    "Give the new property or item a schema that accepts all that the pattern or the additional "  \
    "schema admitted under its name."
#define ADVICE_KEEP_ELEMENTS "Keep all old values in the list; adding new ones is fine."
#define ADVICE_KEEP_CRITERION                                                                      \
    "Keep allOf, anyOf or oneOf as it was; only the change to anyOf is always safe."
#define ADVICE_KEEP_BRANCHES                                                                       \
    "Keep a branch for each old branch that accepts at least as much; new branches may be added."
#define ADVICE_KEEP_NOT "Forbid no more than before: the schema under not may only get narrower."

static const struct sma_rule rules[] = {
#define ROW(name, allowed, wording, advice)                                                        \
    [SMA_JS_##name] = {#name, WORDING_##wording, SMA_FRAME_JSON, ADVICE_##advice},
    SMA_JS_RULES(ROW)
#undef ROW
};

/* The strictest policy that lets a rule pass. */
enum allowed { ALLOWED_STRICT, ALLOWED_LENIENT, ALLOWED_NEVER };

static const unsigned char allowances[] = {
#define ROW(name, allowed, wording, advice) [SMA_JS_##name] = ALLOWED_##allowed,
    SMA_JS_RULES(ROW)
#undef ROW
};

static const struct sma_rule external_reference = {
    "EXTERNAL_REFERENCE",
    "A previous schema version contains an unsupported external reference",
    SMA_FRAME_PLAIN,
    "Register the document under its URI and list it in the references of a new version.",
};

const struct sma_rule *sma_js_rule(enum sma_js_rule_id id)
{
    return &rules[id];
}

bool sma_js_rule_is_allowed(enum sma_js_rule_id id, enum sma_policy policy)
{
    return allowances[id] == ALLOWED_STRICT ||
           (allowances[id] == ALLOWED_LENIENT && policy == SMA_POLICY_LENIENT);
}

const struct sma_rule *sma_js_rule_external_reference(void)
{
    return &external_reference;
}
