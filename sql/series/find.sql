SELECT series, kind FROM document_prefix WHERE prefix = $1
