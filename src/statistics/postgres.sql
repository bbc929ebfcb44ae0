-- The sizes of the tables of a PostgreSQL database (12 or newer), as lockgate reads them:
--   lockgate stats | psql -X -q -At "$DATABASE_URL" > stats.json
-- Reads catalogs and statistics views, no table, and needs no superuser. The numbers of keys are of
-- the sequences that the account may read (GRANT SELECT ON SEQUENCE, or the role pg_read_all_data).
WITH relation AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
), member AS (
  -- A partitioned table is as large as its partitions.
  SELECT oid AS relation, oid AS member FROM relation WHERE relkind <> 'p'
  UNION ALL
  SELECT r.oid, p.relid FROM relation r CROSS JOIN LATERAL pg_partition_tree(r.oid) p
  WHERE r.relkind = 'p' AND p.isleaf
), since AS (
  -- A server that only follows another one counts none of its writes.
  SELECT CASE WHEN NOT pg_is_in_recovery() THEN greatest(1, extract(epoch FROM
    now() - coalesce(d.stats_reset, b.stats_reset, pg_postmaster_start_time()))) END AS seconds
  FROM pg_stat_database d CROSS JOIN pg_stat_bgwriter b WHERE d.datname = current_database()
), size AS (
  SELECT m.relation,
    -- As the planner estimates: rows per page when it was analysed, times the pages of now. Of what
    -- was never analysed nobody may know the rows.
    CASE WHEN bool_and(p.pages = 0 OR c.relpages > 0 AND c.reltuples > 0 OR s.n_live_tup > 0)
      THEN sum(CASE WHEN p.pages = 0 THEN 0
        WHEN c.relpages > 0 AND c.reltuples > 0 THEN c.reltuples / c.relpages * p.pages
        ELSE s.n_live_tup END)::bigint END AS rows,
    sum(pg_table_size(c.oid))::bigint AS bytes,
    sum(pg_indexes_size(c.oid))::bigint AS index_bytes,
    sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del) AS writes
  FROM member m JOIN pg_class c ON c.oid = m.member
    CROSS JOIN LATERAL (SELECT pg_relation_size(c.oid) / current_setting('block_size')::int AS pages) p
    LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
  GROUP BY m.relation
), draws AS (
  -- Which column takes its numbers from which sequence: it owns it, or its default asks it.
  SELECT d.refobjid AS relation, d.refobjsubid AS attnum, d.objid AS sequence FROM pg_depend d
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  UNION
  SELECT a.adrelid, a.adnum, d.refobjid FROM pg_attrdef a
    JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid
  WHERE d.refclassid = 'pg_class'::regclass
), key AS (
  SELECT DISTINCT ON (a.attrelid, a.attnum) a.attrelid AS relation, a.attnum, a.attname,
    q.last_value,
    least(q.max_value, CASE a.atttypid WHEN 'smallint'::regtype THEN 32767
      WHEN 'integer'::regtype THEN 2147483647 ELSE 9223372036854775807 END) AS number_limit
  FROM draws d
    JOIN pg_attribute a ON a.attrelid = d.relation AND a.attnum = d.attnum
    JOIN pg_class c ON c.oid = d.sequence AND c.relkind = 'S'
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_sequences q ON q.schemaname = n.nspname AND q.sequencename = c.relname
  WHERE a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
    AND q.last_value >= 0 AND q.max_value > 0 AND q.increment_by > 0 AND NOT q.cycle
  ORDER BY a.attrelid, a.attnum, q.last_value DESC
), keys AS (
  SELECT relation, json_agg(json_build_object('column', attname, 'max_id', last_value,
    'limit', number_limit) ORDER BY attnum) AS list
  FROM key GROUP BY relation
)
SELECT json_build_object(
  'schema_version', 1,
  'as_of', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  'engine', 'postgres',
  -- A line for each table, for those who keep the file in git.
  'tables', coalesce('[' || string_agg(E'\n' || json_build_object(
    'schema', r.nspname,
    'name', r.relname,
    'rows', CASE WHEN s.relation IS NULL THEN 0 ELSE s.rows END,
    'bytes', coalesce(s.bytes, 0),
    'index_bytes', coalesce(s.index_bytes, 0),
    'writes_per_second', round((coalesce(s.writes, 0) / since.seconds)::numeric, 3),
    'keys', coalesce(k.list, '[]')
  ), ',' ORDER BY r.nspname, r.relname) || E'\n]', '[]')::json)
FROM relation r CROSS JOIN since
  LEFT JOIN size s ON s.relation = r.oid
  LEFT JOIN keys k ON k.relation = r.oid;
