"""The whole forum as files: JSON Lines and CSV for each table, with a manifest."""
