"""May this be shared? Bases, conditions, powers and gateways as dated data, and the pure verbs that read them."""
