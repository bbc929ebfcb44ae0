CREATE TABLE orders (id bigint PRIMARY KEY DEFERRABLE INITIALLY DEFERRED); -- expect: replication/identity-missing
CREATE TABLE "Tokens" (token text NOT NULL, email text); -- expect: replication/identity-missing
CREATE UNIQUE INDEX tokens_key ON "Tokens" (token);
