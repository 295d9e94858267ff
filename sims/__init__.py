"""Claims: one short script for one claim."""
