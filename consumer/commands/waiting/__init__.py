"""WAITING: what is parked, as an operator sees it: gathered, chosen, shown."""
