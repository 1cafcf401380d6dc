"""Addresses of the API: the lists, their description, and the open data."""

from forum.api.views import files, lists, pages
from forum.api.views.blueprint import bp

__all__ = ["bp", "files", "lists", "pages"]
