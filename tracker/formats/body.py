"""The jointed figure: bones of fixed length, put into a pose by angles and by what is reached for.

A pose is a mapping, as in `data/figures.json`: `root` (the middle between the hips, cm), `face`
(the pelvis: yaw, pitch, roll and, if wanted,
a turn round its own length, in degrees), `loin`, `chest`, `neck` and `head` (each bent forward, to
the right and turned to the right against the one below, degrees), `shoulderR` (a shift of the
shoulder), and for each limb what its end reaches for (`handR`, `footR`), where its joint points
(`elbowR`, `kneeR`) and where its end points (`fingersR`, `toesR`, `soleR`, `palmR`).
`curlR` (0 to 1) closes a hand, `thumb` draws the thumbs away (cm), `jaw` opens the mouth (degrees).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from tracker.formats.space import (
    Frame,
    Vec,
    across,
    add,
    cross,
    minus,
    mix,
    reach,
    times,
    unit,
)

Pose = Mapping[str, Any]

WAIST, RIBS, NAPE, NECK = 10.0, 18.0, 22.0, 8.0
"""Along the spine: hips to waist, waist to ribs, ribs to the nape, nape to the skull; cm."""

HIP, SHOULDER = 9.0, 17.0
"""Half of the way between the hips, and between the shoulders; cm."""

UPPER_ARM, FOREARM, HAND = 29.0, 25.0, 17.0
THIGH, SHIN = 42.0, 41.0
HEEL, SOLE, BALL, TOE = 4.5, 4.2, 11.0, 17.0
"""From the ankle: back to the heel, down to the sole, forward to ball and toes; cm."""

SIDES = {"R": 1.0, "L": -1.0}
BONES = {
    "upper": ("shoulder", "elbow", UPPER_ARM),
    "fore": ("elbow", "wrist", FOREARM),
    "thigh": ("hip", "knee", THIGH),
    "shin": ("knee", "ankle", SHIN),
}
"""Limb bones: from joint to joint, and how long they are in every pose."""

_STILL = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Between:
    """A place on the way from one key pose's target to the next one's."""

    one: Any
    other: Any
    share: float


class Body:
    """A figure in one pose: every joint's place, and frames along trunk and limbs."""

    def __init__(self, pose: Pose) -> None:
        self._pose = pose
        self.joints: dict[str, Vec] = {}
        self.frames: dict[str, Frame] = {}
        self.jaw: float = pose.get("jaw", 0.0)
        self.thumb: float = pose.get("thumb", 0.0)
        self.curl = {side: float(pose.get(f"curl{side}", 0.0)) for side in SIDES}
        self._set_trunk()
        for side in self._order("foot"):
            self._set_leg(side, SIDES[side])
        for side in self._order("hand"):
            self._set_arm(side, SIDES[side])

    def _order(self, end: str) -> list[str]:
        """The two sides; one that reaches for a place of the other comes second."""
        reached = str(self._pose.get(f"{end}R"))
        names = (
            "thigh",
            "shin",
            "knee",
            "ankle",
            "upper",
            "fore",
            "elbow",
            "wrist",
            "hand",
            "tips",
        )
        return ["L", "R"] if any(f"'{name}L" in reached for name in names) else ["R", "L"]

    def _angles(self, name: str) -> Sequence[float]:
        given: Sequence[float] = self._pose.get(name, _STILL)
        return given

    def _bend(self, parent: Frame, name: str, at: Vec) -> Frame:
        flex, side, twist = self._angles(name)
        frame = parent.moved(at).tipped(side).twisted(twist).flexed(flex)
        self.frames[name] = frame
        return frame

    def _set_trunk(self) -> None:
        x, y, z = self._pose["root"]
        yaw, pitch, roll, *spin = self._angles("face")
        pelvis = Frame((x, y, z)).twisted(yaw).flexed(pitch).tipped(roll).twisted(sum(spin))
        self.frames["pelvis"] = pelvis
        loin = self._bend(pelvis, "loin", pelvis.point((0, WAIST, 0)))
        chest = self._bend(loin, "chest", loin.point((0, RIBS, 0)))
        neck = self._bend(chest, "neck", chest.point((0, NAPE, 0)))
        skull = neck.point((0, NECK, 0))
        head = self._bend(neck, "head", skull)
        self.frames["head"] = head.moved(head.point((1.5, 8.0, 0)))
        self.joints |= {
            "waist": loin.at,
            "ribs": chest.at,
            "nape": neck.at,
            "skull": skull,
        }
        for side, sign in SIDES.items():
            f, u, r = self._angles(f"shoulder{side}")
            self.joints[f"hip{side}"] = pelvis.point((0, 0, sign * HIP))
            self.joints[f"shoulder{side}"] = chest.point((f, NAPE - 4.5 + u, sign * (SHOULDER + r)))

    def _set_leg(self, side: str, sign: float) -> None:
        pelvis = self.frames["pelvis"]
        hip = self.joints[f"hip{side}"]
        pole = self._way(f"knee{side}", pelvis.f)
        rest = {"at": f"hip{side}", "by": [0, -90, 0]}
        target = self.place(self._pose.get(f"foot{side}"), rest)
        knee, ankle = reach(hip, target, THIGH, SHIN, pole)
        thigh, shin = unit(minus(knee, hip)), unit(minus(ankle, knee))
        self.joints |= {f"knee{side}": knee, f"ankle{side}": ankle}
        bend = across(pole, unit(minus(ankle, hip)))
        self._set_limb(f"thigh{side}", hip, thigh, bend, sign)
        self._set_limb(f"shin{side}", knee, shin, bend, sign)
        toes = unit(self._way(f"toes{side}", across(bend, shin)))
        sole = across(self._way(f"sole{side}", shin), toes, times(bend, -1))
        foot = Frame(ankle, toes, times(sole, -1), cross(toes, times(sole, -1)))
        self.frames[f"foot{side}"] = foot
        self.joints |= {
            f"heel{side}": foot.point((-HEEL, -SOLE, 0)),
            f"ball{side}": foot.point((BALL, -SOLE, 0)),
            f"toe{side}": foot.point((TOE, -SOLE, 0)),
        }

    def _set_arm(self, side: str, sign: float) -> None:
        chest = self.frames["chest"]
        shoulder = self.joints[f"shoulder{side}"]
        pole = self._way(f"elbow{side}", chest.way((-0.7, -0.7, 0.5 * sign)))
        rest = {"at": f"shoulder{side}", "by": [2, -52, 4 * sign]}
        target = self.place(self._pose.get(f"hand{side}"), rest)
        elbow, wrist = reach(shoulder, target, UPPER_ARM, FOREARM, pole)
        upper, fore = unit(minus(elbow, shoulder)), unit(minus(wrist, elbow))
        self.joints |= {f"elbow{side}": elbow, f"wrist{side}": wrist}
        bend = across(pole, unit(minus(wrist, shoulder)))
        # The biceps' side looks away from where the elbow points.
        self._set_limb(f"upper{side}", shoulder, upper, times(bend, -1), sign)
        self._set_limb(f"fore{side}", elbow, fore, times(bend, -1), sign)
        fingers = unit(self._way(f"fingers{side}", fore))
        palm = across(self._way(f"palm{side}", times(bend, -1)), fingers, upper)
        # Seen with the fingers up and the palm forward, the thumb is on the body's side.
        hand = Frame(wrist, palm, fingers, cross(palm, fingers))
        self.frames[f"hand{side}"] = hand
        self.joints |= {
            f"knuckles{side}": hand.point((0, 9.0, 0)),
            f"tips{side}": hand.point((0, HAND, 0)),
        }

    def _set_limb(self, name: str, at: Vec, along: Vec, bend: Vec, sign: float) -> None:
        front = across(bend, along)
        self.frames[name] = Frame(at, front, along, times(cross(along, front), sign))

    def _way(self, name: str, instead: Vec) -> Vec:
        return self.way(self._pose.get(name), instead)

    def way(self, given: Any, instead: Vec) -> Vec:
        """A direction: three numbers of the world, or of a frame (`of`), or a blend of two."""
        if given is None:
            return instead
        if isinstance(given, Between):
            one, other = self.way(given.one, instead), self.way(given.other, instead)
            return mix(unit(one), unit(other), given.share)
        if isinstance(given, Mapping):
            return self.frames[given["of"]].way(given["by"])
        x, y, z = given
        return x, y, z

    def place(self, given: Any, rest: Any = _STILL) -> Vec:
        """A place: three numbers of the world, or a joint, frame or part of a bone with a way.

        `{"at": "head", "by": [0, 10, 0]}` goes along the head's own directions, and so does a
        way from a frame's name; from a joint it goes along the world's. `{"at": "thighL:0.5"}` is
        half-way down a bone.
        """
        if given is None:
            return self.place(rest)
        if isinstance(given, Between):
            one, other = self.place(given.one, rest), self.place(given.other, rest)
            return mix(one, other, given.share)
        if isinstance(given, str):
            return self._near(given, _STILL)
        if isinstance(given, Mapping):
            return self._near(given["at"], given.get("by", _STILL))
        x, y, z = given
        return x, y, z

    def _near(self, name: str, by: Sequence[float]) -> Vec:
        name, _, part = name.partition(":")
        if part:
            start, end, _length = BONES[name[:-1]]
            one, other = self.joints[start + name[-1]], self.joints[end + name[-1]]
            return add(mix(one, other, float(part)), (by[0], by[1], by[2]))
        if name in self.frames:
            return self.frames[name].point(by)
        return add(self.joints[name], (by[0], by[1], by[2]))


def blend(one: Pose, other: Pose, share: float) -> Pose:
    """The pose between two: numbers are mixed, places that are reached for as well."""
    if share in {0, 1}:
        return other if share else one
    mixed: dict[str, Any] = {}
    for name in dict.fromkeys((*one, *other)):
        first, second = one.get(name), other.get(name)
        if first == second:
            mixed[name] = first
        elif isinstance(first, int | float) or isinstance(second, int | float):
            mixed[name] = (first or 0.0) * (1 - share) + (second or 0.0) * share
        elif name in {"root", "face", "loin", "chest", "neck", "head", "shoulderR", "shoulderL"}:
            mixed[name] = _mixed(first or _STILL, second or _STILL, share)
        else:
            mixed[name] = Between(first, second, share)
    return mixed


def _mixed(one: Sequence[float], other: Sequence[float], share: float) -> list[float]:
    return [
        first * (1 - share) + second * share
        for first, second in zip_longest(one, other, fillvalue=0.0)
    ]
