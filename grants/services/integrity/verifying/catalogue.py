"""The database as its system catalogue describes it: one line for each object, privilege and setting.

Only the system catalogue is read, with functions and operators of `pg_catalog`, so that nothing a forger has created is
asked: `schema.fix_session` comes first. What differs between PostgreSQL 15 and 18 without a cause is left out or
written in one way. Text, not trees: a test compares the description of a freshly migrated database with the stored
one, and a difference is read by people.
"""

# ruff: noqa: S608 - the parts of the queries are constants of this module

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import text

from grants.db import db

USER_OBJECTS = 16_384
"""Objects from this number on were created after the cluster; the numbers below belong to PostgreSQL itself."""
ROLES = ("grants_owner", "grants_app", "grants_read", "grants_seal")
TUNING = r"^(log_\w+|work_mem|maintenance_work_mem|random_page_cost|effective_\w+|max_parallel_\w+)$"
"""Settings of a role or a database that change neither what is stored nor what is shown."""
TEMPORARY = "^pg_(temp|toast)"
"""The schemas of temporary tables and of long values."""

KIND = """CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
    WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table'
    WHEN 'c' THEN 'composite type' ELSE 'relation ' || c.relkind::text END"""
FIRES = "CASE {0} WHEN 'O' THEN '' WHEN 'D' THEN '; disabled' WHEN 'A' THEN '; always' ELSE '; on replicas' END"

RELATIONS = f"""
    SELECT {KIND} || ' ' || c.oid::regclass,
        concat_ws('; ', 'owner ' || pg_get_userbyid(c.relowner),
            CASE WHEN c.relpersistence <> 'p' THEN 'not logged' END,
            CASE WHEN c.relrowsecurity THEN 'row-level security' END,
            CASE WHEN c.relforcerowsecurity THEN 'row-level security for its owner' END,
            CASE WHEN c.relispartition THEN 'partition' END,
            CASE WHEN c.relkind = 'v' THEN array_to_string(c.reloptions, ', ') END,
            CASE c.relkind WHEN 'i' THEN pg_get_indexdef(c.oid) END,
            CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indislive) THEN 'invalid' END,
            format_type(s.seqtypid, NULL) || ' from ' || s.seqmin || ' to ' || s.seqmax || ' by ' || s.seqincrement,
            CASE WHEN s.seqcycle THEN 'begins again' END, CASE WHEN s.seqcache <> 1 THEN 'cache ' || s.seqcache END)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_sequence s ON s.seqrelid = c.oid
    WHERE c.oid >= CAST(:first AS oid) AND n.nspname !~ CAST(:temporary AS text)"""
COLUMNS = """
    SELECT 'column ' || c.oid::regclass || '.' || a.attname,
        concat_ws('; ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
            CASE WHEN a.attcollation NOT IN (0, 100) THEN 'collation ' || a.attcollation::regcollation END,
            CASE a.attidentity WHEN 'a' THEN 'identity' WHEN 'd' THEN 'identity by default' END,
            CASE a.attgenerated WHEN '' THEN 'default ' ELSE 'generated ' || a.attgenerated::text || ' ' END
                || pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.oid >= CAST(:first AS oid) AND n.nspname !~ CAST(:temporary AS text) AND c.relkind NOT IN ('i', 'I', 'S')
        AND a.attnum > 0 AND NOT a.attisdropped"""
CONSTRAINTS = """
    SELECT 'constraint ' || conname || ' on ' || CASE conrelid WHEN 0 THEN contypid::regtype::text
        ELSE conrelid::regclass::text END, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE oid >= CAST(:first AS oid) AND contype <> 't' AND (contype <> 'n' OR NOT convalidated)"""
TRIGGERS = f"""
    SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass, pg_get_triggerdef(oid) || {FIRES.format("tgenabled")}
    FROM pg_trigger WHERE oid >= CAST(:first AS oid) AND NOT tgisinternal
    UNION ALL
    SELECT 'foreign key trigger ' || t.tgtype || ' of ' || k.conname || ' on ' || t.tgrelid::regclass,
        coalesce(substr(string_agg({FIRES.format("t.tgenabled")}, ''), 3), '')
    FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint
    WHERE t.oid >= CAST(:first AS oid) AND t.tgisinternal AND t.tgenabled <> 'O'
    GROUP BY t.tgtype, k.conname, t.tgrelid"""
RULES = f"""
    SELECT 'rule ' || rulename || ' on ' || ev_class::regclass, pg_get_ruledef(oid) || {FIRES.format("ev_enabled")}
    FROM pg_rewrite WHERE oid >= CAST(:first AS oid)
    UNION ALL
    SELECT 'policy ' || polname || ' on ' || polrelid::regclass, concat_ws('; ', 'for ' || polcmd::text,
        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
    UNION ALL
    SELECT 'inheritance of ' || inhrelid::regclass || ' from ' || inhparent::regclass, '' FROM pg_inherits
    UNION ALL
    SELECT 'event trigger ' || evtname, evtevent || ' ' || evtfoid::regprocedure || {FIRES.format("evtenabled")}
    FROM pg_event_trigger"""
OWNER = "coalesce('extension ' || e.extname, 'owner ' || pg_get_userbyid({0}))"
EXTENDED = """
    LEFT JOIN pg_depend x ON x.classid = {0}.tableoid AND x.objid = {0}.oid AND x.objsubid = 0 AND x.deptype = 'e'
    LEFT JOIN pg_extension e ON e.oid = x.refobjid"""
FUNCTIONS = f"""
    SELECT 'function ' || p.oid::regprocedure, concat_ws('; ', {OWNER.format("p.proowner")},
        'returns ' || CASE WHEN p.proretset THEN 'setof ' ELSE '' END || format_type(p.prorettype, NULL),
        'language ' || l.lanname, CASE WHEN p.prokind <> 'f' THEN 'kind ' || p.prokind::text END,
        CASE p.provolatile WHEN 'v' THEN 'volatile' WHEN 's' THEN 'stable' ELSE 'immutable' END,
        CASE WHEN p.prosecdef THEN 'security definer' END, CASE WHEN p.proleakproof THEN 'leakproof' END,
        CASE WHEN p.proisstrict THEN 'strict' END, 'parallel ' || p.proparallel::text,
        array_to_string(p.proconfig, ', '), p.probin, CASE WHEN p.prosupport <> 0 THEN p.prosupport::text END,
        CASE l.lanname WHEN 'c' THEN p.prosrc WHEN 'internal' THEN p.prosrc ELSE 'body ' || left(encode(sha256(
            convert_to(p.prosrc || coalesce(pg_get_function_sqlbody(p.oid), ''), 'UTF8')), 'hex'), 24) END)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        {EXTENDED.format("p")} WHERE p.oid >= CAST(:first AS oid) AND n.nspname !~ CAST(:temporary AS text)"""
TYPES = f"""
    SELECT 'type ' || t.oid::regtype, concat_ws('; ', {OWNER.format("t.typowner")}, 'kind ' || t.typtype::text,
        CASE WHEN t.typbasetype <> 0 THEN format_type(t.typbasetype, t.typtypmod) END, 'input ' || t.typinput,
        'output ' || t.typoutput, (SELECT string_agg(m.enumlabel, ', ' ORDER BY m.enumsortorder) FROM pg_enum m
            WHERE m.enumtypid = t.oid))
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace {EXTENDED.format("t")}
    WHERE t.oid >= CAST(:first AS oid) AND n.nspname !~ CAST(:temporary AS text) AND t.typrelid = 0
        AND NOT EXISTS (SELECT FROM pg_type b WHERE b.typarray = t.oid)"""
OPERATORS = """
    SELECT 'operator ' || oid::regoperator, oprcode::text FROM pg_operator WHERE oid >= CAST(:first AS oid)
    UNION ALL
    SELECT 'cast from ' || format_type(castsource, NULL) || ' to ' || format_type(casttarget, NULL),
        castfunc::regprocedure || ' ' || castcontext::text || castmethod::text FROM pg_cast
    WHERE oid >= CAST(:first AS oid)
    UNION ALL
    SELECT 'language ' || lanname, lanplcallfoid::regprocedure::text FROM pg_language WHERE oid >= CAST(:first AS oid)
    UNION ALL
    SELECT 'schema ' || nspname, 'owner ' || pg_get_userbyid(nspowner) FROM pg_namespace
    WHERE (oid >= CAST(:first AS oid) OR nspname = 'public') AND nspname !~ CAST(:temporary AS text)
    UNION ALL
    SELECT 'extension ' || extname, extnamespace::regnamespace::text FROM pg_extension WHERE oid >= CAST(:first AS oid)
    UNION ALL
    SELECT 'text search dictionary ' || oid::regdictionary, coalesce(dictinitoption, '') FROM pg_ts_dict
    WHERE oid >= CAST(:first AS oid)
    UNION ALL
    SELECT 'subscription ' || subname, '' FROM pg_subscription JOIN pg_database d ON d.oid = subdbid
    WHERE datname = current_database()
    UNION ALL
    SELECT 'large objects', 'some' FROM pg_largeobject_metadata HAVING count(*) > 0"""
KINDS = (
    *("pg_am", "pg_amop", "pg_amproc", "pg_collation", "pg_conversion", "pg_foreign_data_wrapper"),
    *("pg_foreign_server", "pg_opclass", "pg_opfamily", "pg_publication", "pg_publication_rel", "pg_statistic_ext"),
    *("pg_transform", "pg_ts_config", "pg_ts_parser", "pg_ts_template"),
)
"""Catalogues of which the existence of an object says enough."""
OTHERS = " UNION ALL ".join(
    f"SELECT i.type || ' ' || i.identity, '' FROM {kind} o, pg_identify_object(o.tableoid, o.oid, 0) i "
    "WHERE o.oid >= CAST(:first AS oid)"
    for kind in KINDS
)
GRANTED = """
    SELECT 'privileges of ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END || ' on '
        || o.name, string_agg(DISTINCT a.privilege_type || CASE WHEN a.is_grantable THEN ' with grant option' ELSE ''
        END, ', ') FROM ({0}) o, aclexplode(o.acl) a
    WHERE a.grantee <> o.owner AND (o.oid >= CAST(:first AS oid) OR o.name = 'schema public'
        OR o.oid = 0 AND a.grantee = 0
        OR a.grantee IN (SELECT oid FROM pg_roles WHERE rolname = ANY (CAST(:roles AS name[]))))
    GROUP BY a.grantee, o.name"""
PRIVILEGES = GRANTED.format(f"""
    SELECT c.oid, {KIND} || ' ' || c.oid::regclass AS name, c.relowner AS owner, coalesce(c.relacl,
        acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner)) AS acl
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ CAST(:temporary AS text) AND (c.oid >= CAST(:first AS oid) OR c.relacl IS NOT NULL)
    UNION ALL
    SELECT c.oid, 'column ' || c.oid::regclass || '.' || attname, c.relowner, attacl
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE attacl IS NOT NULL AND NOT attisdropped
    UNION ALL
    SELECT p.oid, 'function ' || p.oid::regprocedure, p.proowner,
        CASE WHEN e.oid IS NULL THEN coalesce(p.proacl, acldefault('f', p.proowner)) ELSE p.proacl END
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace {EXTENDED.format("p")}
    WHERE n.nspname !~ CAST(:temporary AS text) AND (p.oid >= CAST(:first AS oid) OR p.proacl IS NOT NULL)
    UNION ALL
    SELECT n.oid, 'schema ' || nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace n
    WHERE nspname !~ CAST(:temporary AS text)
    UNION ALL
    SELECT oid, 'language ' || lanname, lanowner, lanacl FROM pg_language
    UNION ALL
    SELECT oid, 'type ' || oid::regtype, typowner, typacl FROM pg_type WHERE typacl IS NOT NULL
    UNION ALL
    SELECT 0, 'setting ' || parname, 10, paracl FROM pg_parameter_acl
    UNION ALL
    SELECT oid, 'later ' || defaclobjtype::text, defaclrole, defaclacl FROM pg_default_acl""")
ACTING = "coalesce(CAST(to_jsonb(m) ->> '{0}_option' AS boolean), true)"
"""Whether a member has the rights of its role, or may take it on. Up to PostgreSQL 15, every member does both; later,
the role that creates another becomes a member of it that may only appoint others."""
RIGHTS = f"""
    SELECT 'role ' || rolname, concat_ws('; ', CASE WHEN rolsuper THEN 'superuser' END,
        CASE WHEN rolcreaterole THEN 'creates roles' END, CASE WHEN rolcreatedb THEN 'creates databases' END,
        CASE WHEN rolreplication THEN 'replicates' END, CASE WHEN rolbypassrls THEN 'bypasses row-level security' END,
        CASE WHEN has_database_privilege(oid, current_database(), 'CREATE') THEN 'creates schemas' END)
    FROM pg_roles WHERE rolname = ANY (CAST(:roles AS name[]))
    UNION ALL
    SELECT DISTINCT 'membership of ' || g.rolname || ' in ' || r.rolname, '' FROM pg_auth_members m
        JOIN pg_roles g ON g.oid = m.member JOIN pg_roles r ON r.oid = m.roleid
    WHERE g.rolname = ANY (CAST(:roles AS name[]))
        OR r.rolname = ANY (CAST(:roles AS name[])) AND ({ACTING.format("inherit")} OR {ACTING.format("set")})
    UNION ALL
    SELECT 'database', 'owner ' || pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()
    UNION ALL
    SELECT 'privileges of ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END
        || ' on the database', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
    FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
    WHERE d.datname = current_database() AND a.grantee <> d.datdba
        AND (a.grantee = 0 OR a.privilege_type <> 'CONNECT' OR a.is_grantable)
    GROUP BY a.grantee
    UNION ALL
    SELECT 'user of the session', CASE WHEN current_user = session_user THEN 'as signed in' ELSE current_user END
    UNION ALL
    SELECT 'setting ' || name || ' of the session', current_setting(name)
    FROM unnest(ARRAY['session_replication_role', 'transform_null_equals']) AS s (name)
    UNION ALL
    SELECT 'setting ' || split_part(s.value, '=', 1) || ' of ' || concat_ws(' in ', CASE k.setrole WHEN 0 THEN NULL
        ELSE pg_get_userbyid(k.setrole) END, CASE k.setdatabase WHEN 0 THEN CASE k.setrole WHEN 0 THEN 'all roles' END
        ELSE 'the database' END), substr(s.value, strpos(s.value, '=') + 1)
    FROM pg_db_role_setting k, unnest(k.setconfig) AS s (value)
    WHERE k.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND k.setrole IN (SELECT 0 UNION ALL SELECT oid FROM pg_roles WHERE rolname = ANY (CAST(:roles AS name[])))
        AND split_part(s.value, '=', 1) !~ CAST(:tuning AS text)"""
INITIAL = "LEFT JOIN pg_init_privs i ON i.classoid = {0}.tableoid AND i.objoid = {0}.oid AND i.objsubid = {1}"
SYSTEM = f"""
    SELECT 'privileges of PUBLIC on ' || o.name, string_agg(DISTINCT a.privilege_type, ', ') FROM (
        SELECT {KIND} || ' ' || c.oid::regclass AS name, c.relacl AS acl, coalesce(i.initprivs,
            acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner)) AS initial
        FROM pg_class c {INITIAL.format("c", "0")} WHERE c.oid < CAST(:first AS oid)
        UNION ALL
        SELECT 'column ' || c.oid::regclass || '.' || attname, attacl, coalesce(i.initprivs, acldefault('c', relowner))
        FROM pg_attribute JOIN pg_class c ON c.oid = attrelid {INITIAL.format("c", "attnum")}
        WHERE c.oid < CAST(:first AS oid) AND NOT attisdropped
        UNION ALL
        SELECT 'function ' || p.oid::regprocedure, proacl, coalesce(i.initprivs, acldefault('f', proowner))
        FROM pg_proc p {INITIAL.format("p", "0")} WHERE p.oid < CAST(:first AS oid)
        UNION ALL
        SELECT 'schema ' || nspname, nspacl, coalesce(i.initprivs, acldefault('n', nspowner))
        FROM pg_namespace n {INITIAL.format("n", "0")} WHERE n.oid < CAST(:first AS oid) AND nspname <> 'public'
    ) o, aclexplode(o.acl) a
    WHERE a.grantee = 0 AND NOT EXISTS (SELECT FROM aclexplode(o.initial) d
        WHERE d.grantee = 0 AND d.privilege_type = a.privilege_type)
        AND NOT (o.name ~ '^[a-z]+ information_schema' AND a.privilege_type IN ('SELECT', 'USAGE'))
    GROUP BY o.name"""
"""What everybody may do with objects of PostgreSQL beyond what a new cluster allows. It does not note what it allows in
the information schema, which everybody may read."""
QUERIES = (
    *(RELATIONS, COLUMNS, CONSTRAINTS, TRIGGERS, RULES, FUNCTIONS, TYPES, OPERATORS, OTHERS),
    *(PRIVILEGES, RIGHTS, SYSTEM),
)
ABOVE = "{pg_write_all_data,pg_maintain,pg_execute_server_program,pg_write_server_files}"
MIGHTY = f"""
    SELECT rolname || ' (superuser)' FROM pg_roles
    WHERE rolsuper AND oid <> 10 AND rolname <> ALL (CAST(:roles AS name[]))
    UNION
    SELECT g.rolname || ' (' || r.rolname || ')' FROM pg_auth_members m
        JOIN pg_roles g ON g.oid = m.member JOIN pg_roles r ON r.oid = m.roleid
    WHERE r.rolname = ANY (CAST('{ABOVE}' AS name[]))
        AND NOT g.rolsuper AND g.rolname <> ALL (CAST(:roles AS name[]))
    UNION
    SELECT g.rolname || ' (lo_export)' FROM pg_proc p, aclexplode(p.proacl) a JOIN pg_roles g ON g.oid = a.grantee
    WHERE p.proname = 'lo_export' AND p.oid < CAST(:first AS oid)
        AND NOT g.rolsuper AND g.rolname <> ALL (CAST(:roles AS name[]))
    ORDER BY 1"""
"""Roles that may change every database of the server, whatever its rights say. 10 is the superuser of a new cluster."""


def described() -> dict[str, str]:
    """Every object, privilege and setting of the database, with what is stated of it.

    Names of other schemas than `pg_catalog` are qualified.
    """
    rows = [row for query in QUERIES for row in _read(query)]
    return {name: facts or "" for name, facts in sorted(rows, key=itemgetter(0))}


def mighty() -> list[str]:
    """Roles beside ours and the first superuser that may change every database of the server, with what allows it."""
    return [role for (role,) in _read(MIGHTY)]


def _read(query: str) -> Sequence[Any]:
    """The rows of a query."""
    known = {"first": USER_OBJECTS, "temporary": TEMPORARY, "roles": list(ROLES), "tuning": TUNING}
    names = {name: value for name, value in known.items() if f":{name}" in query}
    return db.session.execute(text(query), names).all()
