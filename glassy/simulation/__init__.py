"""Simulation: Monte Carlo of finite networks, exact in its bookkeeping."""
