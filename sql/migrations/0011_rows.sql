-- Who may do what, and who sees which rows: the roles of the database, and row-level security as a second wall between
-- customers.
--
--     akkoord_server      customers' calls: the rows of the one customer that the session was told of, and of those only
--                         what such calls need
--     akkoord_worker      acceptance, jobs, staff's calls, calls without a log-in, commands: all rows
--     akkoord_retention   all rows, to delete what has reached its term
--     akkoord_auditor     all rows, but no column that is sealed, or that opens something
--
-- A policy is named after its role. Whoever has none sees nothing; the owner is above them, so that foreign keys, dumps
-- and migrations see everything. A new table belongs into one of the lists of tests/e2e/rows.test.mjs, which fails until
-- it does.

-- Whose rows: akkoord.customer_id, which the program sets for a session (include/akkoord/pg/connection.h). Unset or
-- empty: nobody's.
CREATE FUNCTION akkoord.current_customer() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('akkoord.customer_id', true), '')::uuid;

-- A data key says whose it is: what it opens is found by it, and not it by that. Null: of no customer's rows.
ALTER TABLE akkoord.data_key ADD COLUMN customer_id uuid CHECK (customer_id IS NULL OR purpose IN ('profile', 'billing'));
UPDATE akkoord.data_key AS k
SET customer_id = o.customer_id
FROM (SELECT profile_key_id AS key_id, id AS customer_id FROM akkoord.customer
      UNION ALL
      SELECT billing_key_id, customer_id FROM akkoord.customer_order
      UNION ALL
      SELECT text_key_id, customer_id FROM akkoord.privacy_request WHERE text_key_id IS NOT NULL) AS o
WHERE k.id = o.key_id;

-- ---- rights ----------------------------------------------------------------------------------------------------

-- The worker begins with what the server had.
DO $copy$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT c.oid::regclass AS relation, c.relkind, acl.privilege_type AS privilege, NULL AS attribute
        FROM pg_class AS c, aclexplode(c.relacl) AS acl
        WHERE c.relnamespace = 'akkoord'::regnamespace AND acl.grantee = 'akkoord_server'::regrole
        UNION ALL
        SELECT c.oid::regclass, c.relkind, acl.privilege_type, a.attname
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid,
             aclexplode(a.attacl) AS acl
        WHERE c.relnamespace = 'akkoord'::regnamespace AND acl.grantee = 'akkoord_server'::regrole
    LOOP
        EXECUTE format('GRANT %s %s ON %s %s TO akkoord_worker', item.privilege,
                       CASE WHEN item.attribute IS NOT NULL THEN format('(%I)', item.attribute) END,
                       CASE item.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, item.relation);
    END LOOP;
END
$copy$;

-- What changes is named by column, for both.
REVOKE UPDATE ON akkoord.customer, akkoord.customer_order, akkoord.payment, akkoord.review, akkoord.review_opening,
    akkoord.staff, akkoord.session, akkoord.data_key, akkoord.idempotency, akkoord.checkout_reservation,
    akkoord.privacy_request, akkoord.account_code, akkoord.refund, akkoord.early_reversal, akkoord.document_counter,
    akkoord.erasure_ledger, akkoord.job
    FROM akkoord_server, akkoord_worker;
GRANT UPDATE (status, invoice_id, decision_id, decisions_count, payment_id) ON akkoord.customer_order TO akkoord_worker;
GRANT UPDATE (provider_payment_id, provider_alias, status, amount_minor, currency, live, refunded_minor, refunded_in_full,
              charged_back, refund_total_minor, refund_named_minor, refund_failed_minor, refund_full_minor, refunded_at,
              ask_at, asked) ON akkoord.payment TO akkoord_worker;
GRANT UPDATE (refunded_minor, refunded_in_full, charged_back, refund_total_minor, refund_named_minor,
              refund_failed_minor, refund_full_minor) ON akkoord.early_reversal TO akkoord_worker;
GRANT UPDATE (failed_at) ON akkoord.refund TO akkoord_worker;
GRANT UPDATE (last_number, last_date) ON akkoord.document_counter TO akkoord_worker;
GRANT UPDATE (state, stage, outcome, reasons_sealed, decided_at, decided_by, assigned_to, inputs_seen, proposed_outcome,
              proposed_reasons_sealed, proposed_by, proposed_at, confirmed_by, due_at, due_before, extended_at,
              extension_reasons_sealed) ON akkoord.review TO akkoord_worker;
GRANT UPDATE (how, at) ON akkoord.review_opening TO akkoord_worker;
GRANT UPDATE (password_hash, totp_last_step, ended_at) ON akkoord.staff TO akkoord_worker;
GRANT UPDATE (kek_id, wrapped) ON akkoord.data_key TO akkoord_worker;
GRANT UPDATE (run_at, attempts, held_until, dead, last_error) ON akkoord.job TO akkoord_worker;
GRANT UPDATE (email_index, email_key_id, email_verified_at, profile_key_id, profile_version, profile_sealed, password_hash,
              language, restricted_since) ON akkoord.customer TO akkoord_server, akkoord_worker;
GRANT UPDATE (state, due_at, text_key_id, statement_sealed, extension_sealed, answer_sealed, decided_at, decided_by)
    ON akkoord.privacy_request TO akkoord_worker;
GRANT UPDATE (text_key_id, statement_sealed, extension_sealed, answer_sealed) ON akkoord.privacy_request TO akkoord_server;
GRANT UPDATE (tries) ON akkoord.account_code TO akkoord_server, akkoord_worker;
GRANT UPDATE (entries, hash, noted_at) ON akkoord.erasure_ledger TO akkoord_server, akkoord_worker;
-- Where a customer asks again, and to lock the review meanwhile.
GRANT UPDATE (stage, state, assigned_to) ON akkoord.review TO akkoord_server;

-- What customers' calls never touch: what acceptance writes, what providers told, what staff have.
REVOKE ALL ON akkoord.staff, akkoord.event, akkoord.event_key, akkoord.event_variant, akkoord.refund, akkoord.early_reversal,
    akkoord.document_counter, akkoord.retention_run, akkoord.review_link, akkoord.review_opening, akkoord.mail,
    akkoord.schema_migration FROM akkoord_server;
REVOKE INSERT ON akkoord.decision, akkoord.document, akkoord.customer, akkoord.session, akkoord.legal_hold, akkoord.service,
    akkoord.installation, akkoord.key_encryption_key, akkoord.order_information FROM akkoord_server;
REVOKE UPDATE, DELETE ON akkoord.service FROM akkoord_server;
REVOKE UPDATE (retired_at, destroyed_at) ON akkoord.key_encryption_key FROM akkoord_server;
REVOKE UPDATE (reason, lifted_by, lifted_at) ON akkoord.legal_hold FROM akkoord_server;
REVOKE SELECT, UPDATE, DELETE ON akkoord.job FROM akkoord_server;
GRANT SELECT ON akkoord.schema_migration TO akkoord_server;

-- An auditor looks at what was done, and needs nothing that is sealed, nor what a log-in or a link is checked against.
DO $auditor$
DECLARE
    relation regclass;
    readable text;
BEGIN
    FOR relation, readable IN
        SELECT a.attrelid::regclass, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (
                   WHERE a.attname !~ '(_sealed|_index)$|^(wrapped|password_hash|token_sha256|receipt_sha256|checkout_url|request)$')
        FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'akkoord'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
        GROUP BY a.attrelid
        HAVING bool_or(a.attname ~ '(_sealed|_index)$|^(wrapped|password_hash|token_sha256|receipt_sha256|checkout_url|request)$')
    LOOP
        EXECUTE format('REVOKE SELECT ON %s FROM akkoord_auditor', relation);
        EXECUTE format('GRANT SELECT (%s) ON %s TO akkoord_auditor', readable, relation);
    END LOOP;
END
$auditor$;

-- The only thing that one customer's call asks of all customers: whether one of these indexes of an address is
-- somebody else's.
CREATE FUNCTION akkoord.is_email_taken(indexes bytea[], but uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $taken$
    SELECT EXISTS (SELECT FROM akkoord.customer AS c WHERE c.email_index = ANY (indexes) AND c.id <> but)
$taken$;
REVOKE ALL ON FUNCTION akkoord.is_email_taken(bytea[], uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION akkoord.is_email_taken(bytea[], uuid) TO akkoord_server, akkoord_worker;

-- ---- rows ------------------------------------------------------------------------------------------------------

-- Every table that holds something of a person: all of it for the roles that work on all.
DO $wide$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'account_code', 'checkout_reservation', 'customer', 'customer_order', 'data_key', 'decision', 'document',
        'early_reversal', 'event', 'event_key', 'event_variant', 'history', 'idempotency', 'job', 'legal_hold', 'mail',
        'payment', 'privacy_request', 'refund', 'rendition', 'review', 'review_link', 'review_opening', 'review_statement',
        'session', 'staff']
    LOOP
        EXECUTE format('ALTER TABLE akkoord.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY worker ON akkoord.%I TO akkoord_worker USING (true)', name);
        EXECUTE format('CREATE POLICY retention ON akkoord.%I TO akkoord_retention USING (true)', name);
        EXECUTE format('CREATE POLICY auditor ON akkoord.%I FOR SELECT TO akkoord_auditor USING (true)', name);
    END LOOP;
END
$wide$;

CREATE POLICY server ON akkoord.customer TO akkoord_server USING (id = akkoord.current_customer());
CREATE POLICY server ON akkoord.session TO akkoord_server USING (customer_id = akkoord.current_customer());
CREATE POLICY server ON akkoord.account_code TO akkoord_server USING (customer_id = akkoord.current_customer());
CREATE POLICY server ON akkoord.data_key TO akkoord_server USING (customer_id = akkoord.current_customer());
CREATE POLICY server ON akkoord.customer_order TO akkoord_server USING (customer_id = akkoord.current_customer());
CREATE POLICY server ON akkoord.idempotency TO akkoord_server USING (customer_id = akkoord.current_customer());
CREATE POLICY server ON akkoord.checkout_reservation TO akkoord_server USING (customer_id = akkoord.current_customer());
CREATE POLICY server ON akkoord.privacy_request TO akkoord_server USING (customer_id = akkoord.current_customer());

-- What belongs to an order is whose the order is: the inner SELECT sees, by the policy above, their orders only.
CREATE POLICY server ON akkoord.payment TO akkoord_server
    USING (EXISTS (SELECT FROM akkoord.customer_order AS o WHERE o.id = payment.order_id));
CREATE POLICY server ON akkoord.decision TO akkoord_server
    USING (EXISTS (SELECT FROM akkoord.customer_order AS o WHERE o.id = decision.order_id));
CREATE POLICY server ON akkoord.document TO akkoord_server
    USING (EXISTS (SELECT FROM akkoord.customer_order AS o WHERE o.id = document.order_id));
CREATE POLICY server ON akkoord.review TO akkoord_server
    USING (EXISTS (SELECT FROM akkoord.customer_order AS o WHERE o.id = review.order_id));
CREATE POLICY server ON akkoord.history TO akkoord_server
    USING (EXISTS (SELECT FROM akkoord.customer_order AS o WHERE o.id = history.order_id));
CREATE POLICY server ON akkoord.legal_hold TO akkoord_server
    USING (customer_id = akkoord.current_customer()
           OR EXISTS (SELECT FROM akkoord.customer_order AS o WHERE o.id = legal_hold.order_id));
CREATE POLICY server ON akkoord.rendition TO akkoord_server
    USING (EXISTS (SELECT FROM akkoord.document AS d WHERE d.id = rendition.document_id));
CREATE POLICY server ON akkoord.review_statement TO akkoord_server
    USING (EXISTS (SELECT FROM akkoord.review AS r WHERE r.id = review_statement.review_id));
-- Work to be done is put down blindly, and seen by the worker alone.
CREATE POLICY server ON akkoord.job FOR INSERT TO akkoord_server WITH CHECK (true);

-- A view shows what the role that asks may see, not what its owner may.
ALTER VIEW akkoord.held_customer SET (security_invoker = true);
ALTER VIEW akkoord.held_order SET (security_invoker = true);
ALTER VIEW akkoord.retention_order SET (security_invoker = true);
