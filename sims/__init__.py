"""Simulations: one short script for one claim."""
