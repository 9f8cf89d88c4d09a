-- Refunds that fail after their provider took them. Applied as the owner, once.

-- A refund that an event named by its id: that it was made, and that it failed, each counts once. Kept with the payment,
-- longer than any event: a provider that is asked about a payment tells of its refunds for ever.
CREATE TABLE akkoord.refund (
    provider text COLLATE "C" NOT NULL,
    refund_id text COLLATE "C" NOT NULL,
    -- The provider's; of a payment that we may not know (yet).
    provider_payment_id text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    noted_at timestamptz NOT NULL,
    -- When we were told; null: not so far.
    failed_at timestamptz,
    PRIMARY KEY (provider, refund_id)
);
CREATE INDEX refund_failed ON akkoord.refund (provider, provider_payment_id) WHERE failed_at IS NOT NULL;

-- What refunded_minor (all that has not failed) and refunded_in_full follow from: include/akkoord/domain/reversal.h.
ALTER TABLE akkoord.payment
    -- All that were ever made, as totals and single amounts tell.
    ADD COLUMN refund_total_minor bigint NOT NULL DEFAULT 0 CHECK (refund_total_minor >= 0),
    -- Those in akkoord.refund, and of these those that failed.
    ADD COLUMN refund_named_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN refund_failed_minor bigint NOT NULL DEFAULT 0,
    -- So much had gone back when the provider said that nothing was left; null: it never did.
    ADD COLUMN refund_full_minor bigint,
    -- When we last heard that more of it went back: from then on the provider is asked whether it came through (ask_at).
    ADD COLUMN refunded_at timestamptz,
    ADD CHECK (refund_failed_minor BETWEEN 0 AND refund_named_minor);
ALTER TABLE akkoord.early_reversal
    ADD COLUMN refund_total_minor bigint NOT NULL DEFAULT 0 CHECK (refund_total_minor >= 0),
    ADD COLUMN refund_named_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN refund_failed_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN refund_full_minor bigint,
    ADD CHECK (refund_failed_minor BETWEEN 0 AND refund_named_minor);

UPDATE akkoord.payment
SET refund_total_minor = refunded_minor, refund_full_minor = CASE WHEN refunded_in_full THEN refunded_minor END
WHERE refunded_minor > 0 OR refunded_in_full;
UPDATE akkoord.early_reversal
SET refund_total_minor = refunded_minor, refund_full_minor = CASE WHEN refunded_in_full THEN refunded_minor END
WHERE refunded_minor > 0 OR refunded_in_full;

-- A manager had it done again after it was given up: what a person asks for is not given up for what went before.
ALTER TABLE akkoord.job ADD COLUMN revived boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN akkoord.history.step IS 'the words of 0001, and payment_refund_failed';
COMMENT ON COLUMN akkoord.payment.ask_at IS 'of an open attempt, and of a payment of which money went back';

GRANT SELECT, INSERT, UPDATE ON akkoord.refund TO akkoord_server;
GRANT SELECT, DELETE ON akkoord.refund TO akkoord_retention;
GRANT SELECT ON akkoord.refund TO akkoord_auditor;
