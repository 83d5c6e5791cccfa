"""One organisation's running system: its settings, keys, database and ledger, wired together."""
