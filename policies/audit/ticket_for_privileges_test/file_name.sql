-- framework: flyway
-- path: V7__SEC-118_reader.sql
GRANT SELECT ON orders TO reader;
