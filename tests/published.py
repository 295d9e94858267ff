"""Published values, each with its source."""

# Amit, Gutfreund, Sompolinsky, Ann. Phys. 173, 30 (1987): RS storage capacity at P = 2, T = 0, and m there
AGS_CAPACITY = 0.137905566
AGS_CAPACITY_M = 0.967
# Amit, Gutfreund, Sompolinsky (1987): load where retrieval states become the ground state at P = 2, T = 0
AGS_COEXISTENCE = 0.051
# Sherrington, Kirkpatrick, PRL 35, 1792 (1975): RS ground-state energy of SK is -sqrt(2/pi), RS entropy -1/(2 pi)
SK_RS_ENERGY = -0.7978845608028654
SK_RS_ENTROPY = -0.15915494309189535
# Parisi, J. Phys. A 13, L115 (1980): SK ground state at 1RSB; Oppermann, Schmidt, Sherrington, PRL 98, 127201 (2007): full RSB
SK_1RSB_ENERGY = -0.7652
SK_FULL_ENERGY = -0.76316672657
# Montanari, Ricci-Tersenghi, EPJ B 33, 339 (2003), Gardner (1985): Ising p-spin glass, p = 3
P_SPIN_3 = {"T_d": 0.682, "T_c": 0.651, "T_G": 0.240}
# Steffan, Kuehn, Z. Phys. B 95, 249 (1994): P = 2, T = 0, 1RSB capacity
STEFFAN_KUEHN_1RSB = 0.138186
