"""Pages of conflicts of interest: staff declare one, and another person lifts it."""
