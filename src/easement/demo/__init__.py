"""A small town that is nowhere, and the whole story of sharing told in it."""
