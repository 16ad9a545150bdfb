"""LETTERS: dead letters on the command line: chosen, listed, grouped, shown, carried elsewhere."""
