-- codeowners: * @acme/web
CREATE TABLE orders (id bigint PRIMARY KEY);
