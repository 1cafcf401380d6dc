"""Tests of the feeds feature."""
