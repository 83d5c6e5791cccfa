"""Ask a node from Python: a small typed client of its API.

from easement.client import Client, Refusal

with Client("https://node.northtown.example", key) as node:
    answer = node.ask(provider="dwp", agreement="free-school-meals", share="entitled-children",
                      purpose="benefit-eligibility", person={"family_name": "Ash", "date_of_birth": "2015-02-01"})
"""

from easement.client.client import Client
from easement.client.errors import Conflict, Invalid, NotLetIn, NotThere, Problem, Reason, Refusal, Unavailable
from easement.client.shapes import (
    Agreement,
    Answer,
    Comparison,
    Counts,
    Dataset,
    Disclosure,
    Entry,
    Ledger,
    Me,
    Member,
    Picture,
    Proved,
    RecordSet,
    Refused,
    RefusedBy,
    Silent,
)

__all__ = [
    "Agreement",
    "Answer",
    "Client",
    "Comparison",
    "Conflict",
    "Counts",
    "Dataset",
    "Disclosure",
    "Entry",
    "Invalid",
    "Ledger",
    "Me",
    "Member",
    "NotLetIn",
    "NotThere",
    "Picture",
    "Problem",
    "Proved",
    "Reason",
    "RecordSet",
    "Refusal",
    "Refused",
    "RefusedBy",
    "Silent",
    "Unavailable",
]
