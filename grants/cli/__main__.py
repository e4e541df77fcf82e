"""`python -m grants.cli`, as child processes are started: no search path decides which `grants` that is."""

from grants.cli import main

main(prog_name="grants")
