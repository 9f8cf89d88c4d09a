CLOSE audit_rows
