-- params: {"foreign_key": ["fk_{table}_{references}"], "primary_key": [], "check": ["chk_{table}_{any}"]}
CREATE TABLE users (id bigint, CONSTRAINT whatever PRIMARY KEY (id));
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id bigint CONSTRAINT fk_orders_users REFERENCES public.users (id),
    buyer_id bigint CONSTRAINT orders_buyer_id_fkey REFERENCES users (id), -- expect: conventions/constraint-name
    total int CONSTRAINT chk_orders_total CHECK (total > 0)
);
