"""Guidance where people work: a short course whose pass counts as training, and how it is marked."""
