"""OPERATES: dead letters as an operator sees them: read, chosen, grouped, explained."""
