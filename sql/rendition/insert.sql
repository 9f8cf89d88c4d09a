INSERT INTO rendition (document_id, format, sha256, bytes_sealed, program_version, rendered_at)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (document_id, format) DO NOTHING
