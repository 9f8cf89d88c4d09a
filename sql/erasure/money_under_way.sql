-- An order that waits for money, one that is held with money that was paid, and money that is to go back.
SELECT EXISTS (
    SELECT FROM customer_order AS o
    WHERE o.customer_id = $1
      AND (o.status = 'awaiting_payment'
           OR EXISTS (SELECT FROM payment AS p
                      WHERE p.order_id = o.id
                        AND (p.status = 'refund_due'
                             OR o.status = 'held' AND p.status IN ('paid', 'partially_refunded')))))
