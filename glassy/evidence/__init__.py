"""Where theory and simulation meet."""
