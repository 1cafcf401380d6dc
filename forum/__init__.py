"""Roundtable: moderated discussion boards and consultations of regional procurement centres."""
