"""The verifiable log: what was shared, written down before it leaves, provable to an outsider with public tools."""
