/* The table of routes (cli-and-client 8). Held against openapi/schemata.yaml by a test. */
#include "api/schemata/resources.h"

#define BASE "/schemata/v1"

const struct sma_own_route sma_own_routes[] = {
    {"GET", BASE "/capabilities", "schemata.capabilities", sma_own_capabilities, NULL, false, NULL},
    {"POST", BASE "/validate", "schemata.validate", sma_own_validate, NULL, false, NULL},
    {"POST", BASE "/decode", "schemata.decode", sma_own_decode, NULL, false, NULL},
    {"POST", BASE "/compare", "schemata.compare", sma_own_compare, NULL, false, NULL},
    {"POST", BASE "/check", "schemata.check", sma_own_check, NULL, false, NULL},
    {"GET", BASE "/subjects", "schemata.subjects", sma_own_subjects, NULL, false, NULL},
    {"GET", BASE "/subjects/{subject}/timeline", "schemata.timeline", sma_own_timeline, NULL,
     false, NULL},
    {"POST", BASE "/subjects/{subject}/restore", "schemata.restore-subject", NULL,
     sma_own_restore_subject, false, NULL},
    {"POST", BASE "/subjects/{subject}/versions/{version}/restore", "schemata.restore-version",
     NULL, sma_own_restore_version, false, NULL},
    {"GET", BASE "/search", "schemata.search", sma_own_search, NULL, false, NULL},
    {"GET", BASE "/usage", "schemata.usage", sma_own_usage, NULL, false, NULL},
    {"GET", BASE "/effective", "schemata.effective", sma_own_effective, NULL, false, NULL},
    {"GET", BASE "/graph", "schemata.graph", sma_own_graph, NULL, false, NULL},
    {"GET", BASE "/changes", "schemata.changes", NULL, sma_own_changes, false, NULL},
    {"GET", BASE "/export", "schemata.export", sma_own_export, NULL, true, NULL},
    {"POST", BASE "/import", "schemata.import", NULL, sma_own_import, false, sma_own_import_piece},
    {"GET", BASE "/imports", "schemata.imports", sma_own_imports, NULL, false, NULL},
};

const size_t sma_own_route_count = sizeof sma_own_routes / sizeof sma_own_routes[0];
