-- The roles and the database of Foundation Grants on your own PostgreSQL 15 or later. Run once, as a superuser:
--   psql -v ON_ERROR_STOP=1 -v owner=… -v app=… -v read=… -v seal=… -f deploy/database.sql
-- where each … is the password of a role. docs/settings.md says what the roles are for.

CREATE ROLE grants_owner LOGIN PASSWORD :'owner';
CREATE ROLE grants_app LOGIN PASSWORD :'app';
CREATE ROLE grants_read LOGIN PASSWORD :'read';
CREATE ROLE grants_seal LOGIN PASSWORD :'seal';
ALTER ROLE grants_read SET default_transaction_read_only = on;

SELECT current_setting('server_version_num')::int >= 170000 AS has_builtin_locale \gset
\if :has_builtin_locale
CREATE DATABASE grants OWNER grants_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8';
\else
CREATE DATABASE grants OWNER grants_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
\endif

REVOKE ALL ON DATABASE grants FROM PUBLIC;
GRANT CONNECT ON DATABASE grants TO grants_app, grants_read, grants_seal;
