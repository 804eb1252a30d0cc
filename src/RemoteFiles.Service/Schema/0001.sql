-- How these scripts are written for both engines: docs/decisions/0009-postgresql.md. Times are unix milliseconds.

CREATE TABLE IF NOT EXISTS instances (
  domain TEXT PRIMARY KEY, locale TEXT NOT NULL, token_salt TEXT NOT NULL,
  passphrase TEXT NOT NULL, quota BIGINT, created_at BIGINT NOT NULL,
  profile TEXT NOT NULL DEFAULT '{}', profile_rev TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS instance_names (name TEXT PRIMARY KEY, domain TEXT NOT NULL, is_old BOOLEAN NOT NULL);
CREATE TABLE IF NOT EXISTS removed_instances (domain TEXT PRIMARY KEY, removed_at BIGINT NOT NULL);

-- What was deleted is remembered by its last revision: a document that takes its id goes on counting from there.
CREATE TABLE IF NOT EXISTS documents (
  instance TEXT NOT NULL, doctype TEXT NOT NULL, id TEXT NOT NULL, rev TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (instance, doctype, id));
CREATE TABLE IF NOT EXISTS deleted_documents (
  instance TEXT NOT NULL, doctype TEXT NOT NULL, id TEXT NOT NULL, rev TEXT NOT NULL,
  PRIMARY KEY (instance, doctype, id));

-- A password that was revoked is remembered for a while: who comes with it does not guess.
CREATE TABLE IF NOT EXISTS app_passwords (
  id TEXT PRIMARY KEY, instance TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL DEFAULT 0, revoked_at BIGINT NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS login_flows (
  poll_hash TEXT PRIMARY KEY, login_hash TEXT NOT NULL UNIQUE, instance TEXT NOT NULL, app TEXT NOT NULL,
  created_at BIGINT NOT NULL, is_granted BOOLEAN NOT NULL DEFAULT FALSE);
CREATE TABLE IF NOT EXISTS ended_sessions (instance TEXT NOT NULL, hash TEXT NOT NULL, until BIGINT NOT NULL, PRIMARY KEY (instance, hash));

-- Files and folders of all instances in one table, so that a file id is unique over all users and a name is taken by either.
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
  created_at BIGINT NOT NULL,
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

CREATE TABLE IF NOT EXISTS node_locks (
  token TEXT PRIMARY KEY, instance TEXT NOT NULL, path TEXT NOT NULL, is_deep BOOLEAN NOT NULL, is_exclusive BOOLEAN NOT NULL,
  owner TEXT NOT NULL, timeout BIGINT NOT NULL, expires_at BIGINT NOT NULL);
CREATE INDEX IF NOT EXISTS node_locks_of ON node_locks (instance);

CREATE TABLE IF NOT EXISTS node_properties (
  instance TEXT NOT NULL, node_id TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (instance, node_id, namespace, name));
CREATE INDEX IF NOT EXISTS node_properties_named ON node_properties (instance, namespace, name);

CREATE TABLE IF NOT EXISTS node_versions (
  instance TEXT NOT NULL, node_id TEXT NOT NULL,
  version BIGINT NOT NULL,          -- when it was modified, in seconds; a little later when that is taken
  blob_id TEXT NOT NULL, size BIGINT NOT NULL, md5 BYTEA, sha256 BYTEA, content_type TEXT NOT NULL,
  modified_at BIGINT NOT NULL, etag TEXT NOT NULL, kept_at BIGINT NOT NULL,
  PRIMARY KEY (instance, node_id, version));
CREATE INDEX IF NOT EXISTS node_versions_blob ON node_versions (blob_id);

CREATE TABLE IF NOT EXISTS uploads (
  instance TEXT NOT NULL, transfer TEXT NOT NULL, touched_at BIGINT NOT NULL,
  done_id TEXT, done_path TEXT, done_new BOOLEAN,  -- what it has become, in case that the answer was lost
  PRIMARY KEY (instance, transfer));
CREATE TABLE IF NOT EXISTS upload_parts (
  instance TEXT NOT NULL, transfer TEXT NOT NULL, name TEXT NOT NULL, blob_id TEXT NOT NULL, size BIGINT NOT NULL,
  PRIMARY KEY (instance, transfer, name));
CREATE INDEX IF NOT EXISTS upload_parts_blob ON upload_parts (blob_id);
CREATE TABLE IF NOT EXISTS blob_segments (
  blob_id TEXT NOT NULL, position BIGINT NOT NULL, part_id TEXT NOT NULL, size BIGINT NOT NULL, PRIMARY KEY (blob_id, position));
CREATE INDEX IF NOT EXISTS blob_segments_part ON blob_segments (part_id);

-- A file from before these scripts may lack these.
ALTER TABLE instances ADD COLUMN IF NOT EXISTS profile TEXT NOT NULL DEFAULT '{}';
ALTER TABLE instances ADD COLUMN IF NOT EXISTS profile_rev TEXT NOT NULL DEFAULT '';
ALTER TABLE app_passwords ADD COLUMN IF NOT EXISTS used_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE app_passwords ADD COLUMN IF NOT EXISTS revoked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN IF NOT EXISTS annotations TEXT NOT NULL DEFAULT '{}';
