"""OPERATES: dead letters as an operator sees them; and what operators ask for, asked and watched."""
