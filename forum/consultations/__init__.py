"""Consultations: from a purpose that passes the gate to promises that are tracked."""
