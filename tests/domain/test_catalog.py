"""The lists of muscles and stretches that the product ships."""

from tracker.domain import catalog


def test_every_stretch_names_muscles_that_exist():
    assert len(catalog.stretches()) == 48
    assert len(catalog.muscles()) == 60
    for stretch in catalog.stretches().values():
        assert set(stretch.muscles) <= set(catalog.muscles())


def test_stretches_are_proposed_for_needled_muscles_and_held_back_ones_never():
    proposed = [stretch.id for stretch in catalog.stretches_for(["infraspinatus"])]
    assert "cross-body" in proposed
    assert catalog.stretches_for(["sternocleidomastoid"]) == []
