"""Who the simulated patients are: invented names, complaints and the stories they live through."""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]

# fmt: off
# Invented people. None of these family names is used again below, so that no name comes twice.
_PEOPLE = (
    "Amara Nwosu", "Jonas Petersen", "Leyla Yıldız", "Tomasz Zieliński", "Ingrid Solheim",
    "Rafael Monteiro", "Hannah Brandt", "Siddharth Rao", "Chiara Bellini", "Owen Pritchard",
    "Mei-Ling Chen", "Bram de Wit", "Fatima Haddad", "Eero Laaksonen", "Katarina Novotná",
    "Dimitris Pappas", "Aoife Brennan", "Yusuf Abdi", "Lucie Fontaine", "Mateusz Wrona",
    "Sofia Castellanos", "Kwame Boateng", "Greta Schubert", "Andrei Munteanu", "Elif Korkmaz",
    "Gareth Llewellyn", "Noor van Dijk", "Hiroshi Tanabe", "Birgit Ebner", "Samir Khoury",
    "Anneli Tamm", "Diego Quintana", "Rosalind Hartley", "Viktor Horváth", "Priya Menon",
    "Malik Traoré", "Helga Sigurdsen", "Pavel Dvořák", "Zanele Dube", "Émile Garnier",
)
_FIRST = (
    "Anna", "Ben", "Carla", "David", "Emma", "Felix", "Grace", "Hugo", "Ines", "Jakob",
    "Klara", "Liam", "Maria", "Nils", "Olga", "Peter", "Rita", "Simon", "Tara", "Umar",
    "Vera", "Walter", "Yara", "Zoran", "Alma", "Boris", "Celia", "Daan", "Edda", "Finn",
    "Gita", "Henrik", "Irena", "Jamal", "Kaja", "Lars", "Mona", "Nadir", "Orla", "Paolo",
    "Ronja", "Stefan", "Teresa", "Ulrike", "Vasil", "Wanda", "Yannis", "Zuzana", "Aron", "Bea",
)
_LAST = (
    "Albrecht", "Barnes", "Costa", "Dahl", "Engel", "Ferrari", "Gruber", "Hansen", "Ilić",
    "Jansen", "Kovač", "Larsen", "Marin", "Nowak", "Olsen", "Popescu", "Quinn", "Rossi",
    "Silva", "Thomsen", "Urban", "Vogel", "Weber", "Yilmaz", "Zeman", "Adeyemi", "Berg",
    "Campbell", "Duarte", "Eriksen", "Fischer", "Gallo", "Holm", "Ivanov", "Jensen", "Keller",
    "Lehmann", "Meyer", "Nagy", "Ortega", "Patel", "Reid", "Santos", "Toth", "Virtanen",
    "Walsh", "Zhang", "Bakker", "Cohen",
)
# fmt: on


def name_of(index: int, *, backwards: bool = False) -> str:
    """The invented full name of the patient `index` (>= 1) of a clinic; unique up to 2,490.

    `backwards` reads the list of people from its end, so that two small clinics share nobody.
    """
    position = index - 1
    if position < len(_PEOPLE):
        return _PEOPLE[-1 - position if backwards else position]
    # The two lengths (50 and 49) share no divisor: every pair comes once before the first repeats.
    return f"{_FIRST[position % len(_FIRST)]} {_LAST[position % len(_LAST)]}"


@dataclass(frozen=True, slots=True)
class StretchDose:
    """A stretch of the library with its usual dose; `one_sided` ones take the complaint's side."""

    stretch: str
    hold_seconds: int
    repetitions: int
    one_sided: bool


def _one(stretch: str, hold_seconds: int = 30, repetitions: int = 3) -> StretchDose:
    return StretchDose(stretch, hold_seconds, repetitions, one_sided=True)


def _both(stretch: str, hold_seconds: int = 30, repetitions: int = 3) -> StretchDose:
    return StretchDose(stretch, hold_seconds, repetitions, one_sided=False)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint with the muscles needled for it and the stretches of those muscles.

    `words` follow the side ("Left shoulder"); a middle complaint has only stretches for both sides.
    """

    words: str
    region: str
    middle: bool
    muscles: tuple[str, ...]
    stretches: tuple[StretchDose, ...]


SHOULDER = Complaint(
    "shoulder",
    "shoulder",
    middle=False,
    muscles=("infraspinatus", "upper-trapezius", "teres-minor", "supraspinatus"),
    stretches=(_one("cross-body"), _one("side-neck"), _one("hand-behind-back", 20)),
)
HIP = Complaint(
    "hip",
    "hip",
    middle=False,
    muscles=("gluteus-medius", "piriformis", "tensor-fasciae-latae", "gluteus-maximus"),
    stretches=(_one("figure-four"), _one("seated-glute"), _one("cross-leg-side-lean")),
)
COMPLAINTS = (
    SHOULDER,
    HIP,
    Complaint(
        "neck",
        "neck",
        middle=False,
        muscles=("upper-trapezius", "levator-scapulae", "splenius-capitis"),
        stretches=(_one("side-neck"), _one("armpit-look"), _both("chin-to-chest")),
    ),
    Complaint(
        "Headache from the neck",
        "head",
        middle=True,
        muscles=("suboccipitals", "splenius-capitis", "temporalis"),
        stretches=(_both("chin-tuck-nod", 10, 8), _both("chin-to-chest"), _both("jaw-open", 10, 6)),
    ),
    Complaint(
        "Upper back",
        "upper back",
        middle=True,
        muscles=("rhomboids", "middle-trapezius", "thoracic-erectors"),
        stretches=(_both("hug-self"), _both("forward-reach"), _both("childs-pose")),
    ),
    Complaint(
        "elbow",
        "forearm",
        middle=False,
        muscles=("wrist-extensors", "pronator-teres", "wrist-flexors"),
        stretches=(_one("wrist-flexion"), _one("wrist-extension"), _one("supination", 20)),
    ),
    Complaint(
        "Low back",
        "low back",
        middle=True,
        muscles=("lumbar-multifidus", "lumbar-erectors", "quadratus-lumborum"),
        stretches=(_both("double-knee-chest"), _both("childs-pose")),
    ),
    Complaint(
        "low back",
        "low back",
        middle=False,
        muscles=("quadratus-lumborum", "lumbar-multifidus", "lumbar-erectors"),
        stretches=(_one("knee-roll", 20), _one("side-bend"), _one("single-knee-chest")),
    ),
    Complaint(
        "hamstring",
        "thigh",
        middle=False,
        muscles=("hamstrings", "gluteus-maximus"),
        stretches=(_one("hamstring-strap"), _one("hamstring-chair"), _one("seated-glute")),
    ),
    Complaint(
        "knee",
        "thigh",
        middle=False,
        muscles=("rectus-femoris", "vastus-lateralis", "vastus-medialis"),
        stretches=(_one("standing-quad"), _one("side-lying-quad"), _one("half-kneel-hip-flexor")),
    ),
    Complaint(
        "heel",
        "foot",
        middle=False,
        muscles=("quadratus-plantae", "gastrocnemius", "soleus"),
        stretches=(_one("sole-toes", 10, 10), _one("calf-straight"), _one("calf-bent")),
    ),
)


EVENINGS = (12.75, 18.5, 20.0, 20.75, 21.5)
"""Hours at which people are used to log; most do at the end of the day they rate."""


@dataclass(frozen=True, slots=True)
class Story:
    """What a course is drawn from: every range evenly, every list by choice.

    `start` and `end` are pain 0-10 (`end` None: it stays), `fall_days` the time constant of the
    fall, `relief` the passing points a session takes off, `completion` the share of days logged,
    `adherence` the share of due stretches done, `silent` the days since the last entry, `joined`
    the days since joining where that is the point of the story, `sure_days` the latest days that
    are never missed, `evenings` the hours of logging, `extras` the chance of each optional scale,
    `weight` the share among the patients that are not cast.
    """

    id: str
    weight: float
    start: Range = (5.0, 7.0)
    end: Range | None = None
    fall_days: Range = (18.0, 28.0)
    relief: Range = (0.3, 0.9)
    completion: Range = (0.65, 0.85)
    adherence: Range = (0.3, 0.7)
    silent: tuple[int, int] | None = None
    joined: int | None = None
    needled: bool = True
    flare: str = ""
    slow_soreness: bool = False
    sure_days: int = 1
    evenings: tuple[float, ...] = EVENINGS
    extras: tuple[float, ...] = (0.1, 0.5, 0.9)


# Adherence follows the published 30-70 % (Nicolson 2018 and the trials before it), completion the
# 85 % of a pain diary's willing users (PMC6379815).
STORIES = (
    Story("responder", 26, end=(1.0, 2.2)),
    Story("slow_responder", 15, end=(2.0, 3.0), fall_days=(42.0, 60.0)),
    Story("non_responder", 12, start=(4.5, 6.3), relief=(0.0, 0.4)),
    Story("steady_high", 5, start=(8.3, 8.9), relief=(0.0, 0.2), sure_days=6),
    Story("flare_now", 2, start=(4.5, 5.5), end=(2.0, 3.2), flare="now", sure_days=8),
    Story("flare_past", 13, start=(4.5, 5.8), end=(2.2, 3.5), flare="past"),
    Story("long_soreness", 1, end=(2.5, 4.0), slow_soreness=True, sure_days=8),
    Story("gone_silent", 4, end=(2.5, 4.5), silent=(4, 9)),
    Story("gone_quiet", 6, end=(2.5, 5.0), completion=(0.45, 0.7), silent=(15, 40)),
    Story("skips_stretches", 7, end=(3.0, 4.5), fall_days=(30.0, 45.0), adherence=(0.03, 0.15)),
    Story("newcomer", 2, joined=3, sure_days=9),
    Story("no_needling_yet", 2, joined=1, needled=False),
    Story("keen", 5, end=(1.2, 2.6), completion=(0.85, 0.95), adherence=(0.87, 0.93)),
)
STORY = {story.id: story for story in STORIES}
