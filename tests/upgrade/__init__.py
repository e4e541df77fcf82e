"""A database of an earlier release, upgraded to this one."""
