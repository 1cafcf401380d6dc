"""What texts have in common: which are much alike, and what many of them speak of.

Nothing here decides anything: what is found are suggestions to staff.
"""

from forum.consultations.digest.alike import LEAST_WORDS, alike
from forum.consultations.digest.speaking import Candidate, speaking_of

__all__ = ["LEAST_WORDS", "Candidate", "alike", "speaking_of"]
