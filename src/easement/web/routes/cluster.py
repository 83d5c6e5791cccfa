"""Placeholder."""

from easement.web.route import pages

router = pages()
