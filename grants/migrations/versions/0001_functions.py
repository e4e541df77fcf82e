"""What the tables themselves call: `grants_now()`, the one clock, and `plain()`, words without case and accents."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The offset's row belongs to the owner alone: the application reads the clock and cannot move it."""
    op.execute("""
        CREATE TABLE clock_offset (id integer CONSTRAINT clock_offset_pkey PRIMARY KEY,
            seconds integer NOT NULL DEFAULT 0, CONSTRAINT clock_offset_one_row CHECK (id = 1));
        INSERT INTO clock_offset (id, seconds) VALUES (1, 0);
        CREATE FUNCTION grants_now() RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER
        SET search_path = public, pg_temp
        RETURN clock_timestamp() + make_interval(secs => (SELECT seconds FROM public.clock_offset WHERE id = 1));

        CREATE EXTENSION IF NOT EXISTS unaccent;
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE FUNCTION plain(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            RETURN lower(public.unaccent('public.unaccent'::regdictionary, words));
    """)
