"""The same field means the same thing: standards, identifiers, code lists, mappings, and the expressions over them."""
