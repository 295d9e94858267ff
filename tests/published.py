"""Published values, each with its source."""

# Amit, Gutfreund, Sompolinsky, Ann. Phys. 173, 30 (1987): RS storage capacity at P = 2, T = 0, and m there
AGS_CAPACITY = 0.137905566
AGS_CAPACITY_M = 0.967
# Amit, Gutfreund, Sompolinsky (1987): load where retrieval states become the ground state at P = 2, T = 0
AGS_COEXISTENCE = 0.051
# Sherrington, Kirkpatrick, PRL 35, 1792 (1975): RS ground-state energy of SK is -sqrt(2/pi), RS entropy -1/(2 pi)
SK_RS_ENERGY = -0.7978845608028654
SK_RS_ENTROPY = -0.15915494309189535
