CREATE TABLE orders (id bigint PRIMARY KEY); -- expect: delivery/owner-missing
