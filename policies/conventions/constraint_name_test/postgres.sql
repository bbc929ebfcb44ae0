CREATE TABLE users (id bigint PRIMARY KEY, email text, age int);
ALTER TABLE users ADD CONSTRAINT c1 CHECK (age > 0);
-- migration
CREATE TABLE orders (
    id bigint CONSTRAINT orders_pkey PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id),
    code text CONSTRAINT uniq_code UNIQUE, -- expect: conventions/constraint-name
    total numeric CONSTRAINT orders_total_check CHECK (total >= 0),
    CONSTRAINT positive CHECK (total > 1), -- expect: conventions/constraint-name
    CONSTRAINT orders_user_id_code_key UNIQUE (user_id, code)
);
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT fk_user FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID; -- expect: conventions/constraint-name
ALTER TABLE users ADD UNIQUE (email);
ALTER TABLE users RENAME CONSTRAINT c1 TO users_age_check;
ALTER TABLE users RENAME CONSTRAINT users_age_check TO age_is_positive; -- expect: conventions/constraint-name
ALTER TABLE users ADD COLUMN org_id bigint CONSTRAINT users_org_fk REFERENCES orders (id); -- expect: conventions/constraint-name
ALTER TABLE users VALIDATE CONSTRAINT age_is_positive;
ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 17) NOT VALID;
ALTER TABLE users RENAME CONSTRAINT adult TO users_adult_check;
