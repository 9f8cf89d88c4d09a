SELECT EXISTS (
    SELECT FROM refund AS r
    JOIN payment AS p ON p.provider = r.provider AND r.provider_payment_id IN (p.provider_payment_id, p.provider_alias)
    WHERE p.order_id = $1 AND r.refund_id = $2 AND r.failed_at IS NULL)
