-- Stands alone, because it can't run in a transaction.
CREATE DATABASE akkoord OWNER akkoord_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'
