SELECT EXISTS (SELECT FROM mail WHERE kind = $1 AND subject_id = $2)
