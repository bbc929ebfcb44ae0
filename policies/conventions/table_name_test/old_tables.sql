CREATE TABLE "UserProfile" (id bigint PRIMARY KEY);
CREATE TABLE accounts (id bigint PRIMARY KEY);
CREATE TABLE "Orders" (id bigint PRIMARY KEY);
-- migration
ALTER TABLE "UserProfile" ADD COLUMN name text;
CREATE TABLE IF NOT EXISTS "UserProfile" (id bigint PRIMARY KEY);
ALTER TABLE accounts RENAME TO "Accounts"; -- expect: conventions/table-name
-- Rebuilt: the table has the name that it had.
CREATE TABLE "Orders_new" (id bigint PRIMARY KEY, note text);
DROP TABLE "Orders";
ALTER TABLE "Orders_new" RENAME TO "Orders";
