-- Placing an order writes five rows, one statement or two. PostgreSQL reads a table's CHECKs anew from their stored text in
-- every statement that writes to it, which cost more than the writing; those of a domain it keeps. So what one column
-- may hold stands in a domain now, where it was a CHECK of one of these tables. What compares columns stays a CHECK.

-- ---- the views on these columns are put aside --------------------------------------------------------------------
-- A column that a view reads can't change its type. Each view comes back below as it was, with its grants.
CREATE TEMPORARY TABLE put_aside ON COMMIT DROP AS
SELECT c.oid, c.relname, pg_get_viewdef(c.oid) AS definition, c.reloptions, c.relacl
  FROM pg_class AS c
 WHERE c.relnamespace = 'akkoord'::regnamespace AND c.relkind = 'v';

DO $$
DECLARE
    aside record;
BEGIN
    FOR aside IN SELECT * FROM put_aside ORDER BY oid DESC LOOP
        EXECUTE format('DROP VIEW akkoord.%I', aside.relname);
    END LOOP;
END
$$;

-- ---- domains -----------------------------------------------------------------------------------------------------

CREATE DOMAIN akkoord.amount_minor AS bigint CHECK (VALUE >= 0);
CREATE DOMAIN akkoord.sha256_digest AS bytea CHECK (octet_length(VALUE) = 32);
CREATE DOMAIN akkoord.key_purpose AS text CHECK (VALUE IN ('profile', 'billing', 'event', 'staff'));
CREATE DOMAIN akkoord.order_status AS text
    CHECK (VALUE IN ('awaiting_payment', 'expired', 'cancelled', 'accepted', 'held', 'completed'));
CREATE DOMAIN akkoord.payment_status AS text
    CHECK (VALUE IN ('open', 'paid', 'failed', 'expired', 'refund_due', 'partially_refunded', 'refunded',
                     'charged_back'));
CREATE DOMAIN akkoord.actor AS text CHECK (VALUE IN ('customer', 'staff', 'policy', 'provider', 'clock'));

ALTER TABLE akkoord.customer_order
    DROP CONSTRAINT customer_order_status_check,
    DROP CONSTRAINT customer_order_net_minor_check,
    DROP CONSTRAINT customer_order_vat_minor_check,
    DROP CONSTRAINT customer_order_check1,
    ALTER COLUMN status TYPE akkoord.order_status,
    ALTER COLUMN net_minor TYPE akkoord.amount_minor,
    ALTER COLUMN vat_minor TYPE akkoord.amount_minor,
    ALTER COLUMN credited_minor TYPE akkoord.amount_minor,
    ADD CHECK (credited_minor <= total_minor);
ALTER TABLE akkoord.payment
    DROP CONSTRAINT payment_status_check,
    DROP CONSTRAINT payment_amount_minor_check,
    DROP CONSTRAINT payment_refunded_minor_check,
    DROP CONSTRAINT payment_refund_total_minor_check,
    DROP CONSTRAINT payment_check,
    ALTER COLUMN status TYPE akkoord.payment_status,
    ALTER COLUMN amount_minor TYPE akkoord.amount_minor,
    ALTER COLUMN refunded_minor TYPE akkoord.amount_minor,
    ALTER COLUMN refund_total_minor TYPE akkoord.amount_minor,
    ALTER COLUMN refund_failed_minor TYPE akkoord.amount_minor,
    ADD CHECK (refund_failed_minor <= refund_named_minor);
ALTER TABLE akkoord.history
    DROP CONSTRAINT history_actor_check,
    ALTER COLUMN actor TYPE akkoord.actor;
ALTER TABLE akkoord.data_key
    DROP CONSTRAINT data_key_purpose_check,
    DROP CONSTRAINT data_key_check,
    ALTER COLUMN purpose TYPE akkoord.key_purpose,
    -- Written as one value: it is read from its text, too.
    ADD CHECK (customer_id IS NULL OR purpose = ANY ('{profile,billing}'::text[]));
ALTER TABLE akkoord.audit_leaf
    DROP CONSTRAINT audit_leaf_hash_check,
    DROP CONSTRAINT audit_leaf_mac_check,
    ALTER COLUMN hash TYPE akkoord.sha256_digest,
    ALTER COLUMN mac TYPE akkoord.sha256_digest;

-- Of the keys only those of a month have one: the others, one an order, need not stand in this index.
ALTER TABLE akkoord.data_key DROP CONSTRAINT data_key_purpose_month_key;
CREATE UNIQUE INDEX data_key_month ON akkoord.data_key (purpose, month) WHERE month IS NOT NULL;

-- ---- the views come back -----------------------------------------------------------------------------------------
DO $$
DECLARE
    aside record;
    held record;
BEGIN
    FOR aside IN SELECT * FROM put_aside ORDER BY oid LOOP
        EXECUTE format('CREATE VIEW akkoord.%I WITH (%s) AS %s', aside.relname,
                       array_to_string(aside.reloptions, ', '), aside.definition);
        FOR held IN SELECT pg_get_userbyid(grantee) AS role, privilege_type
                      FROM aclexplode(aside.relacl) WHERE grantee <> grantor LOOP
            EXECUTE format('GRANT %s ON akkoord.%I TO %I', held.privilege_type, aside.relname, held.role);
        END LOOP;
    END LOOP;
END
$$;
