-- Until the commit nobody stores a data key, and whoever has begun to has ended. A statement looks at the rows after it
-- has got its table's lock, so every later one sees what this transaction says about the keys.
LOCK TABLE data_key IN SHARE MODE
