-- path: 000002_accounts.down.sql
-- framework: golang-migrate
CREATE TABLE "UserProfile" (id bigint PRIMARY KEY);
