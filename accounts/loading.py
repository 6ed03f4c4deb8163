"""Load rows from JSON files in the form of Django's fixtures, with every row checked: all of them, or none.

Django's ``loaddata`` asks the database alone, which accepts a choice that is none and a date that is none.
A row is ``{"model": "app.model", "fields": {…}}``. It is matched with what is stored by its natural key, and
written whole: a field that it does not name gets its default, except that people keep what they have. It may refer
to rows before it and to rows that are stored.
"""

import json
import re
from pathlib import Path

from django.apps import apps
from django.contrib.auth.hashers import identify_hasher, is_password_usable, make_password
from django.core.exceptions import FieldDoesNotExist, FieldError, ObjectDoesNotExist, ValidationError
from django.core.serializers.base import DeserializedObject
from django.db import DataError, IntegrityError, connection, models, transaction
from django.utils import timezone

from accounts.models import Membership, NaturalKeyModel, User

# NUL, and halves of characters: JSON can write them, no database of ours can store them.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class Refused(Exception):
    """A file was not loaded. The text names the file, the row, the field and the reason, in plain words."""


class _Fault(Exception):
    """What is wrong with one row."""


def load(paths):
    """Load the files in order and return the number of rows. Refused, with nothing loaded, at the first fault."""
    loaded = {}
    seen = {}
    with transaction.atomic():
        for path in paths:
            for number, row in enumerate(_rows(path), start=1):
                place = f"{path}, row {number}"
                try:
                    one = _load(row, seen)
                    if one in loaded:
                        raise _Fault(f"this row stands already in {loaded[one]}.")
                except _Fault as fault:
                    raise Refused(f"{place}{_name(row)}: {fault}") from fault
                loaded[one] = place
        try:
            connection.check_constraints()  # foreign keys are otherwise looked at only on commit
        except IntegrityError as error:
            raise Refused(f"{', '.join(map(str, paths))}: a row refers to one that does not exist. {error}") from error
    return len(loaded)


def _rows(path):
    try:
        rows = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path} is not JSON: {error}") from error
    if not isinstance(rows, list):
        raise Refused(f"{path} does not hold a list of rows.")
    return rows


def _name(row):
    """ ", actions.theme (kent, 2022, Trauma)", as far as the row says what it is."""
    if not isinstance(row, dict) or "model" not in row:
        return ""
    try:
        model, fields = _model(row), row["fields"]
        names = dict.fromkeys(lookup.split("__")[0] for lookup in _key_lookups(model))
        key = [part for name in names for part in _listed(fields[name])]
    except (_Fault, KeyError, TypeError):
        key = []
    return f", {row['model']}" + (f" ({', '.join(map(str, key))})" if key else "")


def _listed(value):
    return value if isinstance(value, list) else [value]


def _key_lookups(model):
    if issubclass(model, NaturalKeyModel):
        return [*filter(None, [model.natural_key_parent]), *model.natural_key_fields]
    return ["email"] if model is User else ["user", "partnership", "role"]


def _load(row, seen):
    """Check, store and return one row. ``seen`` holds the rows that were referred to before, by model and key."""
    if not isinstance(row, dict) or not isinstance(row.get("fields"), dict):
        raise _Fault('this is not a row: it needs a "model" and "fields".')
    model = _model(row)
    if row.keys() - {"model", "fields"}:
        raise _Fault('a row has a "model" and "fields" and nothing else: rows are named by their fields, not by "pk".')
    values, many = {}, {}
    for name, value in row["fields"].items():
        field = _field(model, name)
        (many if field.many_to_many else values)[name] = _value(field, value, seen)
    instance = model(**values)
    if model is User:
        _complete_person(instance, values)
    _check(instance, values)
    instance.pk = _stored_pk(instance)
    _save(instance, many)
    return instance


def _model(row):
    """Models with natural keys, users and members. Of others, a second load would add every row again."""
    try:
        model = apps.get_model(row.get("model"))
    except (LookupError, ValueError, AttributeError, TypeError):
        raise _Fault(f"there is no model {row.get('model')!r}.") from None
    if not issubclass(model, (NaturalKeyModel, User, Membership)):
        raise _Fault(f"{model._meta.label_lower} is not loaded from files.")
    return model


def _field(model, name):
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if field is None or field.auto_created or not hasattr(field, "attname") or field.primary_key:
        known = [one.name for one in [*model._meta.fields, *model._meta.many_to_many] if not one.primary_key]
        raise _Fault(f"{name}: there is no such field. There is: {', '.join(known)}.")
    return field


def _value(field, value, seen):
    """``value`` as Python has it: the row itself for a reference, a list of keys for several."""
    if value is None and not field.null:
        raise _Fault(f"{field.name}: this must not be null.")
    if field.many_to_many:
        if not isinstance(value, list):
            raise _Fault(f"{field.name}: this must be a list of references.")
        return [_referred(field, key, seen).pk for key in value]
    if field.is_relation:
        return None if value is None else _referred(field, value, seen)
    if isinstance(value, (list, dict)) and not isinstance(field, models.JSONField):
        raise _Fault(f"{field.name}: {json.dumps(value)} is not a single value.")
    if isinstance(value, float) and isinstance(field, models.IntegerField):
        raise _Fault(f"{field.name}: {value} is not a whole number.")
    if isinstance(value, str) and _NO_TEXT.search(value):
        raise _Fault(f"{field.name}: {value!a} holds what is no character.")
    try:
        return field.to_python(value)
    except ValidationError as error:
        raise _Fault(f"{field.name}: {' '.join(error.messages)}") from error


def _referred(field, key, seen):
    """The row that ``key`` names. Numbers name another row in every database, so they are not taken."""
    model = field.related_model
    name = model._meta.verbose_name
    if not isinstance(key, list):
        raise _Fault(f"{field.name}: {json.dumps(key)} names no {name}. Write its natural key, as a list.")
    place = (model, json.dumps(key))
    if place not in seen:
        try:
            if _NO_TEXT.search("".join(map(str, key))):
                raise ValueError("no characters")
            seen[place] = model._default_manager.get_by_natural_key(*key)
        except ObjectDoesNotExist:
            raise _Fault(f"{field.name}: there is no {name} {json.dumps(key, ensure_ascii=False)}.") from None
        except (TypeError, ValueError, ValidationError, DataError, FieldError) as error:
            raise _Fault(f"{field.name}: {json.dumps(key)} is not the natural key of one {name}.") from error
    return seen[place]


def _complete_person(user, values):
    """A stored person keeps what the row does not name: the password, the first day, and whether they may sign in.

    A file gives no rights beyond roles, and holds no readable password: new people set their own.
    """
    stored = User.objects.filter(email__iexact=user.email).first()
    for field in User._meta.concrete_fields:
        if stored and field.name not in values:
            setattr(user, field.attname, getattr(stored, field.attname))
    if user.is_superuser or (stored and stored.is_superuser):
        raise _Fault("is_superuser: superusers are made with manage.py createsuperuser, and not changed from files.")
    user.date_joined = user.date_joined or timezone.now()
    user.password = user.password or make_password(None)
    if is_password_usable(user.password):
        try:
            identify_hasher(user.password)
        except ValueError:
            raise _Fault("password: leave it out. The person sets one with “I have forgotten my password”.") from None


def _check(instance, values):
    """What a form would ask of each field. References that are set were found a moment ago."""
    found = [field.name for field in instance._meta.fields if field.is_relation and values.get(field.name)]
    try:
        instance.clean_fields(exclude=found)
    except ValidationError as error:
        faults = [f"{name}: {' '.join(said)}{_choices(instance, name)}" for name, said in error.message_dict.items()]
        raise _Fault(" ".join(faults)) from error


def _choices(instance, name):
    choices = instance._meta.get_field(name).choices
    return f" Choose from: {', '.join(repr(value) for value, _label in choices)}." if choices else ""


def _stored_pk(instance):
    model = type(instance)
    if issubclass(model, Membership):
        one = {name: getattr(instance, name) for name in _key_lookups(model)}
        return model.objects.filter(**one).values_list("pk", flat=True).first()
    try:
        return model._default_manager.get_by_natural_key(*instance.natural_key()).pk
    except ObjectDoesNotExist:
        return None


def _save(instance, many):
    try:
        DeserializedObject(instance, many).save()
    except IntegrityError as error:
        raise _Fault(_refusal(type(instance), str(error))) from error
    except (DataError, ValueError) as error:
        raise _Fault(f"the database does not take it: {_first_line(error)}") from error


def _refusal(model, said):
    """Why the database refused a row. PostgreSQL names the constraint; SQLite may name the columns instead."""
    for constraint in model._meta.constraints:
        fields = getattr(constraint, "fields", ())
        columns = ", ".join(f"{model._meta.db_table}.{model._meta.get_field(name).column}" for name in fields)
        if constraint.name in said or (columns and said.endswith(f": {columns}")):
            if fields:
                return f"{', '.join(fields)}: another row has the same."
            return str(constraint.get_violation_error_message())
    return f"the database refuses it: {_first_line(said)}"


def _first_line(said):
    """PostgreSQL goes on with the whole row."""
    return str(said).splitlines()[0]
