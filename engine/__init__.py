"""Story, shots, takes, time and money. Knows models only through their protocols."""
