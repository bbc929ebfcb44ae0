ALTER TABLE orders ADD COLUMN note text;
VACUUM FULL customers;
