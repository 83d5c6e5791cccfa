"""Homes: a code list that changes, the standard that uses it, and a table that is led to that standard."""

__all__ = ["LIST", "MAPPING", "NEW", "OLD", "ROWS", "STANDARD"]

LIST = "format: easement-codes/2\nid: tenure\ntitle: Tenure\nsource: these tests\nchecked: 2026-11-22\ncodes:\n"
OLD = LIST + "  rent: Rented\n  own: Owned\n  other: Other\n"
NEW = (
    LIST.replace("id: tenure", "id: tenure\nversion: 2")
    + "  social: Social\n  private: Private\n  own: Owned\n  other: Else\n"
)
STANDARD = """\
# kept
format: easement-standard/1
id: home
version: 1
title: Home
description: One home
source: these tests
record_key: ref
elements:
  ref: {definition: The home, sensitivity: personal}
  tenure: {definition: How it is held, type: code, codes: tenure, sensitivity: personal}  # and this
  kind:
    definition: Its kind
    type: code
    codes: {tenure: Tenure, flat: Flat}
    sensitivity: none
"""
MAPPING = """\
format: easement-mapping/1
id: homes
title: Homes
organisation: northtown
standard: home/1
source: {path: homes.csv}
elements:
  ref: id
  tenure: {column: held, codes: {R: rent, O: own}}
"""
ROWS = "id,held\n1,R\n2,R\n3,O\n4,Q\n"
