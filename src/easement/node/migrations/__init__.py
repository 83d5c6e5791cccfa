"""The steps by which a node's database came to be what it is, oldest first, one file each in `versions/` (Alembic).

A step is never changed once a node may have taken it: what comes later is another step.
"""
