from django.urls import path

from actions.views import (
    concerns,
    endings,
    histories,
    indicators,
    leads,
    plan,
    recommendations,
    review,
    rollover,
    rounds,
    submitting,
    updates,
    writing,
)
from priorities import converters  # noqa: F401 - registers <year:…>

PARTNERSHIP = "<slug:partnership>/"
YEAR = f"{PARTNERSHIP}<year:year>/"
PRIORITY = f"{YEAR}priorities/<slug:slug>/"
ACTION = f"{PRIORITY}actions/<int:number>/"
UPDATE = f"{ACTION}updates/<int:round>/"
CONCERN = f"{PARTNERSHIP}concerns/<int:pk>/"
RECOMMENDATION = f"{YEAR}recommendations/<int:pk>/"
ROUND = f"{YEAR}rounds/<int:position>/"

urlpatterns = [
    path(PARTNERSHIP, plan.partnership_detail, name="partnership-detail"),
    path(YEAR, plan.agreement_detail, name="agreement-detail"),
    path(PRIORITY, plan.priority_detail, name="priority-detail"),
    path(ACTION, plan.action_detail, name="action-detail"),
    path(f"{ACTION}end/", endings.action_end, name="action-end"),
    path(f"{ACTION}open-again/", endings.action_resume, name="action-resume"),
    path(f"{ACTION}history/", histories.action_history, name="action-history"),
    path(f"{ACTION}history.csv", histories.action_history_csv, name="action-history-csv"),
    path(f"{YEAR}history/", histories.agreement_history, name="agreement-history"),
    path(f"{YEAR}history.csv", histories.agreement_history_csv, name="agreement-history-csv"),
    path(f"{YEAR}roll-over/", rollover.roll_over, name="roll-over"),
    path(f"{YEAR}roll-over/undo/", rollover.roll_over_undo, name="roll-over-undo"),
    path(f"{PARTNERSHIP}supplies/", indicators.supply_calendar, name="supply-calendar"),
    path(f"{PARTNERSHIP}supplies.csv", indicators.supply_csv, name="supply-csv"),
    path(f"{PARTNERSHIP}concerns/", concerns.concern_list, name="concern-list"),
    path(f"{PARTNERSHIP}concerns.csv", concerns.concern_csv, name="concern-csv"),
    path(f"{PARTNERSHIP}concerns/add/", concerns.concern_add, name="concern-add"),
    path(CONCERN, concerns.concern_detail, name="concern-detail"),
    path(f"{CONCERN}history.csv", concerns.concern_history_csv, name="concern-history-csv"),
    path(f"{CONCERN}escalate/", concerns.concern_escalate, name="concern-escalate"),
    path(f"{CONCERN}close/", concerns.concern_close, name="concern-close"),
    path(f"{YEAR}recommendations/", recommendations.recommendation_list, name="recommendation-list"),
    path(f"{YEAR}recommendations.csv", recommendations.recommendation_csv, name="recommendation-csv"),
    path(f"{YEAR}recommendations/add/", recommendations.recommendation_add, name="recommendation-add"),
    path(RECOMMENDATION, recommendations.recommendation_detail, name="recommendation-detail"),
    path(f"{RECOMMENDATION}history.csv", recommendations.recommendation_history_csv, name="recommendation-history-csv"),
    path(f"{RECOMMENDATION}answer/", recommendations.recommendation_answer, name="recommendation-answer"),
    path(f"{PRIORITY}leads/", leads.priority_leads, name="priority-leads"),
    path(f"{PRIORITY}leads/add/", leads.lead_add, name="lead-add"),
    path(f"{PRIORITY}leads/<int:position>/", leads.lead_change, name="lead-change"),
    path(f"{YEAR}review/", review.review_dashboard, name="review-dashboard"),
    path(f"{YEAR}review/indicators/", indicators.indicator_dashboard, name="indicator-dashboard"),
    path(f"{YEAR}review/updates/", review.review_queue, name="review-queue"),
    path(f"{ROUND}chase/", review.round_chase, name="round-chase"),
    path(UPDATE, updates.update_detail, name="update-detail"),
    path(f"{UPDATE}history.csv", updates.update_history_csv, name="update-history-csv"),
    path(f"{UPDATE}write/", writing.update_write, name="update-write"),
    path(f"{UPDATE}autosave/", writing.update_autosave, name="update-autosave"),
    path(f"{UPDATE}presence/", writing.update_presence, name="update-presence"),
    path(f"{UPDATE}check/", submitting.update_check, name="update-check"),
    path(f"{UPDATE}take-back/", submitting.update_take_back, name="update-take-back"),
    path(f"{UPDATE}review/", review.update_review, name="update-review"),
    path(f"{UPDATE}accept/", review.update_accept, name="update-accept"),
    path(f"{UPDATE}return/", review.update_return, name="update-return"),
    path(f"{UPDATE}reopen/", review.update_reopen, name="update-reopen"),
    path("calendar/<str:token>.ics", rounds.rounds_calendar, name="rounds-calendar"),
    path(f"{YEAR}rounds/", rounds.round_list, name="round-list"),
    path(f"{YEAR}rounds.ics", rounds.round_calendar, name="round-calendar"),
    path(f"{YEAR}rounds/add/", rounds.round_add, name="round-add"),
    path(f"{ROUND}change/", rounds.round_change, name="round-change"),
    path(f"{ROUND}open/", rounds.round_open, name="round-open"),
]
