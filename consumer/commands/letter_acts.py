"""What is said to ``everonce dlq redrive``, ``discard`` and ``edit``?"""
