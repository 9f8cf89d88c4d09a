-- Erasures that outlive a restored backup: include/akkoord/store/erasures.h.

-- How far each ledger outside the database had come when this was last written.
CREATE TABLE akkoord.erasure_ledger (
    id uuid PRIMARY KEY,
    entries bigint NOT NULL CHECK (entries >= 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    noted_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON akkoord.erasure_ledger TO akkoord_server;
GRANT SELECT ON akkoord.erasure_ledger TO akkoord_retention, akkoord_auditor;

-- An order outlives the key of its content: the key may be destroyed while the order stays.
ALTER TABLE akkoord.customer_order DROP CONSTRAINT customer_order_billing_key_id_fkey;
