"""May this be shared? Questions that lead to the law, both sides of the scale, and the impact assessment."""
