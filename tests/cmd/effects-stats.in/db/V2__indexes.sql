CREATE INDEX orders_total ON orders (total);
CREATE INDEX countries_name ON countries (name);
