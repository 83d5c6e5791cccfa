"""The one way out: decide, plan, protect, release."""
