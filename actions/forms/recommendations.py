from django import forms

from actions.models import Action
from priorities.date_input import DateInputField
from priorities.forms import RichTextFormField


class ActionsField(forms.ModelMultipleChoiceField):
    """Actions to tick, under the titles of their priorities."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, label, help_text):
        super().__init__(Action.objects.none(), label=label, help_text=help_text, required=False)

    def offer(self, agreement):
        """The open actions of the year."""
        self.queryset = Action.objects.in_agreement(agreement).open().select_related("priority")
        groups = {}
        for action in self.queryset:
            groups.setdefault(action.priority.title, []).append((action.pk, f"{action.reference} {action.title}"))
        self.choices = list(groups.items())


class RecommendationForm(forms.Form):
    """A recommendation as Scrutiny made it."""

    text = RichTextFormField(
        label="Recommendation",
        help_text="As the committee made it.",
        error_messages={"required": "Enter what Scrutiny recommends."},
    )
    made_on = DateInputField(
        label="Date of the recommendation", error_messages={"required": "Enter the date of the recommendation."}
    )
    actions = ActionsField(label="Actions that answer it", help_text="Tick any that apply, or none.")

    def __init__(self, *args, agreement, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["actions"].offer(agreement)


class AnswerForm(forms.Form):
    response = RichTextFormField(label="Response", error_messages={"required": "Enter the response."})
    responded_on = DateInputField(
        label="Date of the response", error_messages={"required": "Enter the date of the response."}
    )
