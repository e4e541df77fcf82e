"""The tables of moves, one file per thing that moves."""
