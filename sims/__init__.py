"""Simulations: one short script for one claim."""

GOOD = ("EQUILIBRATED", "STEADY")  # statuses that a claim may rest on
