"""Tests of Roundtable; every one runs on SQLite and on PostgreSQL."""
