SELECT sha256, bytes_sealed FROM rendition WHERE document_id = $1 AND format = $2
