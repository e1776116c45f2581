/* The limits of this API, in one place: capabilities.c tells them to clients. */
#ifndef SMA_API_SCHEMATA_LIMITS_H
#define SMA_API_SCHEMATA_LIMITS_H

/* Of a request's body: instances may nest deeper than envelopes and schemas. */
#define SMA_OWN_BODY_DEPTH_MAX 256
#define SMA_OWN_BODY_VALUES_MAX 200000

#define SMA_OWN_VALUES_MAX 10000u
/* Work of one value: less than the library's own limit, because a request holds many values. */
#define SMA_OWN_VALIDATE_STEPS_MAX 1000000u
/* Wall-clock time of one request, looked at between values. */
#define SMA_OWN_VALIDATE_SECONDS_MAX 10
#define SMA_OWN_FINDINGS_MAX 1000

#define SMA_OWN_SUBJECTS_MAX 1000
/* Subjects looked at for one page; a row that is read for its filter counts as 10. */
#define SMA_OWN_SUBJECTS_WORK_MAX 20000

#define SMA_OWN_SEARCH_HITS_MAX 1000
/* Of one search request: bytes of text looked at, with an allowance for a row and for parsing. */
#define SMA_OWN_SEARCH_WORK_MAX (8 << 20)

#define SMA_OWN_CHANGES_MAX 1000
#define SMA_OWN_CHANGES_BYTES_MAX (4u << 20) /* of keys and values in one page */
#define SMA_OWN_WAIT_MS_MAX 30000
#define SMA_OWN_WAITERS_MAX 256
/* A piece of a streamed answer ends behind the line with which it is so long. */
#define SMA_OWN_PIECE_BYTES 131072u

#define SMA_OWN_IMPORTS_MAX 4 /* at a time: each may hold a line of 8 MiB */

#define SMA_OWN_GRAPH_NODES_MAX 1000
#define SMA_OWN_GRAPH_BYTES_MAX (16u << 20) /* of schema texts read for one graph */
#define SMA_OWN_GRAPH_DEPTH_MAX 64

#define SMA_OWN_TIMELINE_MAX 100

#endif
