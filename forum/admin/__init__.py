"""Administration that no feature can own."""
