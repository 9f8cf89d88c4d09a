SELECT count(*), min(l.made_at) FROM audit_pending AS p JOIN audit_leaf AS l ON l.id = p.id
