"""The people's face: layout, pages and what they are built from."""
