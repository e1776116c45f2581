-- 0002: key encryption keys and the data encryption keys that they wrap (records in the form of
-- Confluent's _dek_registry_keys topic, kept in the same history).
--
-- No row refers to another by FOREIGN KEY: in a compacted topic a kek that was changed late stands
-- behind its deks.

-- kms_props: JSON object. doc: '' for none. position, ts_ms: of the record that wrote the row last.
CREATE TABLE keks (
    name       TEXT    NOT NULL PRIMARY KEY,
    kms_type   TEXT    NOT NULL,
    kms_key_id TEXT    NOT NULL,
    kms_props  TEXT    NOT NULL,
    doc        TEXT    NOT NULL,
    is_shared  INTEGER NOT NULL,
    is_deleted INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    ts_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- encrypted_key_material: as the client sent it (base64), '' for none. No plain key is ever stored.
CREATE TABLE deks (
    kek_name               TEXT    NOT NULL,
    subject                TEXT    NOT NULL,
    algorithm              TEXT    NOT NULL,
    version                INTEGER NOT NULL,
    is_deleted             INTEGER NOT NULL,
    position               INTEGER NOT NULL,
    ts_ms                  INTEGER NOT NULL,
    encrypted_key_material TEXT    NOT NULL,
    PRIMARY KEY (kek_name, subject, algorithm, version)
) STRICT, WITHOUT ROWID;
