-- The audit log (include/akkoord/store/audit.h): what the program wrote, so that whatever else was written is found.

-- ---- the log itself ----------------------------------------------------------------------------------------------

-- One row a transaction of the program, in that transaction. Never changed. No personal data: identifiers, and salted
-- digests of rows.
CREATE TABLE akkoord.audit_leaf (
    -- Drawn after the transaction has written, and so locked, its rows: of two that wrote the same row, the later one
    -- has the greater id.
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at timestamptz NOT NULL,
    nonce uuid NOT NULL,
    -- Of the leaf in the tree (RFC 6962), and what only the program can compute over that.
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    mac bytea NOT NULL CHECK (octet_length(mac) = 32),
    -- Of 65 bytes each: which kind of row, whose, which, and the digest of its content.
    entries bytea NOT NULL
);
-- Digests don't compress.
ALTER TABLE akkoord.audit_leaf ALTER COLUMN entries SET STORAGE EXTERNAL;

-- The leaves that have no place in the tree yet. A state and not a watermark: a lower id may be committed later.
CREATE TABLE akkoord.audit_pending (
    id bigint PRIMARY KEY
) WITH (fillfactor = 50);

-- The leaves of the tree, 256 a row: their hashes (32 bytes each), their ids (8 bytes each, big-endian), and the roots of
-- the perfect subtrees before the row's first leaf. Hashes stay when their leaves have reached their term, so that every
-- checkpoint that was ever signed can be proved.
CREATE TABLE akkoord.audit_tile (
    tile bigint PRIMARY KEY CHECK (tile >= 0),
    frontier bytea NOT NULL,
    hashes bytea NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192),
    leaves bytea NOT NULL CHECK (octet_length(leaves) * 4 = octet_length(hashes))
);
ALTER TABLE akkoord.audit_tile ALTER COLUMN hashes SET STORAGE EXTERNAL, ALTER COLUMN leaves SET STORAGE EXTERNAL;

-- Every signed head: a C2SP checkpoint. Each names the one before it, so that one that is missing is missed.
CREATE TABLE akkoord.audit_checkpoint (
    size bigint PRIMARY KEY CHECK (size > 0),
    previous bigint NOT NULL CHECK (previous < size),
    signed_at timestamptz NOT NULL,
    note text NOT NULL,
    mac bytea NOT NULL
);

-- One row: that the rows of before this log are in it, and which leaves have reached their term.
CREATE TABLE akkoord.audit_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    adopted_at timestamptz NOT NULL,
    pruned_size bigint NOT NULL CHECK (pruned_size >= 0),
    pruned_before timestamptz,
    mac bytea NOT NULL
);

-- ---- salts -------------------------------------------------------------------------------------------------------

-- Random, and gone with the row: without it nobody can try out what the row held, not even with the program's keys.
ALTER TABLE akkoord.customer_order ADD COLUMN audit_salt uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE akkoord.customer ADD COLUMN audit_salt uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE akkoord.staff ADD COLUMN audit_salt uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE akkoord.privacy_request ADD COLUMN audit_salt uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE akkoord.legal_hold ADD COLUMN audit_salt uuid NOT NULL DEFAULT gen_random_uuid();

-- ---- what is covered ---------------------------------------------------------------------------------------------

CREATE FUNCTION akkoord.audit_text(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(octet_length(value) || ':' || value, '-');

CREATE FUNCTION akkoord.audit_bytes(value bytea) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(encode(sha256(value), 'hex'), '-');

CREATE FUNCTION akkoord.audit_time(value timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce((extract(epoch FROM value) * 1000000)::bigint::text, '-');

CREATE FUNCTION akkoord.audit_word(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(value, '-');

-- Every covered row as the text that its digest is made of, a view a facet, with the rights and the rows of whoever reads it; the committer writes the same texts by itself
-- (server/store/batch_audit.c). `extra` is JSON, which is brought into one form before. The facets are those of enum
-- audit_facet. Left out: what the program counts for itself (payment.ask_at and asked, staff.totp_last_step), and
-- privacy_request.text_key_id, which an erasure empties.
-- 1: an order as it was placed
CREATE VIEW akkoord.audit_order (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT o.id, o.id, o.audit_salt,
       concat_ws('|', akkoord.audit_text(o.number), o.customer_id, o.currency, o.net_minor, o.vat_minor, o.total_minor,
                 akkoord.audit_time(o.expires_at), o.language, o.billing_key_id, o.content_version,
                 akkoord.audit_bytes(o.content_sealed), akkoord.audit_time(o.created_at),
                 akkoord.audit_text(o.information_version), o.information_shown, o.is_one_stop_shop), NULL::text
FROM akkoord.customer_order AS o;

-- 2: its state
CREATE VIEW akkoord.audit_order_state (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT o.id, o.id, o.audit_salt,
       concat_ws('|', o.status, akkoord.audit_word(o.invoice_id::text), akkoord.audit_word(o.decision_id::text),
                 akkoord.audit_word(o.payment_id::text), o.decisions_count, o.credited_minor), NULL::text
FROM akkoord.customer_order AS o;

-- 3
CREATE VIEW akkoord.audit_payment (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT p.id, p.order_id, o.audit_salt,
       concat_ws('|', p.is_attempt, akkoord.audit_text(p.provider), akkoord.audit_text(p.provider_payment_id),
                 akkoord.audit_text(p.provider_alias), p.status, p.amount_minor, p.currency, p.live, p.refunded_minor,
                 p.refunded_in_full, p.charged_back, p.refund_total_minor, p.refund_named_minor, p.refund_failed_minor,
                 akkoord.audit_word(p.refund_full_minor::text), akkoord.audit_time(p.refunded_at),
                 akkoord.audit_time(p.created_at)), NULL::text
FROM akkoord.payment AS p
JOIN akkoord.customer_order AS o ON o.id = p.order_id;

-- 4: an invoice or a credit note but for its number, which no row has before it is committed
CREATE VIEW akkoord.audit_document (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT d.id, d.order_id, o.audit_salt,
       concat_ws('|', d.kind, akkoord.audit_word(d.decision_id::text), akkoord.audit_word(d.credits_id::text),
                 d.total_minor, d.currency, d.prepaid_minor, d.content_version, akkoord.audit_time(d.issued_at),
                 akkoord.audit_text(d.series), akkoord.audit_bytes(d.content_sealed), d.takes_rest), NULL::text
FROM akkoord.document AS d
JOIN akkoord.customer_order AS o ON o.id = d.order_id;

-- 5: its number and date, from when it is first drawn
CREATE VIEW akkoord.audit_document_number (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT d.id, d.order_id, o.audit_salt, concat_ws('|', d.year, d.sequence, akkoord.audit_text(d.number),
                 d.issue_date - '1970-01-01'::date),
       NULL::text
FROM akkoord.document AS d
JOIN akkoord.customer_order AS o ON o.id = d.order_id;

-- 6
CREATE VIEW akkoord.audit_decision (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT d.id, d.order_id, o.audit_salt,
       concat_ws('|', d.outcome, array_to_string(d.reasons, ','), akkoord.audit_text(d.policy_name),
                 akkoord.audit_text(d.policy_version), akkoord.audit_text(d.policy_hash),
                 akkoord.audit_text(d.legal_basis), d.made_by, akkoord.audit_word(d.staff_id::text),
                 akkoord.audit_time(d.made_at), d.ordinal), d.inputs::text
FROM akkoord.decision AS d
JOIN akkoord.customer_order AS o ON o.id = d.order_id;

-- 7
CREATE VIEW akkoord.audit_review (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT r.id, r.order_id, o.audit_salt,
       concat_ws('|', r.decision_id, r.state, r.stage, r.requested_by, akkoord.audit_time(r.requested_at),
                 akkoord.audit_time(r.due_at), akkoord.audit_word(r.outcome), akkoord.audit_bytes(r.reasons_sealed),
                 akkoord.audit_time(r.decided_at), akkoord.audit_word(r.decided_by::text), r.look,
                 akkoord.audit_word(r.first_id::text), akkoord.audit_word(r.assigned_to::text),
                 akkoord.audit_word(r.inputs_seen), akkoord.audit_word(r.proposed_outcome),
                 akkoord.audit_bytes(r.proposed_reasons_sealed), akkoord.audit_word(r.proposed_by::text),
                 akkoord.audit_time(r.proposed_at), akkoord.audit_word(r.confirmed_by::text),
                 akkoord.audit_time(r.due_before), akkoord.audit_time(r.extended_at),
                 akkoord.audit_bytes(r.extension_reasons_sealed)), NULL::text
FROM akkoord.review AS r
JOIN akkoord.customer_order AS o ON o.id = r.order_id;

-- 8
CREATE VIEW akkoord.audit_statement (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT s.id, r.order_id, o.audit_salt,
       concat_ws('|', s.review_id, s.made_by, akkoord.audit_word(s.staff_id::text), akkoord.audit_bytes(s.text_sealed),
                 akkoord.audit_time(s.made_at)), NULL::text
FROM akkoord.review_statement AS s
JOIN akkoord.review AS r ON r.id = s.review_id
JOIN akkoord.customer_order AS o ON o.id = r.order_id;

-- 9
CREATE VIEW akkoord.audit_history (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT h.id, h.order_id, o.audit_salt,
       concat_ws('|', akkoord.audit_word(h.review_id::text), h.step, h.actor, akkoord.audit_word(h.staff_id::text),
                 akkoord.audit_time(h.at)), NULL::text
FROM akkoord.history AS h
JOIN akkoord.customer_order AS o ON o.id = h.order_id;

-- 10: a drawn document, under the id of the document; 17 and 18 are its other formats
CREATE VIEW akkoord.audit_pdf (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT r.document_id, d.order_id, o.audit_salt,
       concat_ws('|', akkoord.audit_bytes(r.sha256), akkoord.audit_bytes(r.bytes_sealed),
                 akkoord.audit_text(r.program_version), akkoord.audit_time(r.rendered_at)), NULL::text
FROM akkoord.rendition AS r
JOIN akkoord.document AS d ON d.id = r.document_id
JOIN akkoord.customer_order AS o ON o.id = d.order_id
WHERE r.format = 'pdf';

-- 11: an event belongs to nobody: it ends before its order
CREATE VIEW akkoord.audit_event (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT e.id, NULL::uuid, NULL::uuid,
       concat_ws('|', akkoord.audit_text(e.provider), akkoord.audit_text(e.event_id), e.kind,
                 akkoord.audit_text(e.payment_id), akkoord.audit_word(e.order_id::text), e.amount_minor, e.currency,
                 e.live, akkoord.audit_time(e.occurred_at), akkoord.audit_time(e.received_at),
                 encode(e.body_sha256, 'hex'), e.outcome, akkoord.audit_word(e.body_key_id::text),
                 akkoord.audit_bytes(e.body_sealed)), NULL::text
FROM akkoord.event AS e;

-- 12
CREATE VIEW akkoord.audit_customer (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT c.id, c.id, c.audit_salt,
       concat_ws('|', akkoord.audit_bytes(c.email_index), c.email_key_id, c.profile_key_id, c.profile_version,
                 akkoord.audit_bytes(c.profile_sealed), akkoord.audit_text(c.password_hash), c.language,
                 akkoord.audit_time(c.created_at), akkoord.audit_time(c.restricted_since),
                 akkoord.audit_time(c.email_verified_at)), NULL::text
FROM akkoord.customer AS c;

-- 13
CREATE VIEW akkoord.audit_staff (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT s.id, s.id, s.audit_salt,
       concat_ws('|', akkoord.audit_bytes(s.email_index), s.email_key_id, s.staff_key_id, s.profile_version,
                 akkoord.audit_bytes(s.profile_sealed), akkoord.audit_text(s.password_hash), s.role, s.policy_author,
                 akkoord.audit_time(s.created_at), akkoord.audit_time(s.ended_at)), NULL::text
FROM akkoord.staff AS s;

-- 14
CREATE VIEW akkoord.audit_request (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT r.id, r.id, r.audit_salt,
       concat_ws('|', r.customer_id, r.kind, r.state, akkoord.audit_time(r.received_at), akkoord.audit_time(r.due_at),
                 akkoord.audit_bytes(r.statement_sealed), akkoord.audit_bytes(r.extension_sealed), akkoord.audit_bytes(r.answer_sealed),
                 akkoord.audit_time(r.decided_at), akkoord.audit_word(r.decided_by::text),
                 akkoord.audit_bytes(r.receipt_sha256)), r.report::text
FROM akkoord.privacy_request AS r;

-- 15
CREATE VIEW akkoord.audit_hold (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT h.id, h.id, h.audit_salt,
       concat_ws('|', akkoord.audit_word(h.order_id::text), akkoord.audit_word(h.customer_id::text), h.reason, h.set_by,
                 akkoord.audit_time(h.set_at), akkoord.audit_word(h.lifted_by::text), akkoord.audit_time(h.lifted_at)),
       NULL::text
FROM akkoord.legal_hold AS h;

-- 16: the whole price list with its codes, under a fixed id: it is replaced as a whole
CREATE VIEW akkoord.audit_price_list (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT '00000000-0000-0000-0000-000000000016'::uuid, NULL::uuid, NULL::uuid, concat_ws('|', l.services, l.codes), NULL::text
FROM (
    SELECT (SELECT string_agg(concat_ws('|', akkoord.audit_text(s.sku), akkoord.audit_text(s.name_nl),
                                        akkoord.audit_text(s.name_en), s.unit_price_minor, s.currency,
                                        s.price_includes_vat, akkoord.audit_text(s.vat_category),
                                        s.vat_rate_basis_points, s.position, s.active, s.supply,
                                        akkoord.audit_text(s.discounts::text)), '|' ORDER BY s.sku COLLATE "C")
            FROM akkoord.service AS s) AS services,
           (SELECT string_agg(concat_ws('|', akkoord.audit_text(c.code), c.percent_basis_points, c.amount_minor,
                                        akkoord.audit_word(c.currency), akkoord.audit_text(c.name_nl),
                                        akkoord.audit_text(c.name_en), coalesce((c.until - '1970-01-01'::date)::text, '-')),
                              '|' ORDER BY c.code COLLATE "C")
            FROM akkoord.discount_code AS c) AS codes
) AS l
WHERE l.services IS NOT NULL;

-- 17: see 10
CREATE VIEW akkoord.audit_ubl (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT r.document_id, d.order_id, o.audit_salt,
       concat_ws('|', akkoord.audit_bytes(r.sha256), akkoord.audit_bytes(r.bytes_sealed),
                 akkoord.audit_text(r.program_version), akkoord.audit_time(r.rendered_at)), NULL::text
FROM akkoord.rendition AS r
JOIN akkoord.document AS d ON d.id = r.document_id
JOIN akkoord.customer_order AS o ON o.id = d.order_id
WHERE r.format = 'ubl';

-- 18: see 10
CREATE VIEW akkoord.audit_cii (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT r.document_id, d.order_id, o.audit_salt,
       concat_ws('|', akkoord.audit_bytes(r.sha256), akkoord.audit_bytes(r.bytes_sealed),
                 akkoord.audit_text(r.program_version), akkoord.audit_time(r.rendered_at)), NULL::text
FROM akkoord.rendition AS r
JOIN akkoord.document AS d ON d.id = r.document_id
JOIN akkoord.customer_order AS o ON o.id = d.order_id
WHERE r.format = 'cii';

-- 19: where an attempt is paid
CREATE VIEW akkoord.audit_checkout (id, subject_id, salt, content, extra) WITH (security_invoker = true) AS
SELECT p.id, p.order_id, o.audit_salt, akkoord.audit_text(p.checkout_url), NULL::text
FROM akkoord.payment AS p
JOIN akkoord.customer_order AS o ON o.id = p.order_id
WHERE p.checkout_url IS NOT NULL;

CREATE VIEW akkoord.audit_row WITH (security_invoker = true) AS
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
SELECT 19, * FROM akkoord.audit_checkout;

-- ---- rights ------------------------------------------------------------------------------------------------------

-- Nobody changes or deletes a leaf but the retention engine at the end of its term. Customers' calls add leaves.
GRANT INSERT ON akkoord.audit_leaf, akkoord.audit_pending TO akkoord_server;
GRANT SELECT (id) ON akkoord.audit_leaf TO akkoord_server;
GRANT SELECT, INSERT ON akkoord.audit_leaf, akkoord.audit_pending, akkoord.audit_checkpoint, akkoord.audit_tile,
    akkoord.audit_state TO akkoord_worker;
GRANT DELETE ON akkoord.audit_pending TO akkoord_worker;
GRANT UPDATE (hashes, leaves) ON akkoord.audit_tile TO akkoord_worker;
GRANT SELECT, INSERT ON akkoord.audit_leaf, akkoord.audit_pending TO akkoord_retention;
GRANT SELECT ON akkoord.audit_tile, akkoord.audit_checkpoint, akkoord.audit_state TO akkoord_retention;
GRANT DELETE ON akkoord.audit_leaf, akkoord.audit_checkpoint TO akkoord_retention;
GRANT UPDATE ON akkoord.audit_state TO akkoord_retention;
GRANT SELECT ON akkoord.audit_leaf, akkoord.audit_pending, akkoord.audit_tile, akkoord.audit_checkpoint,
    akkoord.audit_state TO akkoord_auditor;
-- What is sealed is part of what a digest is made of, so an auditor verifies with the program and its key. Customers' calls
-- read back what they may write.
GRANT SELECT ON akkoord.audit_row, akkoord.audit_order, akkoord.audit_order_state, akkoord.audit_payment,
    akkoord.audit_document, akkoord.audit_document_number, akkoord.audit_decision, akkoord.audit_review,
    akkoord.audit_statement, akkoord.audit_history, akkoord.audit_pdf, akkoord.audit_event, akkoord.audit_customer,
    akkoord.audit_staff, akkoord.audit_request, akkoord.audit_hold, akkoord.audit_price_list, akkoord.audit_ubl,
    akkoord.audit_cii, akkoord.audit_checkout TO akkoord_worker, akkoord_retention;
GRANT SELECT ON akkoord.audit_order, akkoord.audit_order_state, akkoord.audit_payment, akkoord.audit_document_number,
    akkoord.audit_review, akkoord.audit_statement, akkoord.audit_history, akkoord.audit_pdf, akkoord.audit_ubl,
    akkoord.audit_cii, akkoord.audit_customer, akkoord.audit_request, akkoord.audit_checkout TO akkoord_server;
-- A salt is for the program alone.
REVOKE SELECT ON akkoord.legal_hold FROM akkoord_auditor;
GRANT SELECT (id, order_id, customer_id, reason, set_by, set_at, lifted_by, lifted_at) ON akkoord.legal_hold
    TO akkoord_auditor;
