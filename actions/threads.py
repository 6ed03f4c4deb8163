"""The thread of an action through the years: what it continues, what continues it, and what changed."""

from dataclasses import dataclass

from actions.differences import Piece, wording
from actions.models import Action


@dataclass(frozen=True)
class Step:
    """One action of the thread. ``changes`` says, in sentences, what is new against the year before."""

    action: Action
    is_current: bool
    changes: list[str]
    wording: list[Piece]


def thread(action, user):
    """The Steps of the thread of ``action``, oldest first, as far as ``user`` may see them.

    Two queries, however long the thread is. A list of one step where the action stands alone.
    """
    partnership = action.priority.agreement.partnership_id
    links = list(
        Action.continues.through.objects.filter(from_action__priority__agreement__partnership=partnership).values_list(
            "from_action_id", "to_action_id"
        )
    )
    earlier, later = {}, {}
    for newer, older in links:
        earlier.setdefault(newer, []).append(older)
        later.setdefault(older, []).append(newer)
    members = _reachable(action.pk, earlier) | _reachable(action.pk, later)
    parents = {pk for member in members for pk in earlier.get(member, ())}
    actions = {
        one.pk: one
        for one in Action.objects.visible_to(user)
        .filter(pk__in=members | parents)
        .select_related("priority__agreement__partnership")
        .order_by("priority__agreement__year", "priority__position", "position")
    }
    return [_step(one, action, earlier, later, actions) for pk, one in actions.items() if pk in members]


def _reachable(start, neighbours):
    found, waiting = {start}, [start]
    while waiting:
        for one in neighbours.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found


def _step(one, current, earlier, later, actions):
    older = set(earlier.get(one.pk, ()))
    before = [other for pk, other in actions.items() if pk in older]
    return Step(
        action=one,
        is_current=one.pk == current.pk,
        changes=_changes(one, before, later),
        wording=wording(before[0].title, one.title) if len(before) == 1 else [Piece("same", one.title)],
    )


def _changes(one, before, later):
    if not before:
        return ["The thread begins here."]
    changes = []
    if len(before) > 1:
        changes.append("Merged from " + " and ".join(other.reference for other in before) + ".")
    if any(len(later.get(other.pk, ())) > 1 for other in before):
        changes.append("Split from " + ", ".join(other.reference for other in before) + ".")
    titles = dict.fromkeys(other.priority.title for other in before)
    changes += [f"Priority before: {title}." for title in titles if title != one.priority.title]
    if all(other.title != one.title for other in before):
        changes.append("Worded anew.")
    return changes or ["No change."]
