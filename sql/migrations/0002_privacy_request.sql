-- What people ask of the controller over their own data (GDPR art. 12 to 22), as a register that outlives them: the row
-- stays, and the texts, sealed under a key of the request's own, are shredded when the person is erased.
CREATE TABLE akkoord.privacy_request (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('access', 'portability', 'rectification', 'erasure', 'restriction', 'objection',
                                       'consent_withdrawal')),
    state text NOT NULL CHECK (state IN ('received', 'extended', 'fulfilled', 'refused')),
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    -- Null of what the program did by itself, and once the person is erased.
    text_key_id uuid REFERENCES akkoord.data_key ON DELETE SET NULL,
    statement_sealed bytea,
    -- Why it takes longer, told to the person (art. 12(3)).
    extension_sealed bytea,
    answer_sealed bytea,
    decided_at timestamptz,
    -- Null where the program did it.
    decided_by uuid,
    CHECK ((state IN ('fulfilled', 'refused')) = (decided_at IS NOT NULL))
);
CREATE INDEX privacy_request_customer ON akkoord.privacy_request (customer_id, id DESC);
CREATE INDEX privacy_request_open ON akkoord.privacy_request (due_at, id) WHERE state IN ('received', 'extended');

-- Processing is restricted to keeping (art. 18) from then on.
ALTER TABLE akkoord.customer ADD COLUMN restricted_since timestamptz;

GRANT SELECT, INSERT, UPDATE ON akkoord.privacy_request TO akkoord_server;
GRANT SELECT, DELETE ON akkoord.privacy_request TO akkoord_retention;
GRANT SELECT ON akkoord.privacy_request TO akkoord_auditor;
