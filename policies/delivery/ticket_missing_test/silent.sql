-- framework: flyway
-- path: V2__add_note.sql
CREATE TABLE orders (id bigint PRIMARY KEY);

-- migration

/* see https://git.example.org/shop/orders/issues/12 */
ALTER TABLE orders ADD COLUMN note text;
