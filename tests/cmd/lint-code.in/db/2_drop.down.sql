ALTER TABLE orders ADD COLUMN name int;
