"""From a proposal to an agreement in force, and who joins it: what people decide, on every side."""
