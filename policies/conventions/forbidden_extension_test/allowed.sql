-- params: {"allowed": ["pg_*", "citext", "uuid-ossp"]}
CREATE EXTENSION hstore;
-- migration
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION "uuid-ossp";
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE EXTENSION plpython3u; -- expect: conventions/forbidden-extension
