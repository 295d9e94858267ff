"""What every room needs: errors, checks, files, words that all arms share."""
