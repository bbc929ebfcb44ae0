-- Everything that a schema holds, a row each: kind, name, definition.
SET search_path = '';
WITH extended AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), own AS (
    SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_namespace n
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND n.nspname NOT LIKE 'pg_temp%' AND n.nspname NOT LIKE 'pg_toast_temp%'
      AND NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_namespace'::regclass AND objid = n.oid)
), rel AS (
    SELECT c.*, o.nspname, format('%I.%I', o.nspname, c.relname) AS name
    FROM pg_class c JOIN own o ON o.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_class'::regclass AND objid = c.oid)
), typ AS (
    SELECT y.*, format('%I.%I', o.nspname, y.typname) AS name
    FROM pg_type y JOIN own o ON o.oid = y.typnamespace
    WHERE NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_type'::regclass AND objid = y.oid)
), proc AS (
    SELECT f.*, format('%I.%I(%s)', o.nspname, f.proname, pg_get_function_identity_arguments(f.oid)) AS name
    FROM pg_proc f JOIN own o ON o.oid = f.pronamespace
    WHERE NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_proc'::regclass AND objid = f.oid)
), granted (kind, name, owner, acl) AS (
    SELECT 'relation', name, relowner, coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
    FROM rel WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL
    SELECT 'column', format('%s.%I', name, attname), relowner, attacl FROM rel JOIN pg_attribute ON attrelid = rel.oid WHERE attacl IS NOT NULL
    UNION ALL
    SELECT 'routine', name, proowner, coalesce(proacl, acldefault('f', proowner)) FROM proc
    UNION ALL
    SELECT 'schema', nspname::text, nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM own
    UNION ALL
    SELECT 'type', name, typowner, coalesce(typacl, acldefault('T', typowner)) FROM typ WHERE typtype IN ('e', 'd', 'r') OR typacl IS NOT NULL
), fact (kind, name, definition) AS (
    SELECT 'schema', nspname::text, '' FROM own
    UNION ALL
    SELECT 'table', name,
        concat_ws(' ', relkind, relpersistence, pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid),
            CASE WHEN relrowsecurity THEN 'row security' END, CASE WHEN relforcerowsecurity THEN 'forced' END,
            'identity ' || relreplident::text,
            (SELECT 'with ' || string_agg(o, ',' ORDER BY o) FROM unnest(reloptions) o),
            (SELECT 'toast ' || string_agg(o, ',' ORDER BY o) FROM pg_class t, unnest(t.reloptions) o WHERE t.oid = rel.reltoastrelid),
            (SELECT 'using ' || amname FROM pg_am WHERE pg_am.oid = relam),
            'of ' || nullif(reloftype, 0)::regtype,
            (SELECT concat_ws(' ', 'server', srvname, ftoptions) FROM pg_foreign_table JOIN pg_foreign_server s ON s.oid = ftserver WHERE ftrelid = rel.oid),
            (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = rel.oid))
    FROM rel WHERE relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT 'column', format('%s.%I', name, attname),
        concat_ws(' ', (SELECT count(*) FROM pg_attribute b WHERE b.attrelid = a.attrelid AND b.attnum > 0 AND NOT b.attisdropped AND b.attnum <= a.attnum),
            format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' END,
            'default ' || pg_get_expr(adbin, adrelid), 'identity ' || nullif(attidentity::text, ''), 'generated ' || nullif(attgenerated::text, ''),
            'collate ' || CASE WHEN attcollation <> typcollation THEN attcollation::regcollation::text END,
            CASE WHEN NOT attislocal THEN 'inherited' END, 'storage ' || CASE WHEN attstorage <> typstorage THEN attstorage::text END,
            'compression ' || nullif(attcompression::text, ''), 'statistics ' || nullif(attstattarget, -1), 'options ' || attoptions::text, 'fdw ' || attfdwoptions::text)
    FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid JOIN pg_type y ON y.oid = atttypid
    LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    WHERE relkind IN ('r', 'p', 'f') AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'constraint', format('%s.%I', rel.name, conname), concat_ws(' ', pg_get_constraintdef(k.oid), CASE WHEN NOT conislocal THEN 'inherited' END)
    FROM pg_constraint k JOIN rel ON rel.oid = conrelid WHERE contype <> 'n'
    UNION ALL
    SELECT 'index', name, concat_ws(' ', pg_get_indexdef(oid), CASE WHEN NOT indisvalid THEN 'invalid' END,
        CASE WHEN indisclustered THEN 'clustered' END, CASE WHEN indisreplident THEN 'replica identity' END,
        (SELECT 'part of ' || inhparent::regclass FROM pg_inherits WHERE inhrelid = rel.oid))
    FROM rel JOIN pg_index ON indexrelid = oid
    UNION ALL
    SELECT CASE relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, name,
        concat_ws(' ', (SELECT 'with ' || string_agg(o, ',' ORDER BY o) FROM unnest(reloptions) o), CASE WHEN NOT relispopulated THEN 'empty' END, pg_get_viewdef(oid),
            (SELECT string_agg(format('%I %s %s', attname, format_type(atttypid, atttypmod), pg_get_expr(adbin, adrelid)), ', ' ORDER BY attnum)
             FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = rel.oid AND attnum > 0))
    FROM rel WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT 'sequence', name,
        concat_ws(' ', relpersistence, format_type(seqtypid, NULL), 'start', seqstart, 'by', seqincrement, 'from', seqmin, 'to', seqmax,
            'cache ' || nullif(seqcache, 1), CASE WHEN seqcycle THEN 'cycle' END,
            (SELECT concat(CASE d.deptype WHEN 'i' THEN 'identity of ' ELSE 'owned by ' END, format('%s.%I', refobjid::regclass, attname))
             FROM pg_depend d JOIN pg_attribute a ON attrelid = refobjid AND attnum = refobjsubid
             WHERE d.classid = 'pg_class'::regclass AND d.objid = rel.oid AND d.deptype IN ('a', 'i')))
    FROM rel JOIN pg_sequence ON seqrelid = oid
    UNION ALL
    SELECT 'enum', name, (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = typ.oid) FROM typ WHERE typtype = 'e'
    UNION ALL
    SELECT 'composite type', name, (SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)
    FROM rel c WHERE relkind = 'c'
    UNION ALL
    SELECT 'range type', name, concat_ws(' ', rngsubtype::regtype, rngcollation::regcollation, rngcanonical, rngsubdiff) FROM typ JOIN pg_range ON rngtypid = typ.oid
    UNION ALL
    SELECT 'domain', name, concat_ws(' ', format_type(typbasetype, typtypmod), typdefault, CASE WHEN typnotnull THEN 'not null' END,
        (SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), ', ' ORDER BY conname) FROM pg_constraint WHERE contypid = typ.oid AND contype = 'c'))
    FROM typ WHERE typtype = 'd'
    UNION ALL
    SELECT 'routine', name, CASE WHEN prokind = 'a' THEN concat_ws(' ', prorettype::regtype, aggtransfn, aggfinalfn, aggtranstype::regtype, agginitval)
        ELSE pg_get_functiondef(proc.oid) END
    FROM proc LEFT JOIN pg_aggregate ON aggfnoid = proc.oid
    UNION ALL
    SELECT 'trigger', format('%s.%I', rel.name, tgname), concat_ws(' ', pg_get_triggerdef(g.oid), tgenabled)
    FROM pg_trigger g JOIN rel ON rel.oid = tgrelid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'rule', format('%s.%I', rel.name, rulename), concat_ws(' ', pg_get_ruledef(r.oid), ev_enabled)
    FROM pg_rewrite r JOIN rel ON rel.oid = ev_class WHERE rulename <> '_RETURN'
    UNION ALL
    SELECT 'event trigger', evtname::text, concat_ws(' ', evtevent, evtfoid::regproc, evtenabled, evttags) FROM pg_event_trigger
    UNION ALL
    SELECT 'policy', format('%I.%I.%I', schemaname, tablename, policyname), concat_ws(' ', permissive, roles::text, cmd, qual, with_check) FROM pg_policies
    UNION ALL
    SELECT 'extension', extname::text, extnamespace::regnamespace::text FROM pg_extension WHERE extname <> 'plpgsql'
    UNION ALL
    SELECT 'statistics', stxname::text, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
    UNION ALL
    SELECT 'collation', format('%I.%I', own.nspname, collname), concat_ws(' ', collprovider, collcollate, collisdeterministic)
    FROM pg_collation JOIN own ON own.oid = collnamespace
    UNION ALL
    SELECT 'operator', format('%I.%s(%s,%s)', own.nspname, oprname, oprleft::regtype, oprright::regtype), oprcode::text
    FROM pg_operator o JOIN own ON own.oid = oprnamespace WHERE NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_operator'::regclass AND objid = o.oid)
    UNION ALL
    SELECT 'operator class', format('%I.%I', own.nspname, opcname), concat_ws(' ', opcmethod, opcintype::regtype, opcdefault)
    FROM pg_opclass o JOIN own ON own.oid = opcnamespace WHERE NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_opclass'::regclass AND objid = o.oid)
    UNION ALL
    SELECT 'cast', format('%s to %s', castsource::regtype, casttarget::regtype), concat_ws(' ', nullif(castfunc, 0)::regprocedure, castcontext, castmethod)
    FROM pg_cast c WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_cast'::regclass AND objid = c.oid)
    UNION ALL
    SELECT 'text search configuration', format('%I.%I', own.nspname, cfgname), (SELECT string_agg(concat(maptokentype, ' ', mapdict::regdictionary), ', ' ORDER BY maptokentype, mapseqno) FROM pg_ts_config_map WHERE mapcfg = c.oid)
    FROM pg_ts_config c JOIN own ON own.oid = cfgnamespace
    UNION ALL
    SELECT 'language', lanname::text, concat_ws(' ', lanpltrusted, lanplcallfoid::regproc) FROM pg_language l
    WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_language'::regclass AND objid = l.oid)
    UNION ALL
    SELECT 'server', srvname::text, srvoptions::text FROM pg_foreign_server
    UNION ALL
    SELECT 'publication', pubname::text, concat_ws(' ', puballtables, (SELECT string_agg(prrelid::regclass::text, ',' ORDER BY prrelid::regclass::text) FROM pg_publication_rel WHERE prpubid = p.oid))
    FROM pg_publication p
    UNION ALL
    SELECT 'privileges', kind || ' ' || name, (SELECT string_agg(DISTINCT entry, ', ') FROM (
        SELECT concat(CASE grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(grantee)::text END, ' ', privilege_type, CASE WHEN is_grantable THEN ' with grant option' END) FROM aclexplode(acl) WHERE grantee <> owner
    ) AS entries (entry))
    FROM granted WHERE EXISTS (SELECT FROM aclexplode(acl) WHERE grantee <> owner)
    UNION ALL
    SELECT 'owner', kind || ' ' || name, pg_get_userbyid(owner) FROM granted WHERE kind <> 'column'
    UNION ALL
    SELECT 'comment', format('%s %s', type, identity), description
    FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid)
    WHERE d.objoid >= 16384 AND NOT EXISTS (SELECT FROM extended e WHERE e.classid = d.classoid AND e.objid = d.objoid)
)
SELECT kind, name, regexp_replace(definition, '\s+', ' ', 'g') FROM fact ORDER BY 1, 2, 3;
