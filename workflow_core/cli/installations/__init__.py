"""How commands reach an installation: the database of this machine, or a server elsewhere."""
