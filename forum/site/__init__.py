"""Public pages that bring several features together."""
