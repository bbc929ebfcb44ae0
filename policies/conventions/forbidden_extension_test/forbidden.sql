-- params: {"forbidden": ["dblink", "*u"]}
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION plpython3u; -- expect: conventions/forbidden-extension
CREATE EXTENSION dblink WITH SCHEMA public; -- expect: conventions/forbidden-extension
