"""Procurement topics, their synonyms and CPV codes."""
