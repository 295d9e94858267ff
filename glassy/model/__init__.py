"""The networks: energies, covariances, patterns, perturbations."""
