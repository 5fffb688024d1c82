"""Proof that the gates see: bad commits of our own making, each refused by the gate that should see it."""
