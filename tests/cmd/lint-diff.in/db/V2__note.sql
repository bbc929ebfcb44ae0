ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE customers RENAME COLUMN email TO mail;
