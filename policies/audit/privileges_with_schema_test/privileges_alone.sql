CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

GRANT SELECT ON orders TO reader;
REVOKE INSERT ON orders FROM reader;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON orders USING (true);
