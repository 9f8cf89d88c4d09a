-- Owning an account: proof of an address, sessions that can be named, and what was mailed about orders.

ALTER TABLE akkoord.customer ADD COLUMN email_verified_at timestamptz;

ALTER TABLE akkoord.session ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX session_id ON akkoord.session (id);

-- A code that was mailed, or will be. The code itself stands nowhere: it is computed from the id under a key of the
-- keyring (vault/mailed_code.h).
CREATE TABLE akkoord.account_code (
    id uuid PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('verification', 'password_reset', 'email_change')),
    -- Null: nobody has the address that a reset was asked for. Such a row is written and tried like any other, so that
    -- neither answer nor time tells who is known.
    customer_id uuid REFERENCES akkoord.customer ON DELETE CASCADE,
    -- Of a reset: the blind index of the address that was given.
    email_index bytea CHECK (octet_length(email_index) = 32),
    -- Of a change: the new address, under the profile key.
    email_sealed bytea,
    tries bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CHECK ((purpose = 'password_reset') = (email_index IS NOT NULL)),
    CHECK ((purpose = 'email_change') = (email_sealed IS NOT NULL)),
    CHECK (purpose = 'password_reset' OR customer_id IS NOT NULL)
);
CREATE INDEX account_code_customer ON akkoord.account_code (customer_id, purpose, id) WHERE customer_id IS NOT NULL;
CREATE INDEX account_code_email ON akkoord.account_code (email_index, id) WHERE email_index IS NOT NULL;
CREATE INDEX account_code_expires ON akkoord.account_code (expires_at);

-- The mails about decisions and reviews that a mail server has taken: each is sent once.
CREATE TABLE akkoord.mail (
    kind text NOT NULL,
    -- The decision, or the review.
    subject_id uuid NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (kind, subject_id)
);

GRANT SELECT, INSERT ON akkoord.account_code, akkoord.mail TO akkoord_server;
GRANT UPDATE, DELETE ON akkoord.account_code TO akkoord_server;
GRANT SELECT, DELETE ON akkoord.account_code, akkoord.mail TO akkoord_retention;
GRANT SELECT ON akkoord.account_code, akkoord.mail TO akkoord_auditor;
