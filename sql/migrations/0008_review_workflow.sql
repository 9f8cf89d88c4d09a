-- A review in all its steps: who works on it and how far it is, the customer's view, a later due date, an outcome that
-- waits for a second member of staff, a second look, and the link that leads to the form without a log-in.

ALTER TABLE akkoord.staff
    -- Wrote the policy, and so decides no review of what it decided.
    ADD COLUMN policy_author boolean NOT NULL DEFAULT false;

ALTER TABLE akkoord.review
    -- Finer than `state`, which follows from it.
    ADD COLUMN stage text NOT NULL DEFAULT 'acknowledged'
        CHECK (stage IN ('acknowledged', 'assigned', 'view_invited', 'under_review', 'decided', 'notified')),
    -- 1, or 2 for the second look at the outcome of the review `first_id`.
    ADD COLUMN look bigint NOT NULL DEFAULT 1 CHECK (look IN (1, 2)),
    ADD COLUMN first_id uuid REFERENCES akkoord.review,
    ADD COLUMN assigned_to uuid,
    -- How whoever decided had the inputs before them: opened by itself, or listed with others. Null: not at all.
    ADD COLUMN inputs_seen text CHECK (inputs_seen IN ('opened', 'listed')),
    -- Four eyes: what one member of staff has proposed, until another agrees (confirmed_by) or does not.
    ADD COLUMN proposed_outcome text CHECK (proposed_outcome IN ('upheld', 'overturned')),
    ADD COLUMN proposed_reasons_sealed bytea,
    ADD COLUMN proposed_by uuid,
    ADD COLUMN proposed_at timestamptz,
    ADD COLUMN confirmed_by uuid,
    -- Extended once: the due date before, when, and the reasons that the customer is told.
    ADD COLUMN due_before timestamptz,
    ADD COLUMN extended_at timestamptz,
    ADD COLUMN extension_reasons_sealed bytea;

UPDATE akkoord.review
SET stage = CASE state WHEN 'decided' THEN 'decided' WHEN 'assigned' THEN 'under_review' ELSE 'acknowledged' END;

ALTER TABLE akkoord.review
    DROP CONSTRAINT review_decision_id_key,
    ADD UNIQUE (decision_id, look),
    ADD CHECK ((stage IN ('decided', 'notified')) = (state = 'decided')),
    ADD CHECK ((stage = 'acknowledged') = (state = 'requested')),
    ADD CHECK ((look = 2) = (first_id IS NOT NULL)),
    ADD CHECK (num_nulls(proposed_outcome, proposed_reasons_sealed, proposed_by, proposed_at) IN (0, 4)),
    ADD CHECK (num_nulls(due_before, extended_at, extension_reasons_sealed) IN (0, 3));
CREATE UNIQUE INDEX review_first ON akkoord.review (first_id) WHERE first_id IS NOT NULL;
-- Of the figures: what was asked for and what was decided in a time.
CREATE INDEX review_requested ON akkoord.review (requested_at);
CREATE INDEX review_decided ON akkoord.review (decided_at) WHERE decided_at IS NOT NULL;

-- Which member of staff had the inputs of which review before them.
CREATE TABLE akkoord.review_opening (
    review_id uuid NOT NULL REFERENCES akkoord.review,
    staff_id uuid NOT NULL,
    how text NOT NULL CHECK (how IN ('opened', 'listed')),
    at timestamptz NOT NULL,
    PRIMARY KEY (review_id, staff_id)
);

-- The links of decision messages. Of a token only its hash is kept; it opens one decision's form and nothing else.
CREATE TABLE akkoord.review_link (
    token_sha256 bytea PRIMARY KEY CHECK (octet_length(token_sha256) = 32),
    decision_id uuid NOT NULL,
    customer_id uuid NOT NULL REFERENCES akkoord.customer ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX review_link_customer ON akkoord.review_link (customer_id);
CREATE INDEX review_link_expires ON akkoord.review_link (expires_at);

-- New steps in akkoord.history: review_assigned, view_invited, review_extended, outcome_proposed, outcome_declined,
-- outcome_confirmed, second_look_requested, review_notified.

-- None of these is a step that an order's term is counted from.
CREATE OR REPLACE VIEW akkoord.retention_order AS
SELECT o.id, o.customer_id, o.billing_key_id, o.status, o.created_at,
       o.decisions_count = 0 AND NOT EXISTS (SELECT FROM akkoord.document AS d WHERE d.order_id = o.id) AS is_unpaid,
       greatest(o.created_at,
                (SELECT max(h.at) FROM akkoord.history AS h
                 WHERE h.order_id = o.id
                   AND h.step NOT IN ('review_requested', 'statement_added', 'review_opened_by_staff', 'legal_hold_set',
                                      'legal_hold_lifted', 'review_assigned', 'view_invited', 'review_extended',
                                      'outcome_proposed', 'outcome_declined', 'outcome_confirmed',
                                      'second_look_requested', 'review_notified')),
                (SELECT max(d.issue_date)::timestamp AT TIME ZONE 'Europe/Amsterdam' FROM akkoord.document AS d
                 WHERE d.order_id = o.id)) AS last_step_at,
       EXISTS (SELECT FROM akkoord.held_order AS h WHERE h.order_id = o.id) AS is_held
FROM akkoord.customer_order AS o;

GRANT SELECT, INSERT, UPDATE ON akkoord.review_opening TO akkoord_server;
GRANT SELECT, INSERT, DELETE ON akkoord.review_link TO akkoord_server;
GRANT SELECT, DELETE ON akkoord.review_opening, akkoord.review_link TO akkoord_retention;
GRANT SELECT ON akkoord.review_opening, akkoord.review_link TO akkoord_auditor;
