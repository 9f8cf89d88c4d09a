DECLARE audit_rows NO SCROLL CURSOR FOR SELECT facet, id, subject_id, salt, content, extra FROM audit_row
