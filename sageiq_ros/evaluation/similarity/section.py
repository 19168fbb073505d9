# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The similarity of data sets as a part of a report: Figs. 8 and 9 and what is read from them."""

from __future__ import annotations

from math import isnan

from sageiq_ros.evaluation.pages.blocks import (
    Block,
    HeatMap,
    Number,
    RadarChart,
    Row,
    Section,
    Series,
    Table,
)
from sageiq_ros.evaluation.similarity.divergence import (
    LITERAL,
    SIGNED,
    Contrast,
    Divergence,
)
from sageiq_ros.evaluation.similarity.measure import Similarity
from sageiq_ros.evaluation.similarity.projection import epsilon

TITLE = 'Similarity of data sets (Figs. 8 and 9)'
PAPER = (
    'The paper compares LIVE-itw, Cityscapes, KITTI and Waymo with a ResNet-50; its text has no '
    'numbers. It finds the three driving sets alike, in Fig. 8 and in both matrices of Fig. 9, '
    'and LIVE-itw apart from them.'
)


def section(similarity: Similarity) -> Section:
    """Lay out what :func:`similarity.measure.measure` found, the paper's finding beside it."""
    names = similarity.names
    spokes = tuple(str(number + 1) for number in range(similarity.projected.shape[1]))
    radar = RadarChart(
        f"C': feature centres after projection to {len(spokes)} dimensions (Fig. 8)",
        spokes,
        [
            Series(name, row.tolist())
            for name, row in zip(names, similarity.projected, strict=True)
        ],
        f'One draw of R, seed {similarity.seed}. Its dimensions have no meaning of their own.',
    )
    blocks: list[Block] = [
        sets_table(similarity),
        radar,
        contrast_table(similarity),
        _heat_map('D: divergence of feature centres (Fig. 9, left)', names, similarity.full),
        _heat_map("D': divergence after projection (Fig. 9, right)", names, similarity.reduced),
        distance_table(similarity),
    ]
    return Section(TITLE, (_method(similarity), PAPER, *findings(similarity)), blocks)


def findings(similarity: Similarity) -> tuple[str, ...]:
    """Say in sentences what the matrices and the distances show, and what they do not."""
    full, reduced = similarity.contrasts()
    texts = [_kinds(full, similarity.resnet50)]
    if _has_rendered(similarity):
        real, _ = similarity.contrasts(photographs=True)
        if not isnan(real.driving + real.apart):
            texts.append(
                'Without the rendered streets, which are no photographs, it is '
                f'{real.driving:.4f} among driving sets and {real.apart:.4f} between the kinds.'
            )
    farthest = similarity.farthest()
    if farthest is not None and len(similarity.names) > 2:
        texts.append(f'In D, {farthest} differs most from the others, on average.')
    unsure = similarity.unsure() if similarity.full.kind == SIGNED else ()
    if unsure:
        texts.append(
            f'Of {" and ".join(unsure)} one half differs from the other at least as much as from '
            'another set: too few or too varied pictures to read its smallest divergences.'
        )
    if not isnan(similarity.draws.agreeing):
        texts.append(_draws(similarity, reduced))
    texts.append(_distances(similarity))
    undefined = [int(found.undefined.sum()) for found in (similarity.full, similarity.reduced)]
    if any(undefined):
        texts.append(
            'Equation 6 as printed takes logarithms of ratios that are zero, infinite or '
            f"negative: {undefined[0]:,} terms of D and {undefined[1]:,} of D' are undefined, and "
            'so is every element that holds one.'
        )
    return tuple(texts)


def sets_table(similarity: Similarity) -> Table:
    """List the data sets, what was read of them and how much each differs from itself."""
    rows = [
        Row(
            (
                center.name,
                'driving' if center.driving else 'other',
                center.pictures,
                center.broken,
                Number(within, digits=4),
            )
        )
        for center, within in zip(similarity.centers, similarity.within, strict=True)
    ]
    return Table(
        'Data sets',
        ('Data set', 'Kind', 'Pictures', 'Broken', 'Within'),
        rows,
        text_columns=2,
        note='Driving sets are those with annotated objects. Within is the signed divergence '
        'between the centres of the first and the second half of the pictures, the mean of both '
        'ways: a divergence between two sets that is no larger shows nothing.',
    )


def contrast_table(similarity: Similarity) -> Table:
    """Set the mean divergence among driving sets against that between them and the others."""
    found = [*zip(('D', "D'"), similarity.contrasts(), strict=True)]
    if _has_rendered(similarity):
        names = 'D without rendered', "D' without rendered"
        found += zip(names, similarity.contrasts(photographs=True), strict=True)
    rows = [
        Row((name, Number(one.driving, digits=4), Number(one.apart, digits=4)))
        for name, one in found
    ]
    rows.append(Row(("Paper, D and D'", 'light cells', 'dark cells'), paper=True))
    return Table(
        'Mean divergence by kind of data set',
        ('Matrix', 'Among driving sets', 'Between the kinds'),
        rows,
        note='In nats, over all ordered pairs; between the kinds, both ways.',
    )


def distance_table(similarity: Similarity) -> Table:
    """Show what the projection does to every distance, with R as printed and scaled."""
    names = similarity.names
    rows = [
        Row(
            (
                f'{names[pair.first]} – {names[pair.second]}',
                Number(pair.distance, digits=4),
                Number(pair.as_printed),
                Number(epsilon([pair.as_printed])),
                Number(pair.scaled),
                Number(epsilon([pair.scaled])),
            )
        )
        for pair in similarity.distortions
    ]
    return Table(
        'Distances before and after projection (equation 4)',
        ('Pair', 'Distance', 'Ratio', 'epsilon', 'Ratio', 'epsilon'),
        rows,
        groups=(('', 1), ('C', 1), ('R as printed', 2), ("R / sqrt(L')", 2)),
        note='Ratio is the squared distance after the projection over that before it; equation 4 '
        'wants it within 1 ± epsilon for an epsilon of at most 1.',
    )


def _heat_map(name: str, names: tuple[str, ...], found: Divergence) -> HeatMap:
    note = 'In nats, from row to column.'
    if found.kind == LITERAL:
        note += (
            f' As printed; {int(found.undefined.sum()):,} of '
            f'{found.undefined.size * found.terms:,} terms are undefined.'
        )
    return HeatMap(name, names, found.matrix.tolist(), note)


def _method(similarity: Similarity) -> str:
    features = f'Features: {similarity.extractor}.'
    if not similarity.resnet50:
        features += " They stand in for the paper's; --resnet50 FILE takes the real ones."
    if similarity.full.kind == LITERAL:
        return f'{features} Divergence: equations 5 and 6 as printed.'
    return (
        f'{features} Divergence: equation 6 of the positive and the negative parts of each '
        'centre over their sum, which is defined where the printed one is not.'
    )


def _has_rendered(similarity: Similarity) -> bool:
    return any(center.rendered for center in similarity.centers)


def _kinds(found: Contrast, resnet50: bool) -> str:
    if isnan(found.driving + found.apart):
        return (
            'Driving sets and others cannot be compared here: that takes two driving sets, one '
            'other and a divergence that is defined for all of them.'
        )
    like = found.apart > found.driving
    start = (
        'As in the paper, driving sets are more alike'
        if like
        else 'Unlike in the paper, driving sets are no more alike'
    )
    text = (
        f'{start} than they are like the others: mean divergence {found.driving:.4f} among them, '
        f'{found.apart:.4f} between the kinds.'
    )
    return text if like or resnet50 else f"{text} Other features than the paper's were compared."


def _draws(similarity: Similarity, reduced: Contrast) -> str:
    draws = similarity.draws
    if isnan(reduced.driving + reduced.apart):
        start = "D' is undefined with this draw of R."
    else:
        above = 'above' if reduced.apart > reduced.driving else 'below'
        start = f"With this draw of R, D' has the mean between the kinds {above} the other."
    return (
        f"{start} Of {draws.count} other draws' signed D' {draws.agreeing:.0%} have it above; far "
        "from both 0% and 100%, D' shows the draw more than the data."
    )


def _distances(similarity: Similarity) -> str:
    printed = epsilon([pair.as_printed for pair in similarity.distortions])
    scaled = epsilon([pair.scaled for pair in similarity.distortions])
    if isnan(printed):
        return 'All centres are equal, so that no distance can be distorted.'
    draws = similarity.draws
    dimensions = similarity.projected.shape[1]
    return (
        'Equation 4 asks for an epsilon of at most 1. For all pairs R as printed needs '
        f'{printed:.2f} (median of {draws.count} other draws {draws.epsilon_as_printed:.2f}), for '
        f"it stretches squared distances by L' = {dimensions} on average; R / sqrt(L') needs "
        f"{scaled:.2f} ({draws.epsilon_scaled:.2f}). D' is the same for both."
    )
