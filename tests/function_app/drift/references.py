"""A whole reference made by hand: round numbers for 1,000 texts."""

from function_app.bundle import Histogram, Outcomes, Reference, SliceCounts, Topic, WordCounts
from function_app.drift.slices import SLICES

REFERENCE = Reference(
    format=2,
    rows=1_000,
    score=Histogram(edges=[0.0, 0.25, 0.5, 0.75, 1.0], counts=[300, 200, 200, 300]),
    positive_rate=0.5,
    length=Histogram(edges=[0.0, 50.0, 100.0, 300.0], counts=[400, 400, 200]),
    unknown_share=Histogram(edges=[0.0, 0.1, 0.5, 1.0], counts=[800, 150, 50]),
    topics=[Topic(words=["flight"], count=600), Topic(words=["song"], count=300), Topic(words=[], count=100)],
    foreign=10,
    word_counts=WordCounts(total=10_000, counts={"flight": 300, "love": 100, "late": 90, "rare": 2}),
    slices=[SliceCounts(name=name, counts=[60, 40, 40, 60]) for name in SLICES],
    outcomes=Outcomes(rows=500, wrong=60),
)
