"""How the work of many samples is done."""
