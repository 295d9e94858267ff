"""The chains of one sample."""
