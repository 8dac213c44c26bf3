"""World state, plot engines, the rule writer and every story check."""
