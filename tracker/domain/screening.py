"""What is asked before needles and stretches: consent's scope, and what rules something out."""

from __future__ import annotations

CONSENT_VERSION = "2026-11"
"""The version of what is told before needling; each session keeps the one that stood."""

SCOPES = ("needling", "electrical", "chest_wall")
"""What a consent to needling names: needles at all, current through them, places over the lung."""

NEEDLES = (
    "needle_phobia", "bleeding", "infection", "lymphoedema", "immune_compromise", "pregnancy",
    "epilepsy", "heart", "implants", "metal_allergy", "diabetes", "pneumothorax", "hypermobility",
)  # fmt: skip
"""Asked because of the needles (section 4 of the clinical ground)."""

STRETCHES = (
    "osteoporosis", "falls", "dizziness", "neck_injury", "neck_instability", "neck_artery_disease",
    "rheumatoid_neck", "jaw_dislocation", "shoulder_dislocation", "shoulder_surgery",
    "shoulder_replacement", "cuff_repair", "hip_replacement", "knee_replacement",
    "thumb_arthritis", "ankle_sprain",
)  # fmt: skip
"""Asked because of stretches: what matches a stretch's `askFirst` keeps it from being proposed."""

QUESTIONS = (*NEEDLES, *STRETCHES)
