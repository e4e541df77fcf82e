"""Permissions, principals and visibility: who may do what, and which rows they may see. Roles are read only here."""
