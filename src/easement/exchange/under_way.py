"""What this node has asked of others and has yet to log: single questions and sets; and what it has yet to tell."""

from sqlalchemy import Connection

from easement.exchange import bulk_tables, correct_tables, tables

__all__ = ["under_way"]


def under_way(connection: Connection, provider: str) -> set[str]:
    """The messages to a provider of which nothing is logged here yet; each leaves in the commit of its entry.

    With them the ids of cases and corrections of which that organisation has yet to hear something.
    """
    asked = {each.message for each in tables.waiting(connection, provider)}
    return asked | bulk_tables.awaited(connection, provider) | correct_tables.untold(connection, provider)
