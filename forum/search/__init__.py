"""Search: an index of what all may read, kept in the transactions that change it."""
