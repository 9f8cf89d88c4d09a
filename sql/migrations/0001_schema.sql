-- The schema of Akkoord. Applied as the owner, once.
--
-- What is personal stands only in columns whose name ends in _sealed (server/vault seals them, DESIGN section 4); all
-- else is identifiers, amounts, times and fixed words. Ids are UUIDs of version 7, made by the program, so that inserts
-- go to the right-hand side of every index.
--
-- Foreign keys stand where they protect money or a person's data from an orphan. The tables that the committer writes for
-- every event carry few keys and indexes: each index is entered once a row, and that is most of what an event costs.

CREATE SCHEMA IF NOT EXISTS akkoord;

-- ---- the installation ------------------------------------------------------------------------------------------

-- One row: the mode is stamped at the first start and never changed after.
CREATE TABLE akkoord.installation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    created_at timestamptz NOT NULL
);

-- A KEK is known by its fingerprint from its first use, so that a wrong keyring file is noticed before it is used.
CREATE TABLE akkoord.key_encryption_key (
    id uuid PRIMARY KEY,
    purpose text NOT NULL,
    fingerprint text NOT NULL,
    first_seen_at timestamptz NOT NULL
);

-- Wrapped data keys: one a profile, one an order's billing content, one a member of staff, one a month for events.
-- Deleting a row shreds all that was sealed under it.
CREATE TABLE akkoord.data_key (
    id uuid PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('profile', 'billing', 'event', 'staff')),
    kek_id uuid NOT NULL,
    wrapped bytea NOT NULL,
    -- Of an event key: the first day of its month; else null.
    month date,
    created_at timestamptz NOT NULL,
    UNIQUE (purpose, month)
);
CREATE INDEX data_key_kek ON akkoord.data_key (kek_id);

-- ---- people ----------------------------------------------------------------------------------------------------

CREATE TABLE akkoord.customer (
    id uuid PRIMARY KEY,
    -- HMAC of the e-mail address under the index key `email_key_id`: the only way to find a person by address.
    email_index bytea NOT NULL UNIQUE CHECK (octet_length(email_index) = 32),
    email_key_id uuid NOT NULL,
    profile_key_id uuid NOT NULL REFERENCES akkoord.data_key,
    profile_version bigint NOT NULL DEFAULT 1,
    profile_sealed bytea NOT NULL,
    -- Argon2id, PHC string.
    password_hash text NOT NULL,
    language text NOT NULL CHECK (language IN ('nl', 'en')),
    created_at timestamptz NOT NULL
);

CREATE TABLE akkoord.staff (
    id uuid PRIMARY KEY,
    email_index bytea NOT NULL UNIQUE CHECK (octet_length(email_index) = 32),
    email_key_id uuid NOT NULL,
    staff_key_id uuid NOT NULL REFERENCES akkoord.data_key,
    -- E-mail address and TOTP secret.
    profile_version bigint NOT NULL DEFAULT 1,
    profile_sealed bytea NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL CHECK (role IN ('reviewer', 'manager', 'auditor')),
    -- The step of the last code that was used: a code works once.
    totp_last_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);

CREATE TABLE akkoord.session (
    token_sha256 bytea PRIMARY KEY CHECK (octet_length(token_sha256) = 32),
    customer_id uuid REFERENCES akkoord.customer ON DELETE CASCADE,
    staff_id uuid REFERENCES akkoord.staff ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CHECK ((customer_id IS NULL) <> (staff_id IS NULL))
);
CREATE INDEX session_customer ON akkoord.session (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX session_staff ON akkoord.session (staff_id) WHERE staff_id IS NOT NULL;
CREATE INDEX session_expires ON akkoord.session (expires_at);

-- ---- what is sold ----------------------------------------------------------------------------------------------

CREATE TABLE akkoord.service (
    sku text PRIMARY KEY,
    name_nl text NOT NULL,
    name_en text NOT NULL,
    unit_price_minor bigint NOT NULL CHECK (unit_price_minor >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    price_includes_vat boolean NOT NULL,
    vat_category text NOT NULL,
    vat_rate_basis_points bigint NOT NULL CHECK (vat_rate_basis_points BETWEEN 0 AND 10000),
    -- The order of the price list as imported; a service that an import leaves out is no longer sold.
    position bigint NOT NULL,
    active boolean NOT NULL DEFAULT true
);

-- ---- orders and their payments ---------------------------------------------------------------------------------

CREATE SEQUENCE akkoord.order_number AS bigint;

-- What the acceptance policy needs stands on the row itself: see DESIGN section 3 on stale rows after a lock.
CREATE TABLE akkoord.customer_order (
    id uuid PRIMARY KEY,
    -- From the sequence, so unique without an index that every change of the row would have to be entered in.
    number text NOT NULL,
    customer_id uuid NOT NULL,
    status text NOT NULL
        CHECK (status IN ('awaiting_payment', 'expired', 'cancelled', 'accepted', 'held', 'completed')),
    currency text NOT NULL,
    net_minor bigint NOT NULL CHECK (net_minor >= 0),
    vat_minor bigint NOT NULL CHECK (vat_minor >= 0),
    total_minor bigint NOT NULL CHECK (total_minor = net_minor + vat_minor),
    expires_at timestamptz NOT NULL,
    language text NOT NULL,
    -- Lines, buyer, seller and reference as the invoice will show them, sealed at order time.
    billing_key_id uuid NOT NULL REFERENCES akkoord.data_key,
    content_version bigint NOT NULL DEFAULT 1,
    content_sealed bytea NOT NULL,
    -- The invoice that stands (issued and not credited), the newest decision that is not `refused`, and the payment that
    -- led to it.
    invoice_id uuid,
    decision_id uuid,
    payment_id uuid,
    -- Of all decisions about it: the ordinal of the last one.
    decisions_count bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX customer_order_customer ON akkoord.customer_order (customer_id, id DESC);
CREATE INDEX customer_order_status ON akkoord.customer_order (status, id DESC);
CREATE INDEX customer_order_expires ON akkoord.customer_order (expires_at) WHERE status = 'awaiting_payment';

-- The first answer to an order placed under an Idempotency-Key, kept for 24 hours.
CREATE TABLE akkoord.idempotency (
    customer_id uuid NOT NULL,
    key_sha256 bytea NOT NULL CHECK (octet_length(key_sha256) = 32),
    -- HMAC-free on purpose: SHA-256 over the random row id and the body, so that bodies can't be compared across rows.
    row_id uuid NOT NULL,
    body_sha256 bytea NOT NULL,
    order_id uuid NOT NULL,
    -- Sealed under the order's billing key.
    response_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, key_sha256)
);
CREATE INDEX idempotency_created ON akkoord.idempotency (created_at);

CREATE TABLE akkoord.payment (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES akkoord.customer_order,
    -- We began it; else a provider told us of it.
    is_attempt boolean NOT NULL,
    provider text NOT NULL,
    -- Null until the provider told us: an attempt whose webhook has not come.
    provider_payment_id text,
    -- A second id of the same payment (Stripe's session of an intent).
    provider_alias text,
    status text NOT NULL CHECK (status IN ('open', 'paid', 'failed', 'expired', 'refund_due', 'partially_refunded',
                                           'refunded', 'charged_back')),
    -- What was asked for, and once approved what was paid.
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    live boolean NOT NULL,
    refunded_minor bigint NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
    refunded_in_full boolean NOT NULL DEFAULT false,
    charged_back boolean NOT NULL DEFAULT false,
    checkout_url text,
    -- When the provider is asked next what became of it, in case its webhook is lost, and how often it was. Null: not at
    -- all (any more).
    ask_at timestamptz,
    asked bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX payment_ask ON akkoord.payment (ask_at) WHERE ask_at IS NOT NULL;
CREATE UNIQUE INDEX payment_provider_id ON akkoord.payment (provider, provider_payment_id)
    WHERE provider_payment_id IS NOT NULL;
CREATE INDEX payment_alias ON akkoord.payment (provider, provider_alias) WHERE provider_alias IS NOT NULL;
CREATE INDEX payment_order ON akkoord.payment (order_id, id);
CREATE INDEX payment_status ON akkoord.payment (status, id DESC)
    WHERE status NOT IN ('open', 'paid');

-- A refund or charge-back of a payment that no order is known for yet: applied when the approval comes.
CREATE TABLE akkoord.early_reversal (
    provider text NOT NULL,
    provider_payment_id text NOT NULL,
    refunded_minor bigint NOT NULL CHECK (refunded_minor >= 0),
    refunded_in_full boolean NOT NULL,
    charged_back boolean NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (provider, provider_payment_id)
);

-- ---- what providers told us ------------------------------------------------------------------------------------

-- The idempotency key of every event, kept longer than any provider repeats one. Narrow, and never partitioned.
CREATE TABLE akkoord.event_key (
    provider text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    body_sha256 bytea NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (provider, event_id)
);
CREATE INDEX event_key_received ON akkoord.event_key USING brin (received_at);

-- A body that differs from the first one under the same event id: no effect, but a trace.
CREATE TABLE akkoord.event_variant (
    provider text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    body_sha256 bytea NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (provider, event_id, body_sha256)
);

-- No primary key over the id: nothing refers to an event, and the index would cost every event.
CREATE TABLE akkoord.event (
    id uuid NOT NULL,
    provider text NOT NULL,
    event_id text NOT NULL,
    kind text NOT NULL,
    payment_id text NOT NULL,
    order_id uuid,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    live boolean NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    body_sha256 bytea NOT NULL,
    -- applied, ignored (a kind or repetition that needs nothing), early (kept until the approval comes), unmatched,
    -- conflict (names another order than its payment does), quarantined (the database refused its effect)
    outcome text NOT NULL,
    -- Only of an event that fits no order, under the month's event key.
    body_key_id uuid,
    body_sealed bytea
);
CREATE INDEX event_order ON akkoord.event (order_id, id) WHERE order_id IS NOT NULL;
CREATE INDEX event_unmatched ON akkoord.event (id DESC) WHERE outcome IN ('unmatched', 'conflict', 'quarantined');
CREATE INDEX event_received ON akkoord.event USING brin (received_at);

-- ---- decisions, documents, reviews -----------------------------------------------------------------------------

-- Immutable. inputs + policy reproduce outcome and reasons.
CREATE TABLE akkoord.decision (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('accepted', 'held', 'refused', 'cancelled')),
    reasons text[] NOT NULL CHECK (cardinality(reasons) > 0),
    -- The facts that the policy saw; no identifying ones, so that replay survives erasure.
    inputs jsonb NOT NULL,
    -- Null when a person decided.
    policy_name text,
    policy_version text,
    policy_hash text,
    legal_basis text NOT NULL,
    made_by text NOT NULL CHECK (made_by IN ('policy', 'staff')),
    staff_id uuid,
    made_at timestamptz NOT NULL,
    -- The order in which decisions about one order were made.
    ordinal bigint NOT NULL,
    UNIQUE (order_id, ordinal),
    CHECK ((made_by = 'policy') = (policy_name IS NOT NULL)),
    CHECK ((made_by = 'staff') = (staff_id IS NOT NULL))
);

-- One row a kind and year: the last number given and its date. Advanced only by the committer, last before its commit.
CREATE TABLE akkoord.document_counter (
    kind text NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
    year bigint NOT NULL,
    last_number bigint NOT NULL,
    last_date date NOT NULL,
    PRIMARY KEY (kind, year)
) WITH (fillfactor = 10);

-- Invoices and credit notes: immutable once issued. Their content is that of the order, sealed and never moved.
CREATE TABLE akkoord.document (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
    year bigint NOT NULL,
    sequence bigint NOT NULL,
    -- Says kind, year and sequence, and so keeps them unique.
    number text NOT NULL UNIQUE,
    issue_date date NOT NULL,
    order_id uuid NOT NULL REFERENCES akkoord.customer_order,
    decision_id uuid NOT NULL,
    -- Of a credit note: the invoice it takes back. An invoice is taken back once.
    credits_id uuid REFERENCES akkoord.document,
    total_minor bigint NOT NULL CHECK (total_minor >= 0),
    currency text NOT NULL,
    -- Paid before issue; of a credit note: what is sent back.
    prepaid_minor bigint NOT NULL CHECK (prepaid_minor >= 0),
    content_version bigint NOT NULL,
    issued_at timestamptz NOT NULL,
    CHECK ((kind = 'credit_note') = (credits_id IS NOT NULL))
);
CREATE UNIQUE INDEX document_credits ON akkoord.document (credits_id) WHERE credits_id IS NOT NULL;
CREATE INDEX document_order ON akkoord.document (order_id, issued_at);

-- The bytes as first rendered, kept so that the same file is delivered for as long as the law asks.
CREATE TABLE akkoord.rendition (
    document_id uuid NOT NULL REFERENCES akkoord.document,
    format text NOT NULL CHECK (format IN ('pdf', 'ubl', 'cii')),
    -- Of the plain bytes.
    sha256 bytea NOT NULL,
    bytes_sealed bytea NOT NULL,
    program_version text NOT NULL,
    rendered_at timestamptz NOT NULL,
    PRIMARY KEY (document_id, format)
);

CREATE TABLE akkoord.review (
    id uuid PRIMARY KEY,
    decision_id uuid NOT NULL UNIQUE REFERENCES akkoord.decision,
    order_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'assigned', 'decided')),
    requested_by text NOT NULL CHECK (requested_by IN ('customer', 'staff', 'policy')),
    requested_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('upheld', 'overturned')),
    -- The reviewer's own words, under the order's billing key.
    reasons_sealed bytea,
    decided_at timestamptz,
    decided_by uuid,
    CHECK ((state = 'decided') = (outcome IS NOT NULL AND reasons_sealed IS NOT NULL AND decided_at IS NOT NULL))
);
CREATE INDEX review_queue ON akkoord.review (due_at, id) WHERE state <> 'decided';
CREATE INDEX review_order ON akkoord.review (order_id);

CREATE TABLE akkoord.review_statement (
    id uuid PRIMARY KEY,
    review_id uuid NOT NULL REFERENCES akkoord.review,
    made_by text NOT NULL CHECK (made_by IN ('customer', 'staff')),
    staff_id uuid,
    text_sealed bytea NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX review_statement_review ON akkoord.review_statement (review_id, id);

-- Every step of every order and review: who did what, when. Append-only.
CREATE TABLE akkoord.history (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    review_id uuid,
    -- placed, attempt_added, cancelled, expired, accepted, held, refused, completed, invoice_issued,
    -- credit_note_issued, review_requested, statement_added, review_opened_by_staff (inputs were looked at),
    -- review_upheld, review_overturned, payment_refund_due, payment_refunded, payment_partially_refunded,
    -- payment_charged_back
    step text NOT NULL,
    actor text NOT NULL CHECK (actor IN ('customer', 'staff', 'policy', 'provider', 'clock')),
    staff_id uuid,
    at timestamptz NOT NULL
);
CREATE INDEX history_order ON akkoord.history (order_id, id);

-- ---- work that follows from a commit ---------------------------------------------------------------------------

CREATE TABLE akkoord.job (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    -- What it is about. Of one kind and key at most one job waits: another that is asked for joins it, unless it has been
    -- taken, because what it sees may be older than what was asked.
    key text,
    -- Identifiers only.
    payload jsonb NOT NULL,
    run_at timestamptz NOT NULL,
    attempts bigint NOT NULL DEFAULT 0,
    -- Whoever runs it holds it until then; a killed worker's job comes back.
    held_until timestamptz,
    -- Given up after the last attempt: stays for staff to see.
    dead boolean NOT NULL DEFAULT false,
    last_error text,
    created_at timestamptz NOT NULL
) WITH (fillfactor = 70);
-- Each worker looks for jobs of its own kinds: a backlog of one kind must not slow down the finding of another.
CREATE INDEX job_kind_due ON akkoord.job (kind, run_at) WHERE NOT dead;
CREATE UNIQUE INDEX job_waiting_key ON akkoord.job (kind, key)
    WHERE key IS NOT NULL AND held_until IS NULL AND NOT dead;
CREATE INDEX job_key ON akkoord.job (kind, key) WHERE key IS NOT NULL;

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

-- ---- rights ----------------------------------------------------------------------------------------------------

-- The server: no UPDATE or DELETE on what is immutable.
GRANT USAGE ON SCHEMA akkoord TO akkoord_server, akkoord_retention, akkoord_auditor;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA akkoord TO akkoord_server;
GRANT USAGE ON SEQUENCE akkoord.order_number TO akkoord_server;
GRANT UPDATE, DELETE ON akkoord.customer, akkoord.session, akkoord.data_key, akkoord.service, akkoord.job,
    akkoord.idempotency, akkoord.checkout_reservation TO akkoord_server;
GRANT UPDATE ON akkoord.staff, akkoord.customer_order, akkoord.payment, akkoord.early_reversal, akkoord.document_counter,
    akkoord.review TO akkoord_server;
REVOKE INSERT ON akkoord.schema_migration FROM akkoord_server;

-- Deletes what has reached its term, and nothing else.
GRANT SELECT, DELETE ON ALL TABLES IN SCHEMA akkoord TO akkoord_retention;
REVOKE DELETE ON akkoord.installation, akkoord.key_encryption_key, akkoord.document_counter, akkoord.schema_migration
    FROM akkoord_retention;

GRANT SELECT ON ALL TABLES IN SCHEMA akkoord TO akkoord_auditor;
