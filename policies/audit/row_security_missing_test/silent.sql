CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);

-- migration

CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
