"""Orders, invoices and shipments of a small shop: the processors that run until you name yours.

``orders`` prices and checks, ``invoices`` charges a payment gateway that can be switched off or
made flaky, ``shipments`` is not async and runs in threads.  ``sample_events`` makes events for
them and says how each will end.
"""
