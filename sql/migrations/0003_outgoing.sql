-- What calls to payment providers need.

-- What a job is about. Of one kind and key at most one job waits: another that is asked for joins it, unless it has been
-- taken, because what it sees may be older than what was asked.
ALTER TABLE akkoord.job ADD COLUMN key text;
CREATE UNIQUE INDEX job_waiting_key ON akkoord.job (kind, key)
    WHERE key IS NOT NULL AND held_until IS NULL AND NOT dead;
CREATE INDEX job_key ON akkoord.job (kind, key) WHERE key IS NOT NULL;

-- When the provider is asked next what became of an attempt, in case its webhook is lost, and how often it was. Null:
-- not at all (any more).
ALTER TABLE akkoord.payment
    ADD COLUMN ask_at timestamptz,
    ADD COLUMN asked bigint NOT NULL DEFAULT 0;
CREATE INDEX payment_ask ON akkoord.payment (ask_at) WHERE ask_at IS NOT NULL;

-- The ids that an attempt to pay will have, and what is said to the provider about it, written down before it is said:
-- a repetition says the same under the same id, so that the provider recognises it. Deleted after a day.
CREATE TABLE akkoord.checkout_reservation (
    customer_id uuid NOT NULL,
    -- SHA-256 of what makes two requests the same: the customer's Idempotency-Key, or order and provider.
    purpose_sha256 bytea NOT NULL CHECK (octet_length(purpose_sha256) = 32),
    order_id uuid NOT NULL,
    order_number text NOT NULL,
    attempt_id uuid NOT NULL,
    provider text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    -- The body of the request: ids, amounts, addresses of our own; nothing personal.
    request text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, purpose_sha256)
);
CREATE INDEX checkout_reservation_created ON akkoord.checkout_reservation (created_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON akkoord.checkout_reservation TO akkoord_server;
GRANT SELECT, DELETE ON akkoord.checkout_reservation TO akkoord_retention;
GRANT SELECT ON akkoord.checkout_reservation TO akkoord_auditor;
