"""The world outside: files, mail, secrets, and the servers we start ourselves. Of ours it imports `config` only."""
