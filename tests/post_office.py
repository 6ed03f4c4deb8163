"""A real SMTP server that keeps what it takes, and can be down, busy, or see its client die."""

import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller


class PostOffice:
    """``mails`` are the accepted EmailMessages. ``answers`` are given first, one a mail, such as "451 Try later".

    ``on_mail`` is called with each mail before the client hears that it was taken.
    """

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.mails = []
        self.answers = []
        self.on_mail = lambda mail: None
        self._controller = None

    @property
    def url(self):
        """EMAIL_URL for a process."""
        return f"smtp://127.0.0.1:{self.port}"

    def open(self):
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self):
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, _server, _session, envelope):
        answer = self.answers.pop(0) if self.answers else "250 Taken"
        if answer.startswith("2"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append(mail)
            self.on_mail(mail)
        return answer


@pytest.fixture
def post_office(settings):
    """An open PostOffice, to which this process sends its e-mails; give processes EMAIL_URL=post_office.url."""
    office = PostOffice()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
    office.open()
    yield office
    office.close()
