SELECT count(*) FROM review WHERE state <> 'decided' AND due_at < $1
