"""Governed data sharing for public bodies: one agreement, one gate, one log that proves it."""

__version__ = "0.1.0"
