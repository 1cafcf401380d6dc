"""The nine regional procurement centres and their councils."""
