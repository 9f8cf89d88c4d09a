-- A code by mail also lets somebody in who has no password at hand, to use their rights.
ALTER TABLE akkoord.account_code
    DROP CONSTRAINT account_code_purpose_check,
    DROP CONSTRAINT account_code_check,
    DROP CONSTRAINT account_code_check2,
    ADD CONSTRAINT account_code_purpose_check
        CHECK (purpose IN ('verification', 'password_reset', 'email_change', 'log_in')),
    -- Both are asked for by an address that may be nobody's.
    ADD CONSTRAINT account_code_check CHECK ((purpose IN ('password_reset', 'log_in')) = (email_index IS NOT NULL)),
    ADD CONSTRAINT account_code_check2 CHECK (purpose IN ('password_reset', 'log_in') OR customer_id IS NOT NULL);
