"""Organisations that members speak for."""
