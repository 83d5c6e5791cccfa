"""The people and programs that use a node: sign-in, roles, training, keys and what each may do."""
