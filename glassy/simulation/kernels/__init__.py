"""Machine code that moves spins, and what chooses it."""
