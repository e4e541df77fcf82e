"""Who may come in where: the written table, replayed."""
