"""Moving: a commit's models from their rows to production and back, one verb after another."""
