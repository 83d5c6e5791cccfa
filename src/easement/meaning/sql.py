"""Meaning as SQL: conditions, mappings and matching keys, each as SQLGlot objects; see the modules named below."""

from easement.meaning.compile import to_sql
from easement.meaning.keys import normalised
from easement.meaning.project import failures, project

__all__ = ["failures", "normalised", "project", "to_sql"]
