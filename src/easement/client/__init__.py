"""Ask a node from Python: a small typed client of its API."""
