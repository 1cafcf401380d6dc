"""The blueprint that all views of the feature share."""

from flask import Blueprint

bp = Blueprint("organisations", __name__)
