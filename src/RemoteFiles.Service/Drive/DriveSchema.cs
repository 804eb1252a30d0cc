namespace RemoteFiles.Drive;

internal static class DriveSchema
{
    /// <summary>
    /// Files and folders of all instances in one table, so that a file id is unique over all users and a name is taken by either.
    /// Text is compared bytewise: the default of SQLite; a PostgreSQL database is created with LC_COLLATE "C".
    /// </summary>
    public const string Sql = """
        CREATE TABLE IF NOT EXISTS nodes (
          file_id BIGINT PRIMARY KEY,       -- oc:fileid, never used twice
          instance TEXT NOT NULL,
          id TEXT NOT NULL,
          parent_id TEXT NOT NULL,          -- '' above the root
          name TEXT NOT NULL,
          kind SMALLINT NOT NULL,           -- 0 folder, 1 file: the order of a listing
          generation BIGINT NOT NULL,       -- rev is "generation-revision"
          revision TEXT NOT NULL,
          etag TEXT NOT NULL,
          size BIGINT NOT NULL,             -- of a folder: all files below it
          blob_id TEXT,
          md5 BYTEA,
          sha256 BYTEA,
          content_type TEXT NOT NULL,
          created_at BIGINT NOT NULL,       -- times are unix milliseconds
          modified_at BIGINT NOT NULL,
          stored_at BIGINT NOT NULL,        -- when the content came
          trashed_at BIGINT,                -- also on everything below a trashed folder
          restore_path TEXT NOT NULL,       -- where the top of a trashed tree came from, its name included
          executable BOOLEAN NOT NULL,
          encrypted BOOLEAN NOT NULL,
          creator TEXT NOT NULL,
          origin_account TEXT NOT NULL,
          origin_id TEXT NOT NULL,
          origin_etag TEXT NOT NULL,
          annotations TEXT NOT NULL DEFAULT '{}',   -- JSON
          UNIQUE (instance, id),
          UNIQUE (instance, parent_id, name));
        CREATE INDEX IF NOT EXISTS nodes_listed ON nodes (instance, parent_id, kind, name);
        CREATE INDEX IF NOT EXISTS nodes_blob ON nodes (blob_id);
        CREATE TABLE IF NOT EXISTS contents (
          blob_id TEXT PRIMARY KEY,
          bytes BYTEA NOT NULL);
        CREATE TABLE IF NOT EXISTS node_file_ids (only_row SMALLINT PRIMARY KEY, last BIGINT NOT NULL);
        INSERT INTO node_file_ids (only_row, last) VALUES (1, 0) ON CONFLICT DO NOTHING;
        """;
}
