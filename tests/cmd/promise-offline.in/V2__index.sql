-- lockgate:allow index-not-concurrent reason="the service is stopped"
CREATE INDEX orders_note ON orders (note);
CREATE INDEX orders_total ON orders (total);
ALTER TABLE orders DROP COLUMN note;
