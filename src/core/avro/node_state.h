/* What `index` of a node says while a schema is being parsed. Afterwards it is the node's position.
 */
#ifndef SMA_CORE_AVRO_NODE_STATE_H
#define SMA_CORE_AVRO_NODE_STATE_H

#include <stdint.h>

#define SMA_AVRO_UNNUMBERED UINT32_MAX
/* Stands for a name that nothing known defines yet; a record without fields to whoever looks. */
#define SMA_AVRO_UNRESOLVED (UINT32_MAX - 1)
/* A record whose fields are all read; while the text is resolved, one whose defaults are checked.
 */
#define SMA_AVRO_COMPLETE (UINT32_MAX - 2)

#endif
