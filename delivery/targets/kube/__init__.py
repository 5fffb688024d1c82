"""What the target in a cluster is made of: the API server, rollouts, memory, lease, tunnel, what Prometheus saw."""
