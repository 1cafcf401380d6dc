"""The blueprint of feeds and the sitemap."""

from flask import Blueprint

bp = Blueprint("feeds", __name__)
