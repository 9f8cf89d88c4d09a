-- What the European Union's VIES said of the buyer's VAT number, where the VAT of an order rests on it
-- (include/akkoord/store/vat_checks.h).

-- One row an order, written once. The number, the consultation number, name and address may be those of a natural person:
-- sealed under the order's billing key, so that they end with it.
CREATE TABLE akkoord.vat_number_check (
    order_id uuid PRIMARY KEY REFERENCES akkoord.customer_order (id),
    -- unavailable: nobody answered for as long as was asked
    outcome text NOT NULL CHECK (outcome IN ('valid', 'invalid', 'unavailable')),
    checked_at timestamptz NOT NULL,
    answer_sealed bytea NOT NULL
);
-- For the list that staff look through.
CREATE INDEX vat_number_check_outcome ON akkoord.vat_number_check (outcome, order_id);

ALTER TABLE akkoord.vat_number_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON akkoord.vat_number_check TO akkoord_worker USING (true);
CREATE POLICY retention ON akkoord.vat_number_check TO akkoord_retention USING (true);
CREATE POLICY auditor ON akkoord.vat_number_check FOR SELECT TO akkoord_auditor USING (true);
CREATE POLICY server ON akkoord.vat_number_check TO akkoord_server
    USING (EXISTS (SELECT FROM akkoord.customer_order AS o WHERE o.id = vat_number_check.order_id));

-- Nobody changes what was answered.
GRANT SELECT ON akkoord.vat_number_check TO akkoord_server;
GRANT SELECT, INSERT ON akkoord.vat_number_check TO akkoord_worker;
GRANT SELECT, DELETE ON akkoord.vat_number_check TO akkoord_retention;
GRANT SELECT (order_id, outcome, checked_at) ON akkoord.vat_number_check TO akkoord_auditor;

-- ---- the audit log ---------------------------------------------------------------------------------------------------

-- 20: one of an order that is not there can only have been added by hand
CREATE VIEW akkoord.audit_vat_check (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT c.order_id, c.order_id, o.audit_salt,
       concat_ws('|', c.outcome, akkoord.audit_time(c.checked_at), akkoord.audit_bytes(c.answer_sealed)), NULL::text
FROM akkoord.vat_number_check AS c
LEFT JOIN akkoord.customer_order AS o ON o.id = c.order_id;

CREATE OR REPLACE VIEW akkoord.audit_row WITH (security_invoker = true) AS
SELECT 1::bigint AS facet, * FROM akkoord.audit_order
UNION ALL
SELECT 2, * FROM akkoord.audit_order_state
UNION ALL
SELECT 3, * FROM akkoord.audit_payment
UNION ALL
SELECT 4, * FROM akkoord.audit_document
UNION ALL
SELECT 5, * FROM akkoord.audit_document_number
UNION ALL
SELECT 6, * FROM akkoord.audit_decision
UNION ALL
SELECT 7, * FROM akkoord.audit_review
UNION ALL
SELECT 8, * FROM akkoord.audit_statement
UNION ALL
SELECT 9, * FROM akkoord.audit_history
UNION ALL
SELECT 10, * FROM akkoord.audit_pdf
UNION ALL
SELECT 11, * FROM akkoord.audit_event
UNION ALL
SELECT 12, * FROM akkoord.audit_customer
UNION ALL
SELECT 13, * FROM akkoord.audit_staff
UNION ALL
SELECT 14, * FROM akkoord.audit_request
UNION ALL
SELECT 15, * FROM akkoord.audit_hold
UNION ALL
SELECT 16, * FROM akkoord.audit_price_list
UNION ALL
SELECT 17, * FROM akkoord.audit_ubl
UNION ALL
SELECT 18, * FROM akkoord.audit_cii
UNION ALL
SELECT 19, * FROM akkoord.audit_checkout
UNION ALL
SELECT 20, * FROM akkoord.audit_vat_check;

GRANT SELECT ON akkoord.audit_vat_check TO akkoord_worker, akkoord_retention;
