-- codeowners: * @acme/web
-- params: {"teams": ["@acme/dba"]}
CREATE TABLE orders (id bigint PRIMARY KEY); -- expect: delivery/owner-missing
