"""Files, mail, secrets and embedded servers. Of this project it imports `config` only."""
