"""Phases and their boundaries (docs/theory.md, section 5): a file for each public function."""
