SELECT EXISTS (SELECT FROM payment
               WHERE provider = $1 AND provider_payment_id = $2
                 AND (refund_total_minor > 0 OR refund_named_minor > 0))
