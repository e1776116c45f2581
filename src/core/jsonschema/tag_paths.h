/* The steps of an entity's path (tags.h): from a schema to the schemas inside it. */
#ifndef SMA_CORE_JSONSCHEMA_TAG_PATHS_H
#define SMA_CORE_JSONSCHEMA_TAG_PATHS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "core/json/json.h"
#include "core/jsonschema/draft.h"

struct sma_js_step {
    struct sma_str word, name; /* the step is `word` + `name` */
    const struct sma_json *schema; /* an object */
    bool is_property;
};

struct sma_js_step_list {
    struct sma_js_step *items;
    size_t count, capacity;
};

/* The lists of one document, each made once. */
struct sma_js_steps {
    struct sma_arena *arena;
    enum sma_draft draft;
    struct sma_map lists; /* a schema's address → its list */
};

/* `arena` outlives the steps and all that they give. */
void sma_js_steps_init(struct sma_js_steps *steps, struct sma_arena *arena, enum sma_draft draft);
void sma_js_steps_fini(struct sma_js_steps *steps);

/* Whether `object` is the path of this schema itself. */
bool sma_js_describes_objects(const struct sma_json *schema);

/* All steps out of a schema, in the order of properties, items, members, the rest. */
enum sma_status sma_js_steps_of(const struct sma_js_step_list **out, struct sma_js_steps *steps,
                                const struct sma_json *schema,
                                struct sma_error *err) SMA_MUST_CHECK;

#endif
