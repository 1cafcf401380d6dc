"""The blueprint of the threads feature."""

from flask import Blueprint

bp = Blueprint("threads", __name__)
