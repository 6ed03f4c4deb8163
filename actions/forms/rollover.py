"""The form of the page on which a year is rolled over: the Agreement, each priority, each action."""

import re

from django import forms
from django.db import models

from actions.models import Action
from actions.rollover_plan import Ending, NewPriority, Plan, default_reason

Status, Outcome = Action.Status, Action.Outcome
_WITH_CODE = re.compile(r"(.+?)\s*\(([A-Z0-9]{1,10})\)")
_SMALL_WORDS = {"a", "after", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to", "with"}
_LONGEST_TITLE = 200


class Fate(models.TextChoices):
    KEEP = "keep", "Keep it"
    RENAME = "rename", "Rename it"
    SPLIT = "split", "Split it"
    MERGE = "merge", "Merge it into another priority"
    END = "end", "Do not continue it"


class TitlesField(forms.CharField):
    """New titles, one on each line, each with a code in brackets if wanted: a list of (title, code or "")."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value):
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        titles = [_title_and_code(line) for line in lines if line]
        if any(len(title) > _LONGEST_TITLE for title, _code in titles):
            raise forms.ValidationError(f"A title has at most {_LONGEST_TITLE} characters.")
        return titles


class YearForm(forms.Form):
    """What is new: the title of the Agreement, and priorities that continue none. Only titles when done again."""

    title = forms.CharField(
        label="Title of the new Agreement", max_length=200, error_messages={"required": "Enter the title."}
    )
    added = TitlesField(
        label="New priorities",
        help_text="One on each line. A short code may follow in brackets: Serious violence (SV).",
        required=False,
    )


class PriorityForm(forms.Form):
    """What becomes of one ``priority``. ``others`` are those into which it can be merged."""

    fate = forms.ChoiceField(choices=Fate, widget=forms.RadioSelect, required=False)
    titles = TitlesField(label="New title or titles", required=False)
    into = forms.TypedChoiceField(label="The priority into which it is merged", coerce=int, required=False)

    def __init__(self, *args, priority, others, **kwargs):
        super().__init__(*args, prefix=f"priority-{priority.pk}", **kwargs)
        self.priority = priority
        self.fields["into"].choices = [("", "Choose"), *((one.pk, one.title) for one in others if one != priority)]

    def clean_fate(self):
        return self.cleaned_data["fate"] or Fate.KEEP

    def clean(self):
        cleaned = super().clean()
        fate, titles = cleaned.get("fate"), cleaned.get("titles", [])
        if "titles" not in self.errors:
            if fate == Fate.RENAME and len(titles) != 1:
                self.add_error("titles", "Enter the one new title.")
            if fate == Fate.SPLIT and len(titles) < 2:
                self.add_error("titles", "Enter two or more new titles, one on each line.")
        if fate == Fate.MERGE and not cleaned.get("into"):
            self.add_error("into", "Choose the priority into which it is merged.")
        return cleaned


class EndingForm(forms.Form):
    """What becomes of one ``action``. One that has ended as carried on is only asked where it goes."""

    outcome = forms.ChoiceField(choices=Outcome, widget=forms.RadioSelect, required=False)
    into = forms.CharField(label="Merged into the action", max_length=40, required=False)
    reason = forms.CharField(label="Why?", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), required=False)
    goes = forms.CharField(label="Carried on in the priority", required=False)

    def __init__(self, *args, action, **kwargs):
        super().__init__(*args, prefix=f"action-{action.pk}", **kwargs)
        self.action = action
        self.targets = []

    def clean_outcome(self):
        return self.cleaned_data["outcome"] or Outcome.CARRIED_ON

    def clean(self):
        cleaned = super().clean()
        outcome = cleaned.get("outcome")
        if outcome and outcome != Outcome.CARRIED_ON and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", f"Say why {self.action.reference} ends.")
        return cleaned

    @property
    def has_ended(self):
        return self.action.status == Status.CLOSED


class RolloverForm:
    """All of the page's forms. ``year`` is a rollover_plan.Year; ``data`` a POST, or None to begin.

    ``plan`` is the Plan that the answers make, once ``is_valid``.
    """

    def __init__(self, year, data=None):
        self.year = year
        self.about_year = YearForm(data, initial={"title": year.agreement.title})
        if year.rollover:
            del self.about_year.fields["title"]
        waiting = [one for one in year.priorities if not year.successors(one)]
        self.priorities = [PriorityForm(data, priority=one, others=year.priorities) for one in waiting]
        self.actions = [EndingForm(data, action=one) for one in year.waiting]
        self.plan = None

    @property
    def forms(self):
        return [self.about_year, *self.priorities, *self.actions]

    @property
    def errors(self):
        """(id of the field, what is wrong), for the summary."""
        return [
            (form[name].auto_id + ("_0" if name in ("fate", "outcome") else ""), error)
            for form in self.forms
            for name, errors in form.errors.items()
            for error in errors
        ]

    def is_valid(self):
        if not self.errors:
            self.plan = self._plan()
        return not self.errors

    def _plan(self):
        targets, order = self._new_priorities()
        titles = {one.code: one.title for one in (*self.year.new_priorities, *order)}
        return Plan(
            title=self.about_year.cleaned_data.get("title", ""),
            priorities=tuple(order),
            endings=tuple(self._ending(form, targets[form.action.priority_id], titles) for form in self.actions),
        )

    def _new_priorities(self):
        """({number of an old priority: codes in the new year}, the NewPriorities in order)."""
        used = {one.code for one in self.year.new_priorities}
        kept = {form.priority.code for form in self.priorities if form.cleaned_data["fate"] in (Fate.KEEP, Fate.RENAME)}
        targets = {one.pk: [new.code for new in self.year.successors(one)] for one in self.year.priorities}
        made = {}
        for form in self.priorities:
            targets[form.priority.pk] = [
                self._make(made, form, title, code, used, kept) for title, code in self._titles(form)
            ]
        for form in self.priorities:
            if form.cleaned_data.get("fate") == Fate.MERGE:
                targets[form.priority.pk] = self._merge(made, form, targets)
        for title, code in self.about_year.cleaned_data["added"]:
            self._make(made, None, title, code, used, kept)
        return targets, [NewPriority(code, title, tuple(old)) for code, (title, old) in made.items()]

    def _titles(self, form):
        """(title, code) of what ``form`` makes of its priority. What keeps its code says so."""
        fate, titles = form.cleaned_data["fate"], form.cleaned_data["titles"]
        if fate == Fate.KEEP:
            return [(form.priority.title, form.priority.code)]
        if fate == Fate.RENAME:
            return [(title, code or form.priority.code) for title, code in titles]
        return titles if fate == Fate.SPLIT else []

    def _make(self, made, form, title, code, used, kept):
        """Note the new priority, and return its code. A code that is taken is said at the field."""
        if code and (code in used or code in made):
            field = "titles" if form else "added"
            if form and form.cleaned_data["fate"] == Fate.KEEP:
                field = "fate"
            (form or self.about_year).add_error(field, f"The code {code} is used twice. Choose another for “{title}”.")
        code = code or _free_code(title, used | made.keys() | kept)
        made[code] = (title, [form.priority.pk] if form else [])
        return code

    def _merge(self, made, form, targets):
        into = form.cleaned_data["into"]
        codes = targets[into]
        fates = {one.priority.pk: one.cleaned_data.get("fate") for one in self.priorities}
        if len(codes) != 1 or fates.get(into) == Fate.MERGE:
            form.add_error("into", "Choose a priority that is kept or renamed.")
            return []
        standing = {one.code: one.title for one in self.year.new_priorities}
        made.setdefault(codes[0], (standing.get(codes[0], ""), []))[1].append(form.priority.pk)
        return codes

    def _ending(self, form, targets, titles):
        answers, action = form.cleaned_data, form.action
        outcome = answers["outcome"]
        reason = answers["reason"] or (default_reason(self.year) if outcome == Outcome.CARRIED_ON else "")
        if form.has_ended:
            outcome, reason = action.outcome, action.outcome_reason
        into = self._into(form, answers["into"]) if outcome == Outcome.MERGED else None
        goes = self._goes(form, targets, titles) if outcome == Outcome.CARRIED_ON else ""
        return Ending(action.pk, outcome, reason, into=into, priority=goes)

    def _into(self, form, reference):
        going_on = {one.action.reference.upper(): one.action.pk for one in self.actions if _goes_on(one)}
        going_on |= {one.reference.upper(): one.pk for one in self.year.actions if one.pk in self.year.copies}
        found = going_on.get(reference.strip().upper())
        if found in (None, form.action.pk):
            name = form.action.reference
            form.add_error(
                "into", f"Give the action into which {name} is merged, such as RS-A1. It must be carried on."
            )
        return found

    def _goes(self, form, targets, titles):
        """The code of the priority in which an action is carried on. Where there are several, the form asks."""
        reference, goes = form.action.reference, form.cleaned_data["goes"]
        if form.action.pk in self.year.copies:
            return ""
        if len(targets) == 1:
            return targets[0]
        form.targets = [(code, titles[code]) for code in targets]
        if not targets:
            title = form.action.priority.title
            form.add_error("outcome", f"{reference} cannot be carried on: “{title}” is not continued.")
        elif goes not in targets:
            form.add_error("goes", f"Choose in which priority {reference} is carried on.")
        return goes


def _goes_on(form):
    return form.cleaned_data.get("outcome") == Outcome.CARRIED_ON


def _title_and_code(line):
    match = _WITH_CODE.fullmatch(line)
    return (match[1], match[2]) if match else (line, "")


def _free_code(title, used):
    """The initials of the title, with a number where they are taken."""
    words = [word for word in re.findall(r"[A-Za-z0-9]+", title) if word.lower() not in _SMALL_WORDS]
    initials = "".join(word[0] for word in words).upper()[:8] or "P"
    return next(code for code in (initials, *(f"{initials}{n}" for n in range(2, 99))) if code not in used)
