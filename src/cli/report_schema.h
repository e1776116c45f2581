/* The JSON Schema of the format `json`: openapi/report.schema.json. */
#ifndef SMA_CLI_REPORT_SCHEMA_H
#define SMA_CLI_REPORT_SCHEMA_H

extern const char sma_report_schema[];

/* That of schemata.yaml: openapi/project.schema.json. */
extern const char sma_project_schema[];

#endif
