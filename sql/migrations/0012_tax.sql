-- What decides the VAT of a service beside its listed rate, and what its price goes down by.
ALTER TABLE akkoord.service
    ADD COLUMN supply text NOT NULL DEFAULT 'electronic' CHECK (supply IN ('electronic', 'service', 'goods')),
    -- As in the price list: [{"from_quantity", "percent", "name": {"nl", "en"}}].
    ADD COLUMN discounts jsonb NOT NULL DEFAULT '[]';

-- The codes of the price list, which make a whole order cheaper; replaced with it.
CREATE TABLE akkoord.discount_code (
    code text PRIMARY KEY,
    percent_basis_points bigint NOT NULL CHECK (percent_basis_points BETWEEN 0 AND 10000),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    -- Of the amount; none of a share.
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    name_nl text NOT NULL,
    name_en text NOT NULL,
    -- The last day on which it may be used, in Amsterdam.
    until date,
    CHECK ((percent_basis_points > 0) <> (amount_minor > 0)),
    CHECK ((amount_minor > 0) = (currency IS NOT NULL))
);

GRANT SELECT ON akkoord.discount_code TO akkoord_server;
GRANT SELECT, INSERT, UPDATE, DELETE ON akkoord.discount_code TO akkoord_worker;
GRANT SELECT, DELETE ON akkoord.discount_code TO akkoord_retention;
GRANT SELECT ON akkoord.discount_code TO akkoord_auditor;

-- Declared through the one-stop shop: such an order is kept for ten years (Directive 2006/112/EC art. 369k).
ALTER TABLE akkoord.customer_order ADD COLUMN is_one_stop_shop boolean NOT NULL DEFAULT false;
GRANT SELECT (is_one_stop_shop) ON akkoord.customer_order TO akkoord_auditor;
