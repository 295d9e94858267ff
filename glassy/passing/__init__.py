"""Message passing: the mean-field equations of one network, iterated; neither theory of infinite N nor Monte Carlo."""
