-- Rotation of key-encryption keys.

-- From `retired_at` on no data key is stored under that key any more (sql/data_key/insert.sql), so that what it wraps
-- only grows fewer; at `destroyed_at` its material was taken out of the keyring.
ALTER TABLE akkoord.key_encryption_key ADD COLUMN retired_at timestamptz, ADD COLUMN destroyed_at timestamptz;
GRANT UPDATE (retired_at, destroyed_at) ON akkoord.key_encryption_key TO akkoord_server;

-- What an old key still wraps, page by page.
DROP INDEX akkoord.data_key_kek;
CREATE INDEX data_key_kek ON akkoord.data_key (kek_id, id);
