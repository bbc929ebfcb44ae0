CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
ALTER TABLE orders ADD COLUMN customer int REFERENCES customers;
CREATE UNIQUE INDEX ON customers (lower(email));
CREATE VIEW spent AS SELECT customer, sum("Total") AS total FROM orders GROUP BY customer;
COMMENT ON TABLE customers IS 'who''s who';
