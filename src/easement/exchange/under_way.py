"""What this node has asked of others and has yet to log: single questions and sets."""

from sqlalchemy import Connection

from easement.exchange import bulk_tables, tables

__all__ = ["under_way"]


def under_way(connection: Connection, provider: str) -> set[str]:
    """The messages to a provider of which nothing is logged here yet; each leaves in the commit of its entry."""
    asked = {each.message for each in tables.waiting(connection, provider)}
    return asked | bulk_tables.awaited(connection, provider)
