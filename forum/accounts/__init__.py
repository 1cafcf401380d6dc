"""Members: accounts, sessions, roles and the house rules they accept."""
