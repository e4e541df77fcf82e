"""`python -m grants.cli`, used to start child processes, so that PATH does not decide which `grants` runs."""

from grants.cli import main

main(prog_name="grants")
