"""Reads for the evidence file of a consultation: rows of JSON values, always in the same order.

What the public may not read of an answer, and who responded without wishing to be named, is
nowhere in them (docs/decisions/0036-evidence.md).
"""

from forum.consultations.queries.evidence.held import (
    evidence_audit,
    evidence_bytes,
    evidence_citations,
    evidence_editions,
    evidence_files,
    evidence_gate,
    evidence_head,
    evidence_lateness,
    evidence_outcome,
    evidence_promises,
    evidence_themes,
)
from forum.consultations.queries.evidence.responses import (
    count_evidence,
    evidence_answers,
    evidence_coded,
    evidence_codings,
    evidence_groups,
    evidence_readings,
    evidence_register,
)

__all__ = [
    "count_evidence",
    "evidence_answers",
    "evidence_audit",
    "evidence_bytes",
    "evidence_citations",
    "evidence_coded",
    "evidence_codings",
    "evidence_editions",
    "evidence_files",
    "evidence_gate",
    "evidence_groups",
    "evidence_head",
    "evidence_lateness",
    "evidence_outcome",
    "evidence_promises",
    "evidence_readings",
    "evidence_register",
    "evidence_themes",
]
