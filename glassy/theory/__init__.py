"""Theory: saddle points of the replicated free energy in the limit of many spins."""
