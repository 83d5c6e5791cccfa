"""Node to node: the directory, signed messages, receipts on both sides, and the audit that compares them."""
