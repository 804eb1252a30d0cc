-- CRC-32C of each 128 KiB of a content outside of the database: who reads a part of it knows that it is as it was stored. Empty: it
-- was found damaged, and nobody reads it. Contents of before have none.
CREATE TABLE IF NOT EXISTS blob_sums (blob_id TEXT PRIMARY KEY, sums BYTEA NOT NULL);
