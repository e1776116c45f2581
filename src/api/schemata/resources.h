/* The functions behind the routes, by resource file. */
#ifndef SMA_API_SCHEMATA_RESOURCES_H
#define SMA_API_SCHEMATA_RESOURCES_H

#include "api/schemata/call.h"

sma_own_fn sma_own_capabilities;                                   /* capabilities.c */
sma_own_fn sma_own_validate;                                       /* validate.c */
sma_own_fn sma_own_decode;                                         /* decode.c */
sma_own_fn sma_own_subjects;                                       /* subjects.c */
sma_own_fn sma_own_search;                                         /* search.c */
sma_own_fn sma_own_usage;                                          /* usage.c */
sma_own_fn sma_own_effective;                                      /* effective.c */
sma_own_fn sma_own_graph;                                          /* graph.c */
sma_own_fn sma_own_compare;                                        /* compare.c */
sma_own_fn sma_own_check;                                          /* check.c */
sma_own_fn sma_own_timeline;                                       /* timeline.c */
sma_own_fn sma_own_export;                                         /* export.c */
sma_own_fn sma_own_imports;                                        /* import.c */
sma_own_later_fn sma_own_import, sma_own_import_piece;             /* import.c */
sma_own_later_fn sma_own_restore_subject, sma_own_restore_version; /* restore.c */
sma_own_later_fn sma_own_changes;                                  /* changes.c */

#endif
