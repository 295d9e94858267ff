"""Numerics without physics: Gaussian averages, exact integer tables, compiled-kernel options."""
