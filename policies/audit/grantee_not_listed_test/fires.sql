-- params: {"roles": ["shop_app", "shop_reader_*"]}
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE "Invoices" (id bigint PRIMARY KEY);

-- migration

GRANT SELECT ON orders TO shop_app, anna; -- expect: audit/grantee-not-listed
GRANT SELECT ("id") ON "Invoices" TO shop_readers; -- expect: audit/grantee-not-listed
GRANT ALL ON ALL TABLES IN SCHEMA public TO "Shop_App"; -- expect: audit/grantee-not-listed
GRANT SELECT ON orders TO PUBLIC; -- expect: audit/grantee-not-listed
GRANT shop_admins TO anna; -- expect: audit/grantee-not-listed
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anna; -- expect: audit/grantee-not-listed
DO $$ BEGIN
  GRANT INSERT ON orders TO bert; -- expect: audit/grantee-not-listed
END $$;
