"""The pages' addresses, one module for each journey: parse what came, read, show."""
