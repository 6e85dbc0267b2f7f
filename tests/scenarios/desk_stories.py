"""What is open on a case, as its coordinator sees it: for the scenarios of what desks do after the first contact."""

from backbone.desk.items import Open, open_items
from tests.support.casebook import Story


def items(story: Story) -> list[Open]:
    case = story.case
    chain = story.world.chains.get(case.chain or "")
    assert chain is not None
    return open_items(case, chain, story.world.protocols)


def kinds(story: Story) -> dict[str, tuple[str, ...]]:
    return {item.kind: item.what for item in items(story)}
