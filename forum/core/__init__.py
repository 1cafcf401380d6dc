"""What every feature stands on; it knows no HTTP and no feature."""
