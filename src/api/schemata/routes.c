/* The table of routes (cli-and-client 8). Held against openapi/schemata.yaml by a test. */
#include "api/schemata/resources.h"

#define BASE "/schemata/v1"

const struct sma_own_route sma_own_routes[] = {
    {"GET", BASE "/capabilities", "schemata.capabilities", sma_own_capabilities, NULL, false},
    {"POST", BASE "/validate", "schemata.validate", sma_own_validate, NULL, false},
    {"POST", BASE "/decode", "schemata.decode", sma_own_decode, NULL, false},
    {"POST", BASE "/compare", "schemata.compare", sma_own_compare, NULL, false},
    {"POST", BASE "/check", "schemata.check", sma_own_check, NULL, false},
    {"GET", BASE "/subjects", "schemata.subjects", sma_own_subjects, NULL, false},
    {"GET", BASE "/subjects/{subject}/timeline", "schemata.timeline", sma_own_timeline, NULL,
     false},
    {"POST", BASE "/subjects/{subject}/restore", "schemata.restore-subject", NULL,
     sma_own_restore_subject, false},
    {"POST", BASE "/subjects/{subject}/versions/{version}/restore", "schemata.restore-version",
     NULL, sma_own_restore_version, false},
    {"GET", BASE "/effective", "schemata.effective", sma_own_effective, NULL, false},
    {"GET", BASE "/graph", "schemata.graph", sma_own_graph, NULL, false},
    {"GET", BASE "/changes", "schemata.changes", NULL, sma_own_changes, false},
    {"GET", BASE "/export", "schemata.export", sma_own_export, NULL, true},
};

const size_t sma_own_route_count = sizeof sma_own_routes / sizeof sma_own_routes[0];
