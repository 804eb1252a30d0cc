-- CRC-32C of each 128 KiB of a content outside of the database: who reads a part of it knows that it is as it was stored. Empty: it
-- was found damaged, and nobody reads it. Contents of before have none.
CREATE TABLE IF NOT EXISTS blob_sums (blob_id TEXT PRIMARY KEY, sums BYTEA NOT NULL);

-- Tries of logins, of all replicas together, by spans of ten minutes; address '' is all addresses. Old spans go by themselves.
CREATE TABLE IF NOT EXISTS login_tries (
  instance TEXT NOT NULL, trial TEXT NOT NULL, address TEXT NOT NULL, span BIGINT NOT NULL, tries BIGINT NOT NULL,
  PRIMARY KEY (instance, trial, address, span));
CREATE INDEX IF NOT EXISTS login_tries_span ON login_tries (span);
