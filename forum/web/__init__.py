"""What every feature needs of HTTP; it knows no feature."""
