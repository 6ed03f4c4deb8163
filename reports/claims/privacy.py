"""Details that may belong to a private person: telephone numbers, dates of birth, personal e-mail addresses."""

import re

from reports.claims.findings import WARNING, Finding
from reports.claims.periods import MONTH, YEAR
from reports.claims.wording import vocabulary

_PHONE = re.compile(
    r"(?<![\w/.,\u00a3-])(?:(?:\+44|0044)[\s-]?(?:\(0\)[\s-]?)?[1-9]|\(?0[1-9])[0-9]{1,4}\)?(?:[\s-]?[0-9]{2,6}){1,4}(?![\w%/]|[.,][0-9])"
)
_SERVICE = re.compile(r"^0?(?:3|8|9|500|5)")
_REFERENCE = re.compile(
    r"\b(?:ref|reference|order|case|crime|charity|company|account|invoice|serial)\.?\s*(?:no\.?|number|id)?:?\s*$",
    re.IGNORECASE,
)
_BORN = re.compile(
    rf"\b(?:d\.?o\.?b\.?|date\s+of\s+birth|born\s+on|born)\s*(?:is|was|:|-|\u2013)?\s*(?:on\s+)?(?:the\s+)?"
    rf"(?P<date>[0-9]{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{MONTH},?\s+{YEAR}|{MONTH}\s+[0-9]{{1,2}}(?:st|nd|rd|th)?,?\s+{YEAR}|[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-](?:{YEAR}|[0-9]{{2}}))",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"born|birth|d\.?o\.?b", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+-])([\w+-]{1,40}(?:\.[\w+-]{1,40}){0,4})@((?:[\w-]{1,63}\.){1,5}[A-Za-z]{2,12})\b")
_PRIVATE = vocabulary(
    "gmail googlemail hotmail outlook yahoo icloud live aol btinternet btopenworld sky talktalk virginmedia"
    " protonmail proton me msn ntlworld mail gmx tiscali"
)
_ROLES = vocabulary(
    "info information enquiries enquiry contact contacts admin office team help helpdesk support press media news"
    " hello service services community safety safer partnership partnerships csp csu council councils public"
    " health police crime commissioner prevent channel training events event bookings booking hr jobs no reply"
    " noreply data protection dpo foi complaints feedback consultation scrutiny committee democratic licensing"
    " housing trading standards wardens warden road streets domestic abuse hate victim victims youth justice early"
    " social care adult adults children family families referral referrals duty desk kent medway county district"
    " borough communities unit hub fire rescue neighbourhood asb anti behaviour report reports reporting general"
    " mailbox inbox web webmaster"
)


def check(passage, lines):
    text = passage.text
    for match in _PHONE.finditer(text):
        if _may_be_private(match[0]) and not _REFERENCE.search(text[max(0, match.start() - 24) : match.start()]):
            yield _warning(*match.span(), "telephone number", "The text gives a telephone number.")
    for match in _BORN.finditer(text) if _BIRTH.search(text) else ():
        yield _warning(*match.span("date"), "date of birth", "The text gives a date of birth.")
    for match in _MAIL.finditer(text) if "@" in text else ():
        if _is_personal(match[1], match[2]):
            yield _warning(*match.span(), "e-mail address", "The text gives an address that looks like a person's.")


def _may_be_private(number):
    """Whether it is a whole telephone number and none of a service (03, 08, 09)."""
    national = re.sub(r"^(?:0044|44|0)", "", re.sub(r"[^0-9]", "", number.replace("(0)", "")))
    return len(national) in {9, 10} and not _SERVICE.match(national)


def _is_personal(local, domain):
    words = [word for word in re.split(r"[._+-]|(?<=\D)(?=\d)|(?<=\d)(?=\D)", local.lower()) if word]
    if domain.lower().split(".")[0] in _PRIVATE:
        return not all(word in _ROLES for word in words)
    if any(word in _ROLES for word in words):
        return False
    named = [word for word in words if word.isalpha()]
    return len(named) > 1 and "." in local and len(named[-1]) > 1


def _warning(start, end, stated, message):
    """What was found is not repeated: a list of findings is read by more people than the draft."""
    return Finding(start, end, "privacy", stated, "nothing that leads to one person", message, WARNING)
