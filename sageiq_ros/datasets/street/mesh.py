# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Meshes of the rendered street's vehicles: quads with materials, and how they are put together.

A vehicle's own axes: origin on the ground below its middle, x to its right, y up, z forward;
metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Material(IntEnum):
    """Name what a face is made of."""

    PAINT = 0
    GLASS = 1
    BLACK = 2
    METAL = 3
    HEADLIGHT = 4
    TAILLIGHT = 5
    PLATE = 6
    CARGO = 7
    AMBER = 8
    SEAM = 9
    INDOORS = 10


@dataclass(frozen=True, slots=True)
class Mesh:
    """Hold a vehicle: quads with outward normals, the first ``body`` of them its hull.

    Shapes: ``vertices`` (V, 3), ``quads`` (F, 4), ``normals`` (F, 3), ``materials`` (F,),
    ``wheels`` (W, 4) as x of the outer side, z, radius and width. Quads from ``body`` on are
    details that lie on the hull and are painted over it in their order.
    """

    vertices: NDArray[np.float64]
    quads: NDArray[np.intp]
    normals: NDArray[np.float64]
    materials: NDArray[np.intp]
    body: int
    wheels: NDArray[np.float64]
    size: tuple[float, float, float]


class MeshBuilder:
    """Collect vertices and quads; normals are turned away from the vehicle's spine."""

    def __init__(self) -> None:
        self.vertices: list[NDArray[np.float64]] = []
        self.hull: list[tuple[tuple[int, ...], NDArray[np.float64], int]] = []
        self.details: list[tuple[tuple[int, ...], NDArray[np.float64], int]] = []

    def quad(self, corners, material: Material, *, detail: bool, spine: float) -> None:
        corners = np.asarray(corners, float)
        normal = np.cross(corners[2] - corners[0], corners[3] - corners[1])
        length = np.linalg.norm(normal)
        if length < 1e-9:
            return
        normal /= length
        centre = corners.mean(axis=0)
        if normal @ (centre - (0.0, spine, centre[2] * 0.8)) < 0:
            normal = -normal
        start = len(self.vertices)
        self.vertices.extend(corners)
        target = self.details if detail else self.hull
        target.append((tuple(range(start, start + 4)), normal, int(material)))

    def end_quad(self, z: float, x1: float, x2: float, y1: float, y2: float, material) -> None:
        """Lay a detail on the front (z > 0) or rear end."""
        z += 0.01 * np.sign(z)
        self.quad(
            [(x1, y1, z), (x2, y1, z), (x2, y2, z), (x1, y2, z)], material, detail=True, spine=0.6
        )

    def side_quad(self, x: float, z1: float, z2: float, y1: float, y2: float, material) -> None:
        """Lay a detail on both sides, at +x and -x."""
        for side in (x, -x):
            self.quad(
                [(side, y1, z1), (side, y1, z2), (side, y2, z2), (side, y2, z1)],
                material, detail=True, spine=(y1 + y2) / 2,
            )  # fmt: skip

    def finish(self, wheels, size: tuple[float, float, float]) -> Mesh:
        faces = self.hull + self.details
        return Mesh(
            vertices=np.array(self.vertices),
            quads=np.array([face[0] for face in faces], np.intp),
            normals=np.array([face[1] for face in faces]),
            materials=np.array([face[2] for face in faces], np.intp),
            body=len(self.hull),
            wheels=np.array(wheels, float),
            size=size,
        )


def inset(corners: NDArray[np.float64], share: float, out: float) -> NDArray[np.float64]:
    """Shrink a quad towards its middle and lift it off the hull by ``out`` metres."""
    centre = corners.mean(axis=0)
    normal = np.cross(corners[2] - corners[0], corners[3] - corners[1])
    normal /= np.linalg.norm(normal) + 1e-9
    if normal @ (centre - (0.0, 0.8, centre[2] * 0.8)) < 0:
        normal = -normal
    return centre + (corners - centre) * (1.0 - share) + out * normal
