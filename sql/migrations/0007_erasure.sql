-- What an erasure did, by category of data: kept with its request, and read by whoever holds the receipt, as nobody can
-- log in any more. No personal data.
ALTER TABLE akkoord.privacy_request
    ADD COLUMN receipt_sha256 bytea CHECK (octet_length(receipt_sha256) = 32),
    ADD COLUMN report jsonb,
    ADD CHECK ((receipt_sha256 IS NULL) = (report IS NULL)),
    ADD CHECK (report IS NULL OR kind = 'erasure');
CREATE UNIQUE INDEX privacy_request_receipt ON akkoord.privacy_request (receipt_sha256) WHERE receipt_sha256 IS NOT NULL;

-- Repetitions of requests go with the person who made them.
CREATE INDEX checkout_reservation_customer ON akkoord.checkout_reservation (customer_id);
