"""What clothes the bones: round parts of one ink, from the body's joints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.formats.body import SIDES, Body
from tracker.formats.space import Camera, Vec, dot, mix

Ball = tuple[Vec, float]
"""A centre in space and a radius, cm."""

FAR = 5.0
"""Centimetres behind the trunk's middle from which a limb is drawn in the far tone."""

_HOSTS = {"chest": "torso", "loin": "torso", "pelvis": "hips", "neck": "head", "head": "head"}
_LIMB_HOSTS = {"upper": "upper", "fore": "fore", "hand": "fore", "thigh": "leg", "shin": "leg",
               "foot": "foot"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the figure in one pose: outlines of one ink, and how near it is."""

    name: str
    ink: str
    blobs: tuple[tuple[tuple[Ball, ...], int], ...]
    depth: float


def parts(body: Body, camera: Camera, *, near: str = "", split: Sequence[str] = ()) -> list[Part]:
    """Everything that a figure is made of, in no order.

    `near` is "face" or "hands" for more of these; a hand or shin named in `split` is a part of its
    own, since it lies before or behind what the rest of its limb does not.
    """
    found = [*_trunk(body, camera), *_head(body, camera)]
    if near == "face":
        found += _face(body, camera)
    if near == "hands":
        found += [_palm(body, camera, side) for side in SIDES]
    for side in SIDES:
        found += _arm(body, camera, side, has_fingers=near == "hands")
        found += _leg(body, camera, side)
    return [piece for part in found for piece in _split(part, body, camera, split)]


def _split(part: Part, body: Body, camera: Camera, split: Sequence[str]) -> Iterator[Part]:
    side = part.name[-1]
    if part.name == f"fore{side}" and f"hand{side}" in split:
        end = camera.depth(body.frames[f"hand{side}"].point((0, 6, 0)))
        yield Part(f"hand{side}", part.ink, part.blobs[1:], end)
        yield Part(part.name, part.ink, part.blobs[:1], part.depth)
    elif part.name == f"leg{side}" and f"shin{side}" in split:
        knee, ankle = body.joints[f"knee{side}"], body.joints[f"ankle{side}"]
        hip = body.joints[f"hip{side}"]
        yield Part(f"shin{side}", part.ink, part.blobs[1:], camera.depth(mix(knee, ankle, 0.5)))
        yield Part(part.name, part.ink, part.blobs[:1], camera.depth(mix(hip, knee, 0.5)) + 0.5)
    else:
        yield part


def _trunk(body: Body, camera: Camera) -> Iterator[Part]:
    pelvis, loin, chest = (body.frames[name] for name in ("pelvis", "loin", "chest"))
    middle = camera.depth(mix(loin.at, body.joints["nape"], 0.5))
    waist = [(loin.point((-0.5, 0, r)), 9.3) for r in (-6, 6)]
    ribs = [(chest.point((0.5, 0, r)), 10.4) for r in (-7, 7)]
    collar = [(chest.point((-0.5, 16, r)), 7.0) for r in (-12.5, 12.5)]
    neck = (chest.point((-0.5, 20, 0)), 5.6)
    hips = [(pelvis.point((-1, 0, r)), 9.6) for r in (-8.6, 8.6)]
    yield Part(
        "hips",
        "legs",
        (((hips[0], hips[1], waist[1], waist[0]), 10),),
        camera.depth(pelvis.point((0, 4, 0))) - 1,
    )
    yield Part(
        "torso",
        "top",
        (
            ((waist[0], waist[1], ribs[1], ribs[0]), 10),
            ((ribs[0], ribs[1], collar[1], neck, collar[0]), 12),
        ),
        middle,
    )


def _head(body: Body, camera: Camera) -> Iterator[Part]:
    head, neck = body.frames["head"], body.frames["neck"]
    toward = camera.toward
    jaw = head.flexed(body.jaw)
    depth = camera.depth(head.at)
    nape = ((neck.point((-1, -3, 0)), 5.6), (head.point((-2.5, -6, 0)), 5.2))
    yield Part("neck", "skin_far", ((nape, 8),), camera.depth(neck.at) - 2)
    skull = ((jaw.point((4.0, -7.2, 0)), 4.4), (head.point((0, 1.4, 0)), 9.2))
    nose = ((head.point((8.0, 0.8, 0)), 1.2), (head.point((9.8, -1.8, 0)), 1.4))
    yield Part("head", "skin", ((skull, 10), (nose, 6)), depth)
    # The back of the hair is behind a face that looks at the viewer; the fringe never is.
    back = ((head.point((-4.4, -4, 0)), 5.6), (head.point((-2.6, 3, 0)), 8.3))
    behind = dot(head.f, toward) > 0.4
    yield Part("hair", "hair", ((back, 10),), depth - 15 if behind else depth + 0.4)
    fringe = ((head.point((1.4, 7.6, -4)), 4.0), (head.point((1.4, 7.6, 4)), 4.0))
    yield Part("fringe", "hair", ((fringe, 8),), depth + 0.6)
    shown = _share(dot(head.f, toward), 0.45, 0.75)
    ridge = ((head.point((9.0, 0.6, 0)), 0.5 * shown), (head.point((9.8, -1.8, 0)), 1.1 * shown))
    yield Part("nose", "skin_far", ((ridge, 6),), depth + 0.8)
    for side, sign in SIDES.items():
        eye, ear = (7.6, 1.2, 3.6 * sign), (-0.8, -0.4, 8.8 * sign)
        shown = _share(dot(head.way(eye), toward), -0.5, 2.5)
        yield Part(f"eye{side}", "hair", ((((head.point(eye), 1.0 * shown),), 6),), depth + 0.8)
        shown = _share(dot(head.way(ear), toward), -2.0, 2.0)
        low = (ear[0], ear[1] - 2.0, ear[2])
        lobes = ((head.point(low), 1.0 * shown), (head.point(ear), 1.6 * shown))
        yield Part(f"ear{side}", "skin_far", ((lobes, 6),), depth + 1.0)


def _face(body: Body, camera: Camera) -> Iterator[Part]:
    """Brows and mouth, for a figure that is near."""
    head = body.frames["head"]
    jaw, depth = head.flexed(body.jaw), camera.depth(head.at)
    for side, sign in SIDES.items():
        brow = ((head.point((8.4, 4.0, 2 * sign)), 0.45), (head.point((7.4, 4.2, 5 * sign)), 0.4))
        yield Part(f"brow{side}", "hair", ((brow, 6),), depth + 1)
    lips = [(head.point((8.4, -4.7, 1.9 * sign)), 0.3) for sign in (-1, 1)]
    lips += [(jaw.point((8.3, -4.9, 1.5 * sign)), 0.3) for sign in (1, -1)]
    yield Part("mouth", "hair", ((tuple(lips), 12),), depth + 1.1)
    gap = min(body.jaw / 20, 1.0)
    tongue = [(head.point((7.4, -5.3, 0.8 * sign)), 1.0 * gap) for sign in (-1, 1)]
    yield Part("tongue", "tongue", ((tuple(tongue), 8),), depth + 1.2)


def _share(value: float, least: float, most: float) -> float:
    return min(max((value - least) / (most - least), 0.0), 1.0)


def _tone(ink: str, *, is_far: bool) -> str:
    return f"{ink}_far" if is_far else ink


def _arm(body: Body, camera: Camera, side: str, *, has_fingers: bool) -> Iterator[Part]:
    at = body.joints
    middle = camera.depth(body.frames["chest"].point((0, 14, 0)))
    is_far = camera.depth(at[f"shoulder{side}"]) < middle - FAR
    shoulder, elbow, wrist = (at[f"{name}{side}"] for name in ("shoulder", "elbow", "wrist"))
    yield Part(
        f"upper{side}",
        _tone("top", is_far=is_far),
        ((((shoulder, 5.9), (elbow, 4.3)), 8),),
        camera.depth(mix(shoulder, elbow, 0.6)),
    )
    yield Part(
        f"fore{side}",
        _tone("skin", is_far=is_far),
        (
            (((elbow, 4.0), (mix(elbow, wrist, 0.3), 4.2), (wrist, 2.7)), 8),
            *_hand(body, side, has_fingers=has_fingers),
        ),
        camera.depth(mix(elbow, wrist, 0.6)),
    )


def _hand(body: Body, side: str, *, has_fingers: bool) -> Iterator[tuple[tuple[Ball, ...], int]]:
    hand = body.frames[f"hand{side}"]
    # The frame's third direction is the figure's right of a hand held up, palm forward.
    inner = -1.0 if side == "R" else 1.0
    spread = body.thumb
    thumb = (
        (hand.point((0.4, 2.6, 2.2 * inner)), 1.7),
        (hand.point((0.8, 6.8, (3.2 + spread) * inner)), 1.4),
        (hand.point((0.8, 10.2, (3.4 + 1.5 * spread) * inner)), 1.1),
    )
    curl = body.curl[side]
    if not has_fingers:
        knuckles = hand.point((0, 8.0, 0))
        tips = hand.point((curl * 4.5, 15.6 - curl * 4, 0))
        yield (((hand.at, 2.7), (knuckles, 3.7), (tips, 1.9)), 8)
        yield (thumb, 6)
        return
    yield (((hand.at, 2.8), (hand.point((0, 8, -2.2)), 2.3), (hand.point((0, 8, 2.2)), 2.3)), 8)
    yield (thumb, 8)
    for length, across in ((7.4, -3.0), (8.4, -1.0), (7.8, 1.0), (6.2, 3.0)):
        root = hand.point((0, 8.2, across * -inner))
        tip = hand.point((curl * 4.5, 8.2 + length - curl * 4, across * -inner * 1.15))
        yield (((root, 1.15), (tip, 0.95)), 6)


def _palm(body: Body, camera: Camera, side: str) -> Part:
    """The hollow of a hand that is near: it tells the palm from the back."""
    hand = body.frames[f"hand{side}"]
    shown = _share(dot(hand.f, camera.toward), 0.1, 0.6)
    hollow = ((hand.point((2, 3.4, 0)), 1.9 * shown), (hand.point((2, 5.8, 0)), 2.3 * shown))
    elbow, wrist = body.joints[f"elbow{side}"], hand.at
    return Part(f"palm{side}", "palm", ((hollow, 8),), camera.depth(mix(elbow, wrist, 0.6)) + 0.2)


def _leg(body: Body, camera: Camera, side: str) -> Iterator[Part]:
    at = body.joints
    hip, knee, ankle = (at[f"{name}{side}"] for name in ("hip", "knee", "ankle"))
    is_far = camera.depth(hip) < camera.depth(body.frames["pelvis"].at) - FAR
    shin, foot = body.frames[f"shin{side}"], body.frames[f"foot{side}"]
    calf = shin.point((-1.4, 12, 0))
    yield Part(
        f"leg{side}",
        _tone("legs", is_far=is_far),
        (
            (((hip, 9.2), (knee, 6.0)), 8),
            (((knee, 6.0), (calf, 5.5), (ankle, 3.9)), 8),
        ),
        camera.depth(mix(mix(hip, ankle, 0.5), knee, 0.5)),
    )
    yield Part(
        f"foot{side}",
        _tone("skin", is_far=is_far),
        (
            (((foot.point((-2.6, -0.9, 0)), 3.3), (foot.point((0.4, 0, 0)), 3.6),
              (foot.point((11, -2.0, 0)), 2.2), (foot.point((16, -2.7, 0)), 1.5)), 10),
        ),
        camera.depth(mix(ankle, at[f"toe{side}"], 0.3)) - 1,
    )  # fmt: skip


def lit(body: Body, camera: Camera, area: Mapping[str, Any], side: str) -> tuple[Part, list[str]]:
    """An area that is stretched, and the parts that it lies on."""
    points: list[Ball] = []
    hosts: list[str] = []
    for host, f, u, r in area["along"]:
        is_trunk = host in _HOSTS
        frame = body.frames[host if is_trunk else host + side]
        points.append((frame.point((f, u, r * (SIDES[side] if is_trunk else 1))), area["r"]))
        hosts.append(_HOSTS[host] if is_trunk else _LIMB_HOSTS[host] + side)
    depth = camera.depth(points[0][0])
    return Part(f"lit{side}", "lit", ((tuple(points), 10),), depth), hosts
