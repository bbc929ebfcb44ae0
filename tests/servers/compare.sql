-- Everything that a schema holds, a row each: kind, name, definition.
SET search_path = '';
WITH own AS (
    SELECT n.oid, n.nspname FROM pg_namespace n
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND n.nspname NOT LIKE 'pg_temp%' AND n.nspname NOT LIKE 'pg_toast_temp%'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
), rel AS (
    SELECT c.*, o.nspname FROM pg_class c JOIN own o ON o.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), fact (kind, name, definition) AS (
    SELECT 'schema', nspname::text, '' FROM own
    UNION ALL
    SELECT 'table', format('%I.%I', nspname, relname),
        concat_ws(' ', relkind, relpersistence, pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid),
            CASE WHEN relrowsecurity THEN 'row security' END, CASE WHEN relforcerowsecurity THEN 'forced' END,
            'identity ' || relreplident::text, array_to_string(reloptions, ','),
            (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = rel.oid))
    FROM rel WHERE relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT 'column', format('%I.%I.%I', nspname, relname, attname),
        concat_ws(' ', (SELECT count(*) FROM pg_attribute b WHERE b.attrelid = a.attrelid AND b.attnum > 0 AND NOT b.attisdropped AND b.attnum <= a.attnum),
            format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' END,
            'default ' || pg_get_expr(adbin, adrelid), 'identity ' || nullif(attidentity::text, ''), 'generated ' || nullif(attgenerated::text, ''),
            'collate ' || CASE WHEN attcollation <> typcollation THEN attcollation::regcollation::text END)
    FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid JOIN pg_type y ON y.oid = atttypid
    LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    WHERE relkind IN ('r', 'p', 'f') AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'constraint', format('%I.%I.%I', nspname, relname, conname), pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN rel ON rel.oid = conrelid WHERE contype <> 'n'
    UNION ALL
    SELECT 'index', format('%I.%I', nspname, relname), concat_ws(' ', pg_get_indexdef(oid), CASE WHEN NOT indisvalid THEN 'invalid' END)
    FROM rel JOIN pg_index ON indexrelid = oid
    UNION ALL
    SELECT CASE relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, format('%I.%I', nspname, relname), pg_get_viewdef(oid)
    FROM rel WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT 'sequence', format('%I.%I', nspname, relname),
        concat_ws(' ', format_type(seqtypid, NULL), 'start', seqstart, 'by', seqincrement, 'from', seqmin, 'to', seqmax, CASE WHEN seqcycle THEN 'cycle' END,
            (SELECT 'owned by ' || format('%s.%I', refobjid::regclass, attname) FROM pg_depend d JOIN pg_attribute a ON attrelid = refobjid AND attnum = refobjsubid
             WHERE d.classid = 'pg_class'::regclass AND d.objid = rel.oid AND d.deptype IN ('a', 'i')))
    FROM rel JOIN pg_sequence ON seqrelid = oid
    UNION ALL
    SELECT 'enum', format('%I.%I', nspname, typname), (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = y.oid)
    FROM pg_type y JOIN own ON own.oid = typnamespace WHERE typtype = 'e'
    UNION ALL
    SELECT 'domain', format('%I.%I', nspname, typname), concat_ws(' ', format_type(typbasetype, typtypmod), typdefault, CASE WHEN typnotnull THEN 'not null' END,
        (SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), ', ' ORDER BY conname) FROM pg_constraint WHERE contypid = y.oid AND contype = 'c'))
    FROM pg_type y JOIN own ON own.oid = typnamespace WHERE typtype = 'd'
    UNION ALL
    SELECT 'routine', format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(f.oid)),
        concat_ws(' ', prokind, pg_get_function_result(f.oid), lanname, provolatile, CASE WHEN prosecdef THEN 'definer' END, array_to_string(proconfig, ','), md5(btrim(prosrc, E' \n\r\t')))
    FROM pg_proc f JOIN own ON own.oid = pronamespace JOIN pg_language l ON l.oid = prolang
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'trigger', format('%I.%I.%I', nspname, relname, tgname), concat_ws(' ', pg_get_triggerdef(g.oid), tgenabled)
    FROM pg_trigger g JOIN rel ON rel.oid = tgrelid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'policy', format('%I.%I.%I', schemaname, tablename, policyname), concat_ws(' ', permissive, roles::text, cmd, qual, with_check)
    FROM pg_policies
    UNION ALL
    SELECT 'extension', extname::text, '' FROM pg_extension WHERE extname <> 'plpgsql'
    UNION ALL
    SELECT 'comment', format('%s %s', type, identity), description
    FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid)
    WHERE d.classoid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass)
      AND schema IN (SELECT nspname FROM own)
)
SELECT kind, name, regexp_replace(definition, '\s+', ' ', 'g') FROM fact ORDER BY 1, 2, 3;
