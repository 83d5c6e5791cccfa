"""What the examples of many commands say: the demo's town, one of its nodes, and who asks there."""

TOWN = "easement demo --people 500"
AT = "--node department"
ASKER = "--purpose benefit-eligibility --trained information-governance "
