"""The forum for other programs: the read API with its description, and the open-data export."""
