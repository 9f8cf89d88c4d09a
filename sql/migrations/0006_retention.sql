-- What the retention engine works with, and which information was in force when an order was placed.
--
-- The terms stand in the program's catalogue (server/domain/retention.c) and nowhere here: what is deleted is decided by
-- a cut-off that the catalogue computes.

-- ---- holds -----------------------------------------------------------------------------------------------------

-- Stops every deletion of an order, or of all that a customer has, until it is lifted. Without foreign keys: it outlives
-- what it was about by a while.
CREATE TABLE akkoord.legal_hold (
    id uuid PRIMARY KEY,
    order_id uuid,
    customer_id uuid,
    reason text NOT NULL CHECK (reason IN ('dispute', 'tax_audit', 'investigation', 'court_order', 'data_subject')),
    set_by uuid NOT NULL,
    set_at timestamptz NOT NULL,
    lifted_by uuid,
    lifted_at timestamptz,
    CHECK ((order_id IS NULL) <> (customer_id IS NULL)),
    CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
);
CREATE UNIQUE INDEX legal_hold_order ON akkoord.legal_hold (order_id) WHERE order_id IS NOT NULL AND lifted_at IS NULL;
CREATE UNIQUE INDEX legal_hold_customer ON akkoord.legal_hold (customer_id)
    WHERE customer_id IS NOT NULL AND lifted_at IS NULL;

CREATE INDEX customer_restricted ON akkoord.customer (id) WHERE restricted_since IS NOT NULL;

-- The customers of whom nothing is deleted: by a hold, or because they had processing restricted to keeping (GDPR art.
-- 18(1)(b) and (c): in place of erasure, and for claims of their own).
CREATE VIEW akkoord.held_customer AS
SELECT h.customer_id
FROM akkoord.legal_hold AS h
WHERE h.customer_id IS NOT NULL AND h.lifted_at IS NULL
UNION
SELECT c.id
FROM akkoord.customer AS c
WHERE c.restricted_since IS NOT NULL;

-- The orders that a hold stops, by themselves or as their customer's.
CREATE VIEW akkoord.held_order AS
SELECT h.order_id
FROM akkoord.legal_hold AS h
WHERE h.order_id IS NOT NULL AND h.lifted_at IS NULL
UNION
SELECT o.id
FROM akkoord.held_customer AS h
JOIN akkoord.customer_order AS o ON o.customer_id = h.customer_id;

-- ---- orders as the engine sees them ----------------------------------------------------------------------------

-- Destroying a key looks for rows that still need it: without these by reading the whole table.
CREATE INDEX customer_profile_key ON akkoord.customer (profile_key_id);
CREATE INDEX refund_payment ON akkoord.refund (provider, provider_payment_id);
CREATE INDEX privacy_request_text_key ON akkoord.privacy_request (text_key_id) WHERE text_key_id IS NOT NULL;
CREATE INDEX event_body_key ON akkoord.event (body_key_id) WHERE body_key_id IS NOT NULL;

-- With the moment that its term is counted from: the last thing that happened to it. Looking at it and asking about it
-- is none. A document counts by its date, which may be later than its clock was.
CREATE VIEW akkoord.retention_order AS
SELECT o.id, o.customer_id, o.billing_key_id, o.status, o.created_at,
       o.decisions_count = 0 AND NOT EXISTS (SELECT FROM akkoord.document AS d WHERE d.order_id = o.id) AS is_unpaid,
       greatest(o.created_at,
                (SELECT max(h.at) FROM akkoord.history AS h
                 WHERE h.order_id = o.id
                   AND h.step NOT IN ('review_requested', 'statement_added', 'review_opened_by_staff', 'legal_hold_set',
                                      'legal_hold_lifted')),
                (SELECT max(d.issue_date)::timestamp AT TIME ZONE 'Europe/Amsterdam' FROM akkoord.document AS d
                 WHERE d.order_id = o.id)) AS last_step_at,
       EXISTS (SELECT FROM akkoord.held_order AS h WHERE h.order_id = o.id) AS is_held
FROM akkoord.customer_order AS o;

-- Locks orders, in the order in which everybody locks them, for a role that may delete them and not change them.
CREATE FUNCTION akkoord.lock_orders(ids uuid[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = ''
AS $lock$
    SELECT count(*)
    FROM (SELECT o.id FROM akkoord.customer_order AS o WHERE o.id = ANY (ids) ORDER BY o.id FOR UPDATE) AS locked
$lock$;
REVOKE ALL ON FUNCTION akkoord.lock_orders(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION akkoord.lock_orders(uuid[]) TO akkoord_retention;

-- ---- what was done ---------------------------------------------------------------------------------------------

-- One row a run, its counts kept up with every batch: of a run that was killed they are right too.
CREATE TABLE akkoord.retention_run (
    id uuid PRIMARY KEY,
    origin text NOT NULL CHECK (origin IN ('command', 'server')),
    -- The catalogue that it went by.
    policy_version text NOT NULL,
    policy_hash text NOT NULL,
    started_at timestamptz NOT NULL,
    -- Null: under way, or killed.
    ended_at timestamptz,
    outcome text CHECK (outcome IN ('done', 'stopped', 'failed')),
    -- {"event": 12, ...}: rows by category.
    counts jsonb NOT NULL DEFAULT '{}',
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX retention_run_started ON akkoord.retention_run (started_at);

-- ---- staff -----------------------------------------------------------------------------------------------------

-- The end of employment: no log-in any more, and the start of the account's term.
ALTER TABLE akkoord.staff ADD COLUMN ended_at timestamptz;

-- ---- what was told before ordering -----------------------------------------------------------------------------

-- Every version of the information that was ever in force, word for word. Only added to.
CREATE TABLE akkoord.order_information (
    version text PRIMARY KEY,
    text_nl jsonb NOT NULL,
    text_en jsonb NOT NULL,
    first_in_force_at timestamptz NOT NULL
);

-- The version in force when it was placed (null: placed before there was one), and whether the shop said that it had
-- shown it.
ALTER TABLE akkoord.customer_order
    ADD COLUMN information_version text,
    ADD COLUMN information_shown boolean NOT NULL DEFAULT false;

CREATE FUNCTION akkoord.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = ''
AS $refuse$
BEGIN
    RAISE EXCEPTION 'what an order was placed under is never changed' USING ERRCODE = 'restrict_violation';
END
$refuse$;
-- Only where a statement names these columns: the committer's don't, and pay nothing.
CREATE TRIGGER customer_order_information BEFORE UPDATE OF information_version, information_shown
    ON akkoord.customer_order FOR EACH ROW EXECUTE FUNCTION akkoord.refuse_change();

-- ---- rights ----------------------------------------------------------------------------------------------------

GRANT SELECT, INSERT ON akkoord.legal_hold, akkoord.order_information TO akkoord_server;
GRANT UPDATE (reason, lifted_by, lifted_at) ON akkoord.legal_hold TO akkoord_server;
GRANT SELECT ON akkoord.retention_run, akkoord.held_customer, akkoord.held_order, akkoord.retention_order
    TO akkoord_server;

GRANT SELECT, DELETE ON akkoord.legal_hold, akkoord.retention_run TO akkoord_retention;
GRANT INSERT ON akkoord.retention_run TO akkoord_retention;
GRANT UPDATE (counts, ended_at, outcome) ON akkoord.retention_run TO akkoord_retention;
GRANT SELECT ON akkoord.order_information, akkoord.held_customer, akkoord.held_order, akkoord.retention_order
    TO akkoord_retention;

GRANT SELECT ON akkoord.legal_hold, akkoord.retention_run, akkoord.order_information,
    akkoord.held_customer, akkoord.held_order, akkoord.retention_order TO akkoord_auditor;
