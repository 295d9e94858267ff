"""From series of numbers to estimates with errors; knows no network."""
