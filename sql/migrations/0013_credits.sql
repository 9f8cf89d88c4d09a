-- Credit notes that take back a part of an invoice, and series of numbers with prefixes and names of their own.

-- What partial credit notes have taken of the invoice that stands. On the row of the order, because whoever has waited for
-- its lock sees only that row as it is now.
ALTER TABLE akkoord.customer_order ADD COLUMN credited_minor bigint NOT NULL DEFAULT 0
    CHECK (credited_minor >= 0 AND credited_minor <= total_minor);

ALTER TABLE akkoord.document
    -- Its own lines, totals and reason, sealed under the order's billing key; null: those of the order.
    ADD COLUMN content_sealed bytea,
    -- Of a credit note: nothing of its invoice is left after it.
    ADD COLUMN takes_rest boolean NOT NULL DEFAULT true,
    -- Whose numbers it is among; with kind and year, the row of the counter that it was taken from.
    ADD COLUMN series text NOT NULL DEFAULT '',
    ADD CHECK (content_sealed IS NULL OR kind = 'credit_note'),
    ADD CHECK (takes_rest OR content_sealed IS NOT NULL),
    ADD CHECK (decision_id IS NOT NULL OR content_sealed IS NOT NULL);
-- Null: of a credit note that staff drew up.
ALTER TABLE akkoord.document ALTER COLUMN decision_id DROP NOT NULL;

-- Several credit notes may take a part, and one takes the rest.
DROP INDEX akkoord.document_credits;
CREATE UNIQUE INDEX document_credits_rest ON akkoord.document (credits_id) WHERE credits_id IS NOT NULL AND takes_rest;
CREATE INDEX document_credits ON akkoord.document (credits_id) WHERE credits_id IS NOT NULL;

-- One row a series, kind and year.
ALTER TABLE akkoord.document_counter ADD COLUMN series text NOT NULL DEFAULT '';
ALTER TABLE akkoord.document_counter DROP CONSTRAINT document_counter_pkey;
ALTER TABLE akkoord.document_counter ADD PRIMARY KEY (series, kind, year);

-- Every prefix that numbers were or may be given under, and whose it is, for good: a number is its prefix, a year and a
-- sequence, so two documents can have the same number only under the same prefix.
CREATE TABLE akkoord.document_prefix (
    prefix text PRIMARY KEY,
    series text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
    claimed_at timestamptz NOT NULL
);
INSERT INTO akkoord.document_prefix (prefix, series, kind, claimed_at)
SELECT CASE kind WHEN 'credit_note' THEN 'CN' ELSE '' END, '', kind, now()
FROM akkoord.document_counter
GROUP BY kind;

GRANT SELECT, INSERT ON akkoord.document_prefix TO akkoord_worker;
GRANT SELECT ON akkoord.document_prefix TO akkoord_server, akkoord_retention, akkoord_auditor;
GRANT UPDATE (credited_minor) ON akkoord.customer_order TO akkoord_worker;
-- What is sealed stays closed to an auditor.
REVOKE SELECT ON akkoord.document FROM akkoord_auditor;
GRANT SELECT (id, kind, year, sequence, number, issue_date, order_id, decision_id, credits_id, total_minor, currency,
              prepaid_minor, content_version, issued_at, takes_rest, series) ON akkoord.document TO akkoord_auditor;
GRANT SELECT (credited_minor) ON akkoord.customer_order TO akkoord_auditor;
