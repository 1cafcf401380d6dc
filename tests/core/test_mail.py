"""Mail goes to a server, or to files; a refusal is an error that the outbox sees."""

import smtplib
import socketserver
import ssl
import subprocess
import threading
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from forum.core import mail

SENDER = "Roundtable <noreply@roundtable.example>"


class Conversation(socketserver.StreamRequestHandler):
    """One mail client's talk with a small SMTP server."""

    def handle(self):
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            self.server.heard.append(line)
            verb = line.partition(" ")[0].upper()
            if verb == "EHLO":
                self.say(*self.server.greeting)
            elif verb in self.server.refusals:
                self.say(self.server.refusals[verb])
            elif verb == "DATA":
                self.say("354 go on")
                self.read_message()
                self.say("250 taken")
            elif verb == "AUTH":
                self.say("235 welcome")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def say(self, *lines):
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def read_message(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.messages.append(b"".join(lines))


class SmallServer(socketserver.ThreadingTCPServer):
    """An SMTP server on this machine that remembers what it heard."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Conversation)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.heard, self.messages, self.refusals = [], [], {}
        self.greeting = ["250 hello"]

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        """A client that went away is no concern of a test."""


def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def smtp():
    yield from running(SmallServer())


@pytest.fixture
def smtps(tmp_path):
    """A server that speaks TLS with a certificate that nobody trusts."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    yield from running(SmallServer(context))


def send(url, folder, **changes):
    mail.Mailer(url, sender=SENDER, folder=folder).send(
        **{
            "to": "ann@example.org",
            "subject": "Confirm your\n address – £5",
            "text": "Dear Ann,\n\nPlease confirm – soon.\n",
            "key": "confirm.7.1",
            **changes,
        }
    )


def test_a_mail_in_a_file_is_whole(tmp_path):
    send("file:", tmp_path / "mail")
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == "confirm.7.1.eml"
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["From"] == SENDER
    assert message["To"] == "ann@example.org"
    assert message["Subject"] == "Confirm your address – £5"
    assert message["Message-ID"] == "<confirm.7.1@roundtable.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.utcoffset() == timedelta(0)
    assert message.get_content() == "Dear Ann,\n\nPlease confirm – soon.\n"
    assert message.get_content_type() == "text/plain"


def test_a_repeated_mail_has_the_same_name(tmp_path):
    send("file:", tmp_path)
    send("file:", tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_sender_without_a_domain_still_names_its_mails(tmp_path):
    mailer = mail.Mailer("file:", sender="noreply", folder=tmp_path)
    mailer.send(to="a@example.org", subject="s", text="t", key="k")
    assert b"Message-ID: <k@" in (tmp_path / "k.eml").read_bytes()


@pytest.mark.parametrize("field", ["to", "subject"])
def test_no_header_can_be_smuggled_in(tmp_path, field):
    try:
        send("file:", tmp_path, **{field: "ann@example.org\r\nBcc: eve@evil.example"})
    except ValueError:
        return
    message = message_from_bytes((tmp_path / "confirm.7.1.eml").read_bytes(), policy=policy.default)
    assert message["Bcc"] is None


def test_the_server_gets_the_mail(smtp, tmp_path):
    send(f"smtp://127.0.0.1:{smtp.port}", tmp_path)
    (data,) = smtp.messages
    message = message_from_bytes(data, policy=policy.default)
    assert message["To"] == "ann@example.org"
    assert "Please confirm – soon." in message.get_content()
    assert "mail FROM:<noreply@roundtable.example>" in " ".join(smtp.heard)
    assert not any(line.upper().startswith("AUTH") for line in smtp.heard)
    assert list(tmp_path.iterdir()) == []


def test_name_and_password_are_given(smtp, tmp_path):
    smtp.greeting = ["250-hello", "250 AUTH PLAIN"]
    send(f"smtp://us%40er:p%3Ass@127.0.0.1:{smtp.port}", tmp_path)
    (line,) = [line for line in smtp.heard if line.startswith("AUTH")]
    assert line.split()[1] == "PLAIN"
    assert len(smtp.messages) == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_is_an_error(smtp, tmp_path, verb):
    smtp.refusals = {verb: "550 no"}
    with pytest.raises(smtplib.SMTPException):
        send(f"smtp://127.0.0.1:{smtp.port}", tmp_path)
    assert smtp.messages == []


def test_a_server_that_is_away_is_an_error(smtp, tmp_path):
    port = smtp.port
    smtp.server_close()
    with pytest.raises(OSError, match="refused"):
        send(f"smtp://127.0.0.1:{port}", tmp_path)


def test_encryption_is_begun_where_offered(smtp, tmp_path):
    smtp.greeting = ["250-hello", "250 STARTTLS"]
    smtp.refusals = {"STARTTLS": "454 not today"}
    with pytest.raises(smtplib.SMTPException):
        send(f"smtp://127.0.0.1:{smtp.port}", tmp_path)
    assert "STARTTLS" in smtp.heard
    assert smtp.messages == []


def test_a_certificate_that_nobody_trusts_is_refused(smtps, tmp_path):
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        send(f"smtps://127.0.0.1:{smtps.port}", tmp_path)
    assert smtps.messages == []


def test_a_trusted_certificate_is_spoken_to(smtps, tmp_path, monkeypatch):
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    send(f"smtps://127.0.0.1:{smtps.port}", tmp_path)
    assert len(smtps.messages) == 1


def test_the_process_has_one_mailer(tmp_path):
    mail.configure("file:", sender=SENDER, folder=tmp_path)
    mail.send(to="ann@example.org", subject="s", text="t", key="one")
    assert (tmp_path / "one.eml").exists()
