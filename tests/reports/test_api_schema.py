"""The open data interface against its own OpenAPI document, asked at random: no answer is an error of ours.

A few hundred questions, always the same ones; ``API_EXAMPLES=10000`` asks that many new ones.
"""

import os
from collections import Counter
from urllib.parse import quote_from_bytes

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from csa.wsgi import application
from reports import open_data

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EXAMPLES = int(os.environ.get("API_EXAMPLES", "300"))
REAL = {
    "partnership": ["kent", "kent", "kent", "dover"],
    "year": ["2022-23", "2022-23", "2016-17", "2026-27"],
    "edition": ["annual-summary"],
    "indicator": ["asb-incidents"],
    "version": [1, 1, 2],
}
FORMS = ["status_code_conformance", "content_type_conformance", "response_schema_conformance"]
random_settings = {
    "deadline": None,
    "database": None,
    "derandomize": "API_EXAMPLES" not in os.environ,
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture
def interface(db):
    """The whole service in this process, in the transaction of the test: Django's own test client does the same."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # making up the questions takes longer than a transaction may be idle
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    load_all_checks()
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for signal in signals:
        signal.connect(close_old_connections)


def operations(interface):
    return [result.ok() for result in interface.get_all_operations()]


def ask(interface, examples, answered):
    """``examples`` questions in all: of each operation, half within what it allows and half not, many of real names."""
    asked = [
        (operation, mode)
        for operation in operations(interface)
        for mode in GenerationMode
        if operation.query or mode == GenerationMode.POSITIVE
    ]
    for operation, mode in asked:

        @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans(), names=st.data())
        @settings(max_examples=max(1, examples // len(asked)), **random_settings)
        def question(case, real, names):
            for given_in in (case.path_parameters, case.query) if real else ():
                for name in sorted(REAL.keys() & given_in.keys()):
                    given_in[name] = names.draw(st.sampled_from(REAL[name]))
            response = case.call()
            answered[response.status_code] += 1
            case.validate_response(response, checks=[not_a_server_error, *CHECKS.get_by_names(FORMS)])

        question()


def test_no_answer_is_our_fault(interface):
    answered = Counter()
    ask(interface, EXAMPLES, answered)
    print(dict(answered))
    assert len(operations(interface)) == 8
    assert sum(answered.values()) >= EXAMPLES * 0.8
    assert answered[200] > EXAMPLES / 10
    assert answered[400]
    assert answered[404]
    assert not [status for status in answered if status >= 500]


def test_a_fault_is_found(interface, monkeypatch):
    """The control: a report whose tree cannot be read."""

    def unreadable(frozen):
        raise ValueError("This document has schema 99.")

    monkeypatch.setattr(open_data, "document", unreadable)
    with pytest.raises((FailureGroup, ExceptionGroup)):
        ask(interface, 200, Counter())


@given(rest=st.binary(max_size=60), query=st.binary(max_size=60))
@settings(max_examples=EXAMPLES, **random_settings)
def test_any_bytes_are_answered(rest, query):
    address = f"/api/v1/partnerships/{quote_from_bytes(rest)}?{quote_from_bytes(query, safe='&=%;+')}"
    response = Client().get(address)
    assert response.status_code in (200, 400, 404), address
    assert response["Content-Type"].startswith("application/json")
