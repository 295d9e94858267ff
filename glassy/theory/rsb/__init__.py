"""K steps of replica-symmetry breaking."""
