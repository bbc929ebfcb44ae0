-- params: {"attributes": ["superuser", "createdb"], "allowed": ["ops"]}
CREATE ROLE shop_app LOGIN SUPERUSER; -- expect: audit/role-attribute
CREATE ROLE reader;
ALTER ROLE reader CREATEDB; -- expect: audit/role-attribute
CREATE USER ops WITH SUPERUSER;
CREATE ROLE "superuser" LOGIN;
ALTER ROLE shop_app NOSUPERUSER;
ALTER ROLE shop_app SET role = 'superuser';
