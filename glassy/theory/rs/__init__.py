"""Replica symmetry."""
