CREATE TABLE user_accounts (id bigint PRIMARY KEY);
CREATE TABLE UserSettings (id bigint PRIMARY KEY); -- unquoted, and so usersettings
CREATE TABLE "UserProfile" (id bigint PRIMARY KEY); -- expect: conventions/table-name
CREATE TABLE IF NOT EXISTS billing."Invoice Lines" (id bigint PRIMARY KEY); -- expect: conventions/table-name
CREATE TABLE _outbox (id bigint PRIMARY KEY); -- expect: conventions/table-name
CREATE UNLOGGED TABLE "2fa_codes" (id bigint PRIMARY KEY); -- expect: conventions/table-name
CREATE TEMP TABLE "Scratch" AS SELECT 1 AS n;
CREATE TABLE "Report" AS SELECT id FROM user_accounts; -- expect: conventions/table-name
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'Legacy') THEN
        CREATE TABLE "Legacy" (id bigint PRIMARY KEY); -- expect: conventions/table-name
    END IF;
END $$;
