"""OPERATES: dead letters and parked events, for the people on call; prints nothing itself."""
