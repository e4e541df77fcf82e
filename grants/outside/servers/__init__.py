"""PostgreSQL and Valkey as child processes, for installations without servers of their own."""

from grants.outside.servers.claims import AlreadyStarted, NotInstalled, Unstartable
from grants.outside.servers.postgres import Postgres, create_database
from grants.outside.servers.valkey import Valkey

__all__ = ["AlreadyStarted", "NotInstalled", "Postgres", "Unstartable", "Valkey", "create_database"]
