ALTER TABLE orders DROP COLUMN name, DROP COLUMN unit_price;
