-- How far the contents were read again in this round, and which replica does so. A round goes on while it has not ended after it was begun.
CREATE TABLE IF NOT EXISTS scrubs (
  only_row SMALLINT PRIMARY KEY, begun_at BIGINT NOT NULL, ended_at BIGINT NOT NULL, last_blob TEXT NOT NULL,
  holder TEXT NOT NULL, held_until BIGINT NOT NULL);
INSERT INTO scrubs (only_row, begun_at, ended_at, last_blob, holder, held_until) VALUES (1, 0, 0, '', '', 0) ON CONFLICT DO NOTHING;
