"""Changes against their figures, in one sentence or in one and the next."""

from copy import copy

from reports.claims import arithmetic
from reports.claims.findings import Finding
from reports.claims.periods import is_earlier
from reports.claims.roles import CLAIMS, DIFFERENCE, LEVEL, PERCENT, SHARE
from reports.claims.statements import continues, same_noun


def check(passage, lines):
    block, before = None, []
    for sentence, line in lines:
        if not line.statements:
            continue
        told = _of_one(line)
        if block == sentence.block:
            told = [*_of_two(before, line), *told]
        for start, end, wrong in told:
            low, high = sentence.start + start, sentence.start + end
            yield Finding(low, high, wrong.rule, passage.stated(low, high), wrong.expected, wrong.message)
        block, before = sentence.block, line.statements


def _of_one(line):
    for statement in line.statements:
        if not _is_explained(statement, line.statements):
            yield from _judged(statement)


def _judged(statement):
    """(start, end, what is wrong) for the first wrong claim of a statement, or for its word of direction."""
    if not statement.is_pair:
        yield from _judged_by_difference(statement)
        return
    before, after = statement.before.amount, statement.after.amount
    for claim in statement.claims:
        if wrong := arithmetic.of_pair(claim, before, after):
            yield claim.start, claim.end, wrong
            return
    if statement.verb and not statement.claims and before.kind == after.kind:
        said, start, end = statement.verb
        if wrong := arithmetic.direction(said, before, after):
            yield start, end, wrong


def _judged_by_difference(statement):
    percents, differences = ([one for one in statement.claims if one.role == role] for role in (PERCENT, DIFFERENCE))
    known = statement.before or statement.after
    if not known or len(percents) != 1 or len(differences) != 1:
        return
    if wrong := arithmetic.of_difference(percents[0], differences[0], known):
        yield percents[0].start, percents[0].end, wrong


def _is_explained(statement, told):
    """Whether the pair is that of an earlier change: "fell 12% after a rise of 20% the year before, from 60 to 53"."""
    if not statement.is_pair or not statement.claims or statement.claims[0] is not statement.items[0]:
        return False
    claim, before, after = statement.claims[0], statement.before.amount, statement.after.amount
    others = [one for other in told if other is not statement and not other.values for one in other.claims]
    return any(
        one.role == claim.role and one.start < claim.start and not arithmetic.of_pair(one, before, after)
        for one in others
    )


# In two sentences -----------------------------------------------------------------------------------------------------


def _of_two(before, line):
    statement = line.statements[0]
    if continues(line.line[: statement.items[0].opening]):
        yield from _pointing_back(before, statement)
    elif joint := _told_apart(before, statement):
        yield from _judged(joint)


def _pointing_back(before, statement):
    """ "... recorded 27,528. This is an 18% fall on the year before, which had 32,564": wrong if wrong of all."""
    if statement.items[0].role not in CLAIMS or statement.after:
        return
    first = None
    for earlier in reversed(before):
        if joint := _joint(earlier, statement):
            wrong = list(_judged(joint))
            if not wrong:
                return
            first = first or wrong
            if not statement.before:
                break
    yield from first or ()


def _joint(earlier, statement):
    """The statement with the values of the one before; None where these do not go with it."""
    joint = copy(statement)
    if not statement.before:
        joint.before, joint.after = earlier.before, earlier.after
        return joint if earlier.is_pair else None
    after = earlier.after
    if not after or after.role == SHARE or after.amount.kind != statement.before.amount.kind:
        return None
    joint.after = after
    return joint


def _told_apart(before, statement):
    """ "Last year there were 87 fires. This year there were 71, a fall of 23%"."""
    earlier, later = before[0].items[0], statement.items[0]
    if len(before) > 1 or len(before[0].items) > 1 or not statement.claims or statement.before:
        return None
    if earlier.role != LEVEL or later.role != LEVEL or later is not statement.after:
        return None
    if not same_noun(earlier.amount, later.amount) or not is_earlier(earlier.rank, later.rank):
        return None
    joint = copy(statement)
    joint.before = earlier
    return joint
