/* The differences the comparison knows: the registry's type words, which of them a policy allows,
 * and their one wording. Source: compat-json sections 11 and 12. */
#ifndef SMA_CORE_JSONSCHEMA_RULES_H
#define SMA_CORE_JSONSCHEMA_RULES_H

#include "core/compat/finding.h"
#include "core/schema/schema.h"

/* X(name, allowed by, wording, advice); wordings and advice are named in rules.c. */
#define SMA_JS_RULES(X)                                                                            \
    X(ID_CHANGED, STRICT, VALUE_DIFFERS, NONE)                                                     \
    X(TITLE_CHANGED, STRICT, VALUE_DIFFERS, NONE)                                                  \
    X(DESCRIPTION_CHANGED, STRICT, VALUE_DIFFERS, NONE)                                            \
    X(DEFAULT_CHANGED, STRICT, VALUE_DIFFERS, NONE)                                                \
    X(SCHEMA_ADDED, NEVER, EMPTY, DROP_KEYWORD)                                                    \
    X(SCHEMA_REMOVED, STRICT, KEYWORD_LOST, NONE)                                                  \
    X(TYPE_EXTENDED, STRICT, TYPE_DIFFERS, NONE)                                                   \
    X(TYPE_NARROWED, NEVER, TYPE_DIFFERS, KEEP_TYPE)                                               \
    X(TYPE_CHANGED, NEVER, TYPE_DIFFERS, KEEP_TYPE)                                                \
    X(MAX_LENGTH_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                          \
    X(MAX_LENGTH_REMOVED, STRICT, KEYWORD_LOST, NONE)                                              \
    X(MAX_LENGTH_INCREASED, STRICT, VALUE_MORE, NONE)                                              \
    X(MAX_LENGTH_DECREASED, NEVER, VALUE_LESS, KEEP_BOUND)                                         \
    X(MIN_LENGTH_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                          \
    X(MIN_LENGTH_REMOVED, STRICT, KEYWORD_LOST, NONE)                                              \
    X(MIN_LENGTH_INCREASED, NEVER, VALUE_MORE, KEEP_BOUND)                                         \
    X(MIN_LENGTH_DECREASED, STRICT, VALUE_LESS, NONE)                                              \
    X(PATTERN_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                             \
    X(PATTERN_REMOVED, STRICT, KEYWORD_LOST, NONE)                                                 \
    X(PATTERN_CHANGED, NEVER, VALUE_DIFFERS, KEEP_VALUE)                                           \
    X(MAXIMUM_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                             \
    X(MAXIMUM_REMOVED, STRICT, KEYWORD_LOST, NONE)                                                 \
    X(MAXIMUM_INCREASED, STRICT, VALUE_MORE, NONE)                                                 \
    X(MAXIMUM_DECREASED, NEVER, VALUE_LESS, KEEP_BOUND)                                            \
    X(MINIMUM_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                             \
    X(MINIMUM_REMOVED, STRICT, KEYWORD_LOST, NONE)                                                 \
    X(MINIMUM_INCREASED, NEVER, VALUE_MORE, KEEP_BOUND)                                            \
    X(MINIMUM_DECREASED, STRICT, VALUE_LESS, NONE)                                                 \
    X(EXCLUSIVE_MAXIMUM_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                   \
    X(EXCLUSIVE_MAXIMUM_REMOVED, STRICT, KEYWORD_LOST, NONE)                                       \
    X(EXCLUSIVE_MAXIMUM_INCREASED, STRICT, VALUE_MORE, NONE)                                       \
    X(EXCLUSIVE_MAXIMUM_DECREASED, NEVER, VALUE_LESS, KEEP_BOUND)                                  \
    X(EXCLUSIVE_MINIMUM_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                   \
    X(EXCLUSIVE_MINIMUM_REMOVED, STRICT, KEYWORD_LOST, NONE)                                       \
    X(EXCLUSIVE_MINIMUM_INCREASED, NEVER, VALUE_MORE, KEEP_BOUND)                                  \
    X(EXCLUSIVE_MINIMUM_DECREASED, STRICT, VALUE_LESS, NONE)                                       \
    X(MULTIPLE_OF_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                         \
    X(MULTIPLE_OF_REMOVED, STRICT, KEYWORD_LOST, NONE)                                             \
    X(MULTIPLE_OF_EXPANDED, NEVER, VALUE_MORE, KEEP_VALUE)                                         \
    X(MULTIPLE_OF_REDUCED, STRICT, VALUE_LESS, NONE)                                               \
    X(MULTIPLE_OF_CHANGED, NEVER, VALUE_DIFFERS, KEEP_VALUE)                                       \
    X(REQUIRED_ATTRIBUTE_ADDED, NEVER, KEYWORD_NEW, GIVE_DEFAULT)                                  \
    X(REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED, STRICT, KEYWORD_NEW, NONE)                            \
    X(REQUIRED_ATTRIBUTE_REMOVED, STRICT, KEYWORD_LOST, NONE)                                      \
    X(MAX_PROPERTIES_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                      \
    X(MAX_PROPERTIES_REMOVED, STRICT, KEYWORD_LOST, NONE)                                          \
    X(MAX_PROPERTIES_INCREASED, STRICT, VALUE_MORE, NONE)                                          \
    X(MAX_PROPERTIES_DECREASED, NEVER, VALUE_LESS, KEEP_BOUND)                                     \
    X(MIN_PROPERTIES_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                      \
    X(MIN_PROPERTIES_REMOVED, STRICT, KEYWORD_LOST, NONE)                                          \
    X(MIN_PROPERTIES_INCREASED, NEVER, VALUE_MORE, KEEP_BOUND)                                     \
    X(MIN_PROPERTIES_DECREASED, STRICT, VALUE_LESS, NONE)                                          \
    X(DEPENDENCY_ARRAY_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                    \
    X(DEPENDENCY_ARRAY_REMOVED, STRICT, KEYWORD_LOST, NONE)                                        \
    X(DEPENDENCY_ARRAY_EXTENDED, NEVER, MORE_ELEMENTS, DROP_ELEMENTS)                              \
    X(DEPENDENCY_ARRAY_NARROWED, STRICT, FEWER_ELEMENTS, NONE)                                     \
    X(DEPENDENCY_ARRAY_CHANGED, NEVER, VALUE_DIFFERS, KEEP_VALUE)                                  \
    X(DEPENDENCY_SCHEMA_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                   \
    X(DEPENDENCY_SCHEMA_REMOVED, STRICT, KEYWORD_LOST, NONE)                                       \
    X(ADDITIONAL_PROPERTIES_ADDED, STRICT, KEYWORD_LOST, NONE)                                     \
    X(ADDITIONAL_PROPERTIES_REMOVED, LENIENT, KEYWORD_NEW, STAY_OPEN)                              \
    X(ADDITIONAL_PROPERTIES_EXTENDED, STRICT, MORE_ELEMENTS, NONE)                                 \
    X(ADDITIONAL_PROPERTIES_NARROWED, LENIENT, FEWER_ELEMENTS, STAY_OPEN)                          \
    X(UNEVALUATED_PROPERTIES_ADDED, STRICT, KEYWORD_LOST, NONE)                                    \
    X(UNEVALUATED_PROPERTIES_REMOVED, LENIENT, KEYWORD_NEW, STAY_OPEN)                             \
    X(UNEVALUATED_PROPERTIES_EXTENDED, STRICT, MORE_ELEMENTS, NONE)                                \
    X(UNEVALUATED_PROPERTIES_NARROWED, LENIENT, FEWER_ELEMENTS, STAY_OPEN)                         \
    X(PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL, STRICT, OPEN_HAS_MORE, NONE)         \
    X(REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL, LENIENT, OPEN_HAS_MORE,          \
      CLOSE_FIRST)                                                                                 \
    X(REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL, NEVER, OPEN_HAS_MORE, CLOSE_FIRST)            \
    X(OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL, LENIENT, OPEN_HAS_MORE, CLOSE_FIRST)          \
    X(REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL, STRICT, UNOPEN_HAS_MORE, NONE) \
    X(REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL, NEVER, UNOPEN_HAS_MORE, GIVE_DEFAULT)       \
    X(OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL, STRICT, COVERED_NEW, NONE)                  \
    X(PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL, STRICT, CLOSED_LACKS, NONE)           \
    X(PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL, LENIENT, CLOSED_LACKS, KEEP_MEMBER)              \
    X(PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL, STRICT, COVERED_LOST, NONE)                        \
    X(PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, STRICT, COVERED_NEW, NONE)        \
    X(PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, LENIENT, UNCOVERED_NEW,          \
      MATCH_COVER)                                                                                 \
    X(PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, STRICT, COVERED_LOST, NONE)     \
    X(PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, LENIENT, UNCOVERED_LOST,       \
      KEEP_MEMBER)                                                                                 \
    X(MAX_ITEMS_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                           \
    X(MAX_ITEMS_REMOVED, STRICT, KEYWORD_LOST, NONE)                                               \
    X(MAX_ITEMS_INCREASED, STRICT, VALUE_MORE, NONE)                                               \
    X(MAX_ITEMS_DECREASED, NEVER, VALUE_LESS, KEEP_BOUND)                                          \
    X(MIN_ITEMS_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                           \
    X(MIN_ITEMS_REMOVED, STRICT, KEYWORD_LOST, NONE)                                               \
    X(MIN_ITEMS_INCREASED, NEVER, VALUE_MORE, KEEP_BOUND)                                          \
    X(MIN_ITEMS_DECREASED, STRICT, VALUE_LESS, NONE)                                               \
    X(MAX_CONTAINS_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                        \
    X(MAX_CONTAINS_REMOVED, STRICT, KEYWORD_LOST, NONE)                                            \
    X(MAX_CONTAINS_INCREASED, STRICT, VALUE_MORE, NONE)                                            \
    X(MAX_CONTAINS_DECREASED, NEVER, VALUE_LESS, KEEP_BOUND)                                       \
    X(MIN_CONTAINS_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                        \
    X(MIN_CONTAINS_REMOVED, STRICT, KEYWORD_LOST, NONE)                                            \
    X(MIN_CONTAINS_INCREASED, NEVER, VALUE_MORE, KEEP_BOUND)                                       \
    X(MIN_CONTAINS_DECREASED, STRICT, VALUE_LESS, NONE)                                            \
    X(UNIQUE_ITEMS_ADDED, NEVER, KEYWORD_NEW, DROP_KEYWORD)                                        \
    X(UNIQUE_ITEMS_REMOVED, STRICT, KEYWORD_LOST, NONE)                                            \
    X(ADDITIONAL_ITEMS_ADDED, STRICT, KEYWORD_LOST, NONE)                                          \
    X(ADDITIONAL_ITEMS_REMOVED, NEVER, KEYWORD_NEW, STAY_OPEN)                                     \
    X(ADDITIONAL_ITEMS_EXTENDED, STRICT, MORE_ELEMENTS, NONE)                                      \
    X(ADDITIONAL_ITEMS_NARROWED, NEVER, FEWER_ELEMENTS, STAY_OPEN)                                 \
    X(UNEVALUATED_ITEMS_ADDED, STRICT, KEYWORD_LOST, NONE)                                         \
    X(UNEVALUATED_ITEMS_REMOVED, NEVER, KEYWORD_NEW, STAY_OPEN)                                    \
    X(UNEVALUATED_ITEMS_EXTENDED, STRICT, MORE_ELEMENTS, NONE)                                     \
    X(UNEVALUATED_ITEMS_NARROWED, NEVER, FEWER_ELEMENTS, STAY_OPEN)                                \
    X(ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL, STRICT, OPEN_HAS_MORE, NONE)             \
    X(ITEM_ADDED_TO_OPEN_CONTENT_MODEL, NEVER, OPEN_HAS_MORE, CLOSE_FIRST)                         \
    X(ITEM_ADDED_TO_CLOSED_CONTENT_MODEL, STRICT, COVERED_NEW, NONE)                               \
    X(ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL, STRICT, CLOSED_LACKS, NONE)               \
    X(ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL, NEVER, CLOSED_LACKS, KEEP_MEMBER)                    \
    X(ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL, STRICT, COVERED_LOST, NONE)                            \
    X(ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, STRICT, COVERED_NEW, NONE)            \
    X(ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, NEVER, UNCOVERED_NEW, MATCH_COVER)   \
    X(ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, STRICT, COVERED_LOST, NONE)         \
    X(ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, NEVER, UNCOVERED_LOST,             \
      KEEP_MEMBER)                                                                                 \
    X(ENUM_ARRAY_EXTENDED, STRICT, MORE_ELEMENTS, NONE)                                            \
    X(ENUM_ARRAY_NARROWED, NEVER, FEWER_ELEMENTS, KEEP_ELEMENTS)                                   \
    X(ENUM_ARRAY_CHANGED, NEVER, TYPE_DIFFERS, KEEP_ELEMENTS)                                      \
    X(COMBINED_TYPE_EXTENDED, STRICT, TYPE_DIFFERS, NONE)                                          \
    X(COMBINED_TYPE_CHANGED, NEVER, TYPE_DIFFERS, KEEP_CRITERION)                                  \
    X(COMBINED_TYPE_SUBSCHEMAS_CHANGED, NEVER, TYPE_DIFFERS, KEEP_BRANCHES)                        \
    X(PRODUCT_TYPE_EXTENDED, NEVER, MORE_ELEMENTS, DROP_ELEMENTS)                                  \
    X(PRODUCT_TYPE_NARROWED, STRICT, FEWER_ELEMENTS, NONE)                                         \
    X(SUM_TYPE_EXTENDED, STRICT, MORE_ELEMENTS, NONE)                                              \
    X(SUM_TYPE_NARROWED, NEVER, FEWER_ELEMENTS, KEEP_BRANCHES)                                     \
    X(NOT_TYPE_EXTENDED, NEVER, MORE_ELEMENTS, KEEP_NOT)                                           \
    X(NOT_TYPE_NARROWED, STRICT, FEWER_ELEMENTS, NONE)

enum sma_js_rule_id {
#define SMA_JS_RULE_ID(name, allowed, wording, advice) SMA_JS_##name,
    SMA_JS_RULES(SMA_JS_RULE_ID)
#undef SMA_JS_RULE_ID
        SMA_JS_RULE_COUNT
};

/* The constant rule of an id. */
const struct sma_rule *sma_js_rule(enum sma_js_rule_id id);

/* Does the policy let this difference pass? Section 11: STRICT's list, LENIENT's on top of it. */
bool sma_js_rule_is_allowed(enum sma_js_rule_id id, enum sma_policy policy);

/* Stands alone, without the frame of the others: an old version rests on a document that would have
 * to be fetched. */
const struct sma_rule *sma_js_rule_external_reference(void);

#endif
