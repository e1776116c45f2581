-- 0005: how far imports of other registries' histories have come. Bookkeeping, as `migrations` is, and
-- no state: no record makes it, and `schemata fsck` does not compare it.

-- feed: uuid of the first record of the history that is imported. position, uuid: of its record that
-- was taken last, in its own numbering. goal: the position up to which the last export goes.
CREATE TABLE imports (
    feed       BLOB    NOT NULL PRIMARY KEY,
    position   INTEGER NOT NULL,
    uuid       BLOB    NOT NULL,
    goal       INTEGER NOT NULL,
    begun_ms   INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
