"""Settings come from the environment; wrong, unknown and unsafe ones stop the start."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from forum import config
from forum.config import ConfigError, Settings
from forum.factory import create_app

SAFE = {
    "FORUM_ENVIRONMENT": "production",
    "FORUM_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "FORUM_SITE_URL": "https://roundtable.example",
    "FORUM_MAIL_URL": "smtp://mail.example:587",
    "FORUM_DATABASE_URL": "postgresql://db.example/roundtable",
}


def problems(environ):
    with pytest.raises(ConfigError) as refusal:
        config.load(environ)
    assert str(refusal.value) == "\n".join(refusal.value.problems)
    return refusal.value.problems


def test_nothing_need_be_set_for_development(tmp_path):
    settings = config.load({"FORUM_INSTANCE": str(tmp_path / "new")})
    assert settings.environment == "development"
    assert not settings.is_production
    assert settings.database_url == f"sqlite:///{tmp_path / 'new' / 'forum.sqlite3'}"
    assert settings.mail_url == "file:"
    assert settings.hosts == ("127.0.0.1", "localhost", "[::1]")
    assert len(settings.secret_key) == 64


def test_the_secret_of_a_development_site_is_its_own_and_stays(tmp_path):
    first = config.load({"FORUM_INSTANCE": str(tmp_path / "a")})
    again = config.load({"FORUM_INSTANCE": str(tmp_path / "a")})
    other = config.load({"FORUM_INSTANCE": str(tmp_path / "b")})
    assert first.secret_key == again.secret_key != other.secret_key
    assert (tmp_path / "a" / "secret-key").stat().st_mode & 0o077 == 0


def test_the_environment_of_the_process_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("FORUM_SITE_NAME", "Square Table")
    monkeypatch.setenv("FORUM_INSTANCE", str(tmp_path))
    assert config.load().site_name == "Square Table"


def test_every_setting_can_be_set(tmp_path):
    environ = {
        **SAFE,
        "FORUM_INSTANCE": str(tmp_path),
        "FORUM_SITE_NAME": "Square Table",
        "FORUM_HOSTS": "a.example, b.example,",
        "FORUM_PROXIES": "1",
        "FORUM_REDIS_URL": "redis://localhost/1",
        "FORUM_MAIL_FROM": "A <a@a.example>",
        "FORUM_CONTACT": "https://a.example/security",
        "FORUM_RATELIMIT_ENABLED": "yes",
        "FORUM_LOG_LEVEL": "ERROR",
        "FORUM_LOG_FORMAT": "console",
        "FORUM_STATEMENT_TIMEOUT": "5",
        "FORUM_DATABASE_REPLICA_URL": "postgresql://replica.example/roundtable",
        "FORUM_DATABASE_CONNECTIONS": "8",
        "FORUM_PGBOUNCER": "1",
        "FORUM_LOCK_TIMEOUT": "3",
        "FORUM_SHARED_CACHE_SECONDS": "20",
        "FORUM_PAGE_CACHE": "7",
        "FORUM_MAIL_DAYS": "2",
        "FORUM_LICENCE": "Open Government Licence v3.0",
        "FORUM_LICENCE_URL": "https://licence.example/",
        "FORUM_DEBUG": "off",
    }
    settings = config.load(environ)
    assert {f"FORUM_{item.name.upper()}" for item in fields(Settings)} <= environ.keys()
    assert settings.is_production
    assert settings.hosts == ("a.example", "b.example")
    assert (settings.proxies, settings.statement_timeout, settings.mail_days) == (1, 5, 2)
    assert settings.page_cache == 7
    assert (settings.database_connections, settings.lock_timeout) == (8, 3)
    assert settings.database_replica_url == "postgresql+psycopg://replica.example/roundtable"
    assert settings.instance == tmp_path
    assert settings.database_url == "postgresql+psycopg://db.example/roundtable"
    assert settings.site_host == "roundtable.example"


def test_production_answers_only_its_own_host():
    assert config.load(SAFE).hosts == ("roundtable.example",)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "", "FORUM_SECRET_KEY must be a random text"),
        ("SECRET_KEY", "short", "FORUM_SECRET_KEY must be a random text"),
        ("SECRET_KEY", "x" * 64, "FORUM_SECRET_KEY must be a random text"),
        ("DEBUG", "1", "FORUM_DEBUG must be 0 in production."),
        ("RATELIMIT_ENABLED", "0", "FORUM_RATELIMIT_ENABLED must be 1 in production."),
        ("SITE_URL", "http://roundtable.example", "FORUM_SITE_URL must begin with https://"),
        ("MAIL_URL", "", "FORUM_MAIL_URL must name an SMTP server"),
        ("MAIL_URL", "file:", "FORUM_MAIL_URL must name an SMTP server"),
    ],
)
def test_unsafe_settings_are_refused_in_production(name, value, sentence):
    (problem,) = problems({**SAFE, f"FORUM_{name}": value})
    assert problem.startswith(sentence)
    development = {**SAFE, f"FORUM_{name}": value, "FORUM_ENVIRONMENT": "testing"}
    config.load(development)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ENVIRONMENT", "live", "must be one of development, testing, production"),
        ("DEBUG", "perhaps", "must be 1 or 0"),
        ("PROXIES", "two", "must be a whole number"),
        ("PROXIES", "-1", "must not be negative"),
        ("DATABASE_URL", "mysql://x", "must begin with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "", "must begin with sqlite:/// or postgresql://"),
        ("REDIS_URL", "http://x", "must begin with redis: or rediss: or unix:"),
        ("MAIL_URL", "imap://x", "must begin with smtp: or smtps: or file:"),
        ("SITE_URL", "roundtable.example", "must begin with http: or https:"),
        ("LOG_LEVEL", "LOUD", "must be one of DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_wrong_values_are_refused(name, value, sentence):
    assert f"FORUM_{name} {sentence}." in problems({**SAFE, f"FORUM_{name}": value})


def test_a_mistyped_name_is_refused():
    assert problems({**SAFE, "FORUM_SECRET": "x"}) == [
        "FORUM_SECRET is not a setting of Roundtable."
    ]


def test_all_mistakes_are_told_at_once():
    environ = {**SAFE, "FORUM_DEBUG": "1", "FORUM_X": "", "FORUM_PROXIES": "x"}
    assert len(problems(environ)) == 3


def test_names_for_tests_and_other_programs_are_left_alone():
    config.load({**SAFE, "FORUM_TEST_POSTGRES_URL": "x", "FORUMS": "x", "PATH": "/bin"})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_name_of_postgresql_means_one_driver(scheme):
    settings = config.load({**SAFE, "FORUM_DATABASE_URL": f"{scheme}://h/d"})
    assert settings.database_url == "postgresql+psycopg://h/d"


def test_no_secret_is_shown_by_a_refusal():
    told = "\n".join(problems({**SAFE, "FORUM_SECRET_KEY": "hunter2", "FORUM_DEBUG": "1"}))
    assert "hunter2" not in told


def test_missing_assets_stop_the_start(make_app, monkeypatch, tmp_path):
    monkeypatch.setattr("forum.factory.ROOT", tmp_path)
    with pytest.raises(ConfigError, match="no built assets"):
        make_app()


def test_the_application_reads_the_environment_by_itself(make_app, monkeypatch, tmp_path):
    make_app()
    monkeypatch.setenv("FORUM_INSTANCE", str(tmp_path))
    monkeypatch.setenv("FORUM_LOG_LEVEL", "ERROR")
    assert create_app().config["SETTINGS"].instance == tmp_path


def test_tls_makes_cookies_secure(make_app):
    app = make_app(FORUM_SITE_URL="https://roundtable.example/")
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-roundtable"
    assert app.config["SESSION_COOKIE_SECURE"]
    assert app.config["SITE_URL"] == "https://roundtable.example"
    plain = make_app()
    assert plain.config["SESSION_COOKIE_NAME"] == "roundtable"
    assert not plain.config["SESSION_COOKIE_SECURE"]


def test_settings_do_not_change():
    settings = config.load(SAFE)
    assert replace(settings, debug=True).debug
    with pytest.raises(AttributeError):
        settings.debug = True
    assert isinstance(settings.instance, Path)


@pytest.mark.parametrize(
    ("replica", "sentence"),
    [
        ("sqlite:///copy.sqlite3", "must be of the same kind as FORUM_DATABASE_URL"),
        ("postgresql://db.example/roundtable", "must not be FORUM_DATABASE_URL"),
        ("mysql://db.example/x", "must begin with sqlite:/// or postgresql://"),
    ],
)
def test_a_replica_is_another_database_of_the_same_kind(tmp_path, replica, sentence):
    environ = {**SAFE, "FORUM_INSTANCE": str(tmp_path), "FORUM_DATABASE_REPLICA_URL": replica}
    with pytest.raises(ConfigError, match=f"FORUM_DATABASE_REPLICA_URL {sentence}"):
        config.load(environ)


def test_an_instance_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="FORUM_INSTANCE must be a folder to write to: Not a dir"):
        config.load({"FORUM_INSTANCE": str(tmp_path / "file" / "inside")})
