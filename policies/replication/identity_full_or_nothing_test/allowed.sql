-- params: {"allow_full": true}
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders REPLICA IDENTITY FULL;
