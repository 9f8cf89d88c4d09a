FETCH 500 FROM audit_rows
