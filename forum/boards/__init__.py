"""Discussion boards of a centre."""
