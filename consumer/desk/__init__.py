"""OPERATES: dead letters as operators see them, and what they ask for, asked and watched."""
