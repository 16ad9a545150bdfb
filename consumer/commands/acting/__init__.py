"""Commands that ask for something: acts on letters, parked events and the input, and their end."""
