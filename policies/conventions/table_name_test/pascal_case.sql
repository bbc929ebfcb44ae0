-- params: {"pattern": "^[A-Z][A-Za-z0-9]*$", "exempt": ["_prisma_migrations", "audit.*"]}
CREATE TABLE "UserProfile" (id bigint PRIMARY KEY);
CREATE TABLE user_profile (id bigint PRIMARY KEY); -- expect: conventions/table-name
CREATE TABLE IF NOT EXISTS _prisma_migrations (id bigint PRIMARY KEY);
CREATE SCHEMA audit;
CREATE TABLE audit.log_entry (id bigint PRIMARY KEY);
