"""Learning: data, training, gates, and the sealed release that they end in."""
