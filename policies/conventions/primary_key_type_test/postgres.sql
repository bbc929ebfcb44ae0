-- params: {"types": ["bigint", "uuid"], "exempt": ["countries"]}
CREATE TABLE old (id int PRIMARY KEY);
CREATE TABLE parent (id int, tenant text, PRIMARY KEY (id)) PARTITION BY HASH (id);
-- migration
CREATE TABLE a (id bigserial PRIMARY KEY);
CREATE TABLE b (id uuid DEFAULT gen_random_uuid() PRIMARY KEY);
CREATE TABLE c (id serial PRIMARY KEY); -- expect: conventions/primary-key-type
CREATE TABLE d (
    code text NOT NULL, -- expect: conventions/primary-key-type
    n int
);
ALTER TABLE d ADD CONSTRAINT d_pkey PRIMARY KEY (code);
CREATE TABLE e (a_id int, b_id int, PRIMARY KEY (a_id, b_id));
CREATE TABLE countries (code char(2) PRIMARY KEY);
CREATE TABLE parent_0 PARTITION OF parent FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE keyless (n int);
