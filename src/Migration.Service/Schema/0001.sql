-- How these scripts are written for both engines: docs/decisions/0009-postgresql.md. Times are unix milliseconds.

CREATE TABLE IF NOT EXISTS migrations (
  id TEXT PRIMARY KEY,
  instance TEXT NOT NULL,
  rev TEXT NOT NULL,
  account_id TEXT NOT NULL,
  status TEXT NOT NULL,
  document TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  cancel_requested BOOLEAN NOT NULL DEFAULT FALSE,
  lease_owner TEXT,
  lease_until BIGINT);
-- The rule "one in flight for each instance".
CREATE UNIQUE INDEX IF NOT EXISTS migrations_active ON migrations (instance) WHERE status IN ('pending', 'running');
CREATE INDEX IF NOT EXISTS migrations_waiting ON migrations (created_at) WHERE status IN ('pending', 'running');
CREATE TABLE IF NOT EXISTS removed_migrations (instance TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (instance, id));

-- A file's or folder's outcome: pending, imported, already_there, renamed, excluded, failed or gone. For a folder, pending means that it was not listed whole yet.
CREATE TABLE IF NOT EXISTS migration_files (
  number INTEGER PRIMARY KEY,
  migration TEXT NOT NULL REFERENCES migrations (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  parent BIGINT,
  is_folder BOOLEAN NOT NULL,
  source_id TEXT NOT NULL,
  etag TEXT NOT NULL,
  size BIGINT NOT NULL,
  modified_at BIGINT,
  outcome TEXT NOT NULL DEFAULT 'pending',
  attempts BIGINT NOT NULL DEFAULT 0,
  message TEXT,
  failed_at BIGINT,
  drive_id TEXT,
  drive_name TEXT,
  sha256 TEXT,
  md5 TEXT,
  proof TEXT,
  reason TEXT,
  favorite BOOLEAN NOT NULL DEFAULT FALSE);
CREATE UNIQUE INDEX IF NOT EXISTS migration_files_path ON migration_files (migration, path);
CREATE INDEX IF NOT EXISTS migration_files_outcome ON migration_files (migration, outcome, is_folder, number);
CREATE INDEX IF NOT EXISTS migration_files_source ON migration_files (migration, source_id);

CREATE TABLE IF NOT EXISTS cleanups (
  number INTEGER PRIMARY KEY,
  migration TEXT NOT NULL UNIQUE REFERENCES migrations (id) ON DELETE CASCADE,
  instance TEXT NOT NULL,
  is_over BOOLEAN NOT NULL DEFAULT FALSE,
  fault TEXT,
  message TEXT,
  lease_owner TEXT,
  lease_until BIGINT);
-- One for each line of the ledger that is settled.
CREATE TABLE IF NOT EXISTS cleanup_lines (
  number INTEGER PRIMARY KEY REFERENCES migration_files (number) ON DELETE CASCADE,
  migration TEXT NOT NULL,
  kept TEXT);
CREATE INDEX IF NOT EXISTS cleanup_lines_migration ON cleanup_lines (migration, number);

CREATE TABLE IF NOT EXISTS predictions (instance TEXT PRIMARY KEY, question TEXT NOT NULL, prediction TEXT NOT NULL);

-- What was deleted is remembered by its last revision: a document that takes its id goes on counting from there.
CREATE TABLE IF NOT EXISTS documents (
  instance TEXT NOT NULL, doctype TEXT NOT NULL, id TEXT NOT NULL, rev TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (instance, doctype, id));
CREATE TABLE IF NOT EXISTS deleted_documents (
  instance TEXT NOT NULL, doctype TEXT NOT NULL, id TEXT NOT NULL, rev TEXT NOT NULL,
  PRIMARY KEY (instance, doctype, id));

-- A file from before these scripts may lack these.
ALTER TABLE migration_files ADD COLUMN IF NOT EXISTS md5 TEXT;
ALTER TABLE migration_files ADD COLUMN IF NOT EXISTS proof TEXT;
ALTER TABLE migration_files ADD COLUMN IF NOT EXISTS reason TEXT;
ALTER TABLE migration_files ADD COLUMN IF NOT EXISTS favorite BOOLEAN NOT NULL DEFAULT FALSE;
