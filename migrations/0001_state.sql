-- 0001: the history of records and the relational state that they make.
--
-- `history` is the truth, everything below it is what `apply` made of it: replaying the history into
-- an empty file gives the same rows (`schemata fsck` does that). Change nothing here by hand.
--
-- A subject is written as its clients see it: `name` in the default context, `:.ctx:name` elsewhere.
-- A context carries its dot, the default one is `.`. Times are milliseconds since 1970, UTC.

PRAGMA application_id = 0x534d4152;

-- Which migrations made this file. sha256: of the migration's text, lower-case hex.
CREATE TABLE migrations (
    number     INTEGER NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    applied_ms INTEGER NOT NULL
) STRICT;

-- Every record ever applied, in the form of Confluent's _schemas topic. value: '' for a tombstone.
-- uuid: the record's own random identity; a version keeps the one of the record that brought it.
CREATE TABLE history (
    position INTEGER NOT NULL PRIMARY KEY,
    ts_ms    INTEGER NOT NULL,
    uuid     BLOB    NOT NULL,
    key      TEXT    NOT NULL,
    value    TEXT    NOT NULL
) STRICT;

-- max_id never falls: an id is not handed out twice, not even after a hard delete. The counts spare
-- the server from counting: subjects with a live version, live versions, distinct ids in use.
-- position: of the last record that touched an id or a version of the context.
CREATE TABLE contexts (
    context       TEXT    NOT NULL PRIMARY KEY,
    is_listed     INTEGER NOT NULL,
    max_id        INTEGER NOT NULL,
    live_subjects INTEGER NOT NULL,
    live_versions INTEGER NOT NULL,
    ids           INTEGER NOT NULL,
    position      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO contexts (context, is_listed, max_id, live_subjects, live_versions, ids, position)
VALUES ('.', 1, 0, 0, 0, 0, 0);

-- Each distinct content once, whatever subjects and contexts carry it. guid: MD5 that clients see;
-- digest: SHA-256 that also tells contents with a forged or accidental common guid apart.
-- metadata, rule_set: JSON, '' for none (which differs from '{}'). The long column comes last.
CREATE TABLE schemas (
    schema_key      INTEGER NOT NULL PRIMARY KEY,
    guid            BLOB    NOT NULL,
    digest          BLOB    NOT NULL,
    text_bytes      INTEGER NOT NULL,
    reference_count INTEGER NOT NULL,
    metadata        TEXT    NOT NULL,
    rule_set        TEXT    NOT NULL,
    text            TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX schemas_by_guid ON schemas (guid);

-- The references of a content as they were registered: an unqualified subject means the context of
-- whoever refers.
CREATE TABLE schema_references (
    schema_key INTEGER NOT NULL REFERENCES schemas (schema_key),
    ordinal    INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (schema_key, ordinal)
) STRICT, WITHOUT ROWID;

-- A subject is here as long as it has a version, soft-deleted ones included. position: of the last
-- record that touched one of them.
CREATE TABLE subjects (
    subject       TEXT    NOT NULL PRIMARY KEY,
    all_versions  INTEGER NOT NULL,
    live_versions INTEGER NOT NULL,
    position      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- position, ts_ms: of the record that wrote the row last. uuid: from the version's birth, for good.
CREATE TABLE versions (
    subject    TEXT    NOT NULL REFERENCES subjects (subject),
    version    INTEGER NOT NULL,
    context    TEXT    NOT NULL,
    id         INTEGER NOT NULL,
    schema_key INTEGER NOT NULL REFERENCES schemas (schema_key),
    type       TEXT    NOT NULL,
    is_deleted INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    ts_ms      INTEGER NOT NULL,
    uuid       BLOB    NOT NULL,
    PRIMARY KEY (subject, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX versions_by_id ON versions (context, id, is_deleted, position);
CREATE INDEX versions_by_schema ON versions (schema_key, context, id, subject, version);

-- Who refers to a version: the references above, resolved. Target first, for the question that
-- deletions ask; the other direction goes over the referrer's schema_key.
CREATE TABLE referrers (
    target         TEXT    NOT NULL,
    target_version INTEGER NOT NULL,
    subject        TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    PRIMARY KEY (target, target_version, subject, version)
) STRICT, WITHOUT ROWID;

-- Settings by scope: a subject, ':.ctx:' for a context, '' for the default context's global setting,
-- ':.__GLOBAL:' above all. json: the record's value.
CREATE TABLE configs (
    scope TEXT NOT NULL PRIMARY KEY,
    json  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE modes (
    scope TEXT NOT NULL PRIMARY KEY,
    mode  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE associations (
    subject            TEXT    NOT NULL,
    resource_namespace TEXT    NOT NULL,
    resource_name      TEXT    NOT NULL,
    resource_type      TEXT    NOT NULL,
    association_type   TEXT    NOT NULL,
    resource_id        TEXT    NOT NULL,
    guid               TEXT    NOT NULL,
    lifecycle          TEXT    NOT NULL,
    is_frozen          INTEGER NOT NULL,
    create_ts_ms       INTEGER NOT NULL,
    update_ts_ms       INTEGER NOT NULL,
    PRIMARY KEY (subject, resource_namespace, resource_name, resource_type, association_type)
) STRICT, WITHOUT ROWID;

CREATE INDEX associations_by_name ON associations (resource_name, resource_namespace);
CREATE INDEX associations_by_resource_id ON associations (resource_id);

-- Position of the last record that touched something: 'c:' or 'm:' and a scope for its settings,
-- 'r:' and a subject for those who refer to it, 'a:' and a subject for its associations, 's:' and a
-- subject that is not (or no more) in `subjects`. What was decided on an older position than the
-- stamp must be decided again.
CREATE TABLE stamps (
    scope    TEXT    NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- For whoever looks with the sqlite3 shell.
CREATE VIEW ids AS
SELECT v.context, v.id, lower(hex(s.guid)) AS guid, v.subject, v.version, v.type, v.is_deleted, s.text
FROM versions v JOIN schemas s ON s.schema_key = v.schema_key;
