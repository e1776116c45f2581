/* Rules of our own beside the registry's levels, for people who change .proto files: what a change
 * does to generated code, to JSON and to the wire. Five sets from strictest to loosest; the rules
 * and their names are those of compat-protobuf section 16. */
#ifndef SMA_CORE_PROTOBUF_BREAKING_H
#define SMA_CORE_PROTOBUF_BREAKING_H

#include "core/compat/finding.h"
#include "core/schema/schema.h"

enum sma_proto_rule_set {
    SMA_PROTO_RULES_FILE = 1,      /* generated code, file by file */
    SMA_PROTO_RULES_PACKAGE = 2,   /* generated code, package by package */
    SMA_PROTO_RULES_WIRE_JSON = 4, /* binary and JSON encoding */
    SMA_PROTO_RULES_WIRE = 8,      /* binary encoding */
    SMA_PROTO_RULES_CSR = 16 /* meant for schema registries; stricter than the registry's levels */
};

/* Upper-case name ("WIRE_JSON"), exactly. False when unknown. */
bool sma_proto_rule_set_parse(struct sma_str name, enum sma_proto_rule_set *out);

/* One file of a version, with all it refers to parsed into it. */
struct sma_proto_breaking_file {
    struct sma_str path; /* import path; pairs the files of the two versions */
    const struct sma_schema *schema;
};

struct sma_proto_breaking_version {
    const struct sma_proto_breaking_file *files;
    size_t count;
};

/* Appends a finding for every rule of the set that going from `old` to `new` breaks. The path is
 * the full name of what changed (or the import path of a file); the info says from what to what.
 * Spans of the writer lie in the old file, those of the reader in the new one.
 *
 * Returns   SMA_OK whatever is found; SMA_ELIMIT when `work` ran out; SMA_ENOMEM. Threads: safe. */
enum sma_status sma_proto_breaking(struct sma_findings *findings,
                                   struct sma_proto_breaking_version old,
                                   struct sma_proto_breaking_version new,
                                   enum sma_proto_rule_set rules, struct sma_work *work,
                                   struct sma_error *err) SMA_MUST_CHECK;

/* The i-th rule and the sets it is in; NULL past the end. For listings. */
const struct sma_rule *sma_proto_breaking_rule_at(size_t i, unsigned *sets);

#endif
