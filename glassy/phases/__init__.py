"""Phases and their boundaries (docs/explanation/theory.md, section 5): a file for each public function."""
