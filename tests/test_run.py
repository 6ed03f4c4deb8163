"""The parts of ./run that need neither a network nor a fresh machine."""

import importlib.machinery
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "run"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The script as a module, with its files in a temporary folder."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = importlib.machinery.SourceFileLoader("run_script", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_script", loader))
    loader.exec_module(module)
    monkeypatch.setattr(module, "VAR", tmp_path / "var")
    return module


def missing(run, name="libpango-1.0-0", brew="pango", optional=False):
    return run.Need(name, brew, lambda: False, optional)


# Starting it


def test_help_names_every_command(run):
    done = subprocess.run([sys.executable, SCRIPT, "help"], capture_output=True, text=True, check=True)
    for name in run.COMMANDS:
        assert name.startswith("-") or f"./run {name}" in done.stdout


def test_unknown_command_is_refused_without_a_traceback(run, capsys):
    assert run.main(["demmo"]) == 1
    assert capsys.readouterr().err == "\nThere is no command 'demmo'. ./run help lists them.\n"


def test_old_python_is_named(run, monkeypatch):
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))
    with pytest.raises(run.Problem, match=r"needs Python 3\.11 or newer"):
        run.need_python()


def test_interruption_is_quiet(run, monkeypatch, capsys):
    def interrupt(_arguments):
        raise KeyboardInterrupt

    monkeypatch.setitem(run.COMMANDS, "demo", interrupt)
    assert run.main(["demo"]) == 130
    assert capsys.readouterr().err == "\nStopped.\n"


# Steps


def test_step_returns_the_output_and_says_how_long_it_took(run, capsys):
    assert run.step("Counting", [sys.executable, "-c", "print('one')"]) == "one\n"
    assert capsys.readouterr().out.startswith("Counting ... 0.")


def test_long_step_shows_its_newest_line(run, monkeypatch, capsys):
    monkeypatch.setattr(run, "HEARTBEAT_SECONDS", 0.1)
    run.step("Waiting", [sys.executable, "-c", "import time; print('half way'); time.sleep(0.5)"])
    assert "s: half way\n" in capsys.readouterr().out


def test_failed_step_names_itself_its_command_and_its_output(run):
    with pytest.raises(run.Problem) as caught:
        run.step("Baking", [sys.executable, "-c", "print('too hot'); raise SystemExit(3)"])
    assert str(caught.value).startswith("Baking: failed with exit code 3.\nCommand: ")
    assert str(caught.value).endswith("Output:\ntoo hot")


def test_wrong_setting_is_told_in_djangos_sentence_only(run):
    lines = ["Traceback:\n", "django.core.exceptions.ImproperlyConfigured: SECRET_KEY is not set.\n"]
    assert run.failure("Migrating", ["manage.py"], 1, lines) == "SECRET_KEY is not set."


def test_command_that_does_not_exist_is_a_problem(run):
    with pytest.raises(run.Problem, match="Baking: cannot start no-such-oven"):
        run.step("Baking", ["no-such-oven"])


# Stamps


def test_fingerprint_follows_names_and_contents(run, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("1")
    first = run.fingerprint(folder)
    (folder / "cached.pyc").write_text("ignored")
    assert run.fingerprint(folder) == first
    (folder / "a.txt").write_text("2")
    second = run.fingerprint(folder)
    (folder / "a.txt").rename(folder / "b.txt")
    assert len({first, second, run.fingerprint(folder)}) == 3


def test_work_is_done_only_while_stamp_and_products_agree(run, tmp_path):
    stamp, product = tmp_path / "stamps" / "work", tmp_path / "product"
    run.mark_done(stamp, "v1")
    assert run.is_done(stamp, "v1")
    assert not run.is_done(stamp, "v2")
    assert not run.is_done(stamp, "v1", product)
    product.touch()
    assert run.is_done(stamp, "v1", product)


def test_report_is_rendered_once_and_again_when_its_pdf_is_gone(run, monkeypatch):
    rendered = []

    def render(_title, command, _env):
        rendered.append(tuple(command[3:5]))
        Path(command[-1]).touch()

    monkeypatch.setattr(run, "step", render)
    run.VAR.mkdir()
    first = run.render_reports({})
    assert rendered == run.DEMO_REPORTS
    first[2].unlink()
    run.render_reports({})
    assert rendered[4:] == [("kent", "2018/19")]


# The machine


def test_root_installs_what_is_missing(run, monkeypatch):
    steps = []
    found = iter([False, True])
    monkeypatch.setattr(run.sys, "platform", "linux")
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(run, "privilege", list)
    monkeypatch.setattr(run, "step", lambda title, command: steps.append(command))
    run.install_packages([run.Need("libpango-1.0-0", "pango", lambda: next(found))])
    assert [command[-1] for command in steps] == ["update", "libpango-1.0-0"]
    assert "--no-install-recommends" in steps[1]


def test_without_rights_the_exact_command_is_shown(run, monkeypatch):
    monkeypatch.setattr(run.sys, "platform", "linux")
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(run, "privilege", lambda: None)
    with pytest.raises(run.Problem) as caught:
        run.install_packages([missing(run), missing(run, "libpangoft2-1.0-0")])
    command = "sudo apt-get install --no-install-recommends -y libpango-1.0-0 libpangoft2-1.0-0"
    assert command in str(caught.value)


def test_optional_package_never_stops_the_start(run, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "platform", "linux")
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(run, "privilege", lambda: None)
    run.install_packages([missing(run, "fonts-liberation", optional=True)])
    assert "fonts-liberation" in capsys.readouterr().out


def test_mac_is_told_the_brew_packages(run, monkeypatch):
    monkeypatch.setattr(run.sys, "platform", "darwin")
    with pytest.raises(run.Problem, match="brew install pango poppler"):
        run.install_packages([missing(run), missing(run, "poppler-utils", "poppler"), missing(run, "x", "y", True)])


def test_ubuntu_is_told_that_chromium_is_a_snap(run, monkeypatch):
    monkeypatch.setattr(run.sys, "platform", "linux")
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(run, "is_ubuntu", lambda: True)
    with pytest.raises(run.Problem, match="only as a snap"):
        run.install_packages([missing(run, "chromium")])


def test_folder_that_cannot_be_made_is_named(run, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(run.Problem, match=f"Cannot write in the folder {tmp_path}/file/var"):
        run.need_writable(tmp_path / "file" / "var")


def test_taken_port_is_named(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(run.Problem, match=f"Cannot serve on port {port}: Address already in use"):
            run.need_free_port(port)


def test_impossible_port_is_named(run):
    with pytest.raises(run.Problem, match="ports go from 1 to 65535"):
        run.need_free_port(99999)


# Settings


def test_demonstration_never_takes_a_services_settings(run, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://live")
    monkeypatch.setenv("EMAIL_URL", "smtp://live")
    monkeypatch.setenv("CSA_MODE", "production")
    env = run.environment("demo", SECRET_KEY="k")
    assert "DATABASE_URL" not in env
    assert "EMAIL_URL" not in env
    assert env["CSA_MODE"] == "demo"
    assert env["SECRET_KEY"] == "k"


def test_secret_key_is_made_once_and_private(run, tmp_path):
    file = tmp_path / "secret-key"
    key = run.secret_key(file)
    assert len(key) >= 50
    assert run.secret_key(file) == key
    assert file.stat().st_mode & 0o777 == 0o600


def test_empty_secret_key_is_replaced(run, tmp_path):
    file = tmp_path / "secret-key"
    file.touch()
    assert len(run.secret_key(file)) >= 50


@pytest.mark.parametrize("command", ["serve", "work"])
def test_production_names_all_missing_settings_at_once(command, run, monkeypatch, capsys):
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "SITE_URL", "CSA_MODE"):
        monkeypatch.delenv(name, raising=False)
    assert run.main([command]) == 1
    assert "Not set: SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, SITE_URL." in capsys.readouterr().err


# Background work


def child(tmp_path, name, ending="while True: time.sleep(1)"):
    """A process that leaves its number in a file of its own."""
    mark = f"open({str(tmp_path)!r} + '/{name}-' + str(os.getpid()), 'w').close()"
    return [sys.executable, "-c", f"import os, signal, sys, time\n{mark}\n{ending}"]


def numbers(tmp_path, name):
    return [int(file.name.removeprefix(f"{name}-")) for file in tmp_path.glob(f"{name}-*")]


def is_gone(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return False


def wait_until(holds):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_work_leaves_no_child_behind(signal_number, tmp_path):
    script = f"""
import importlib.machinery, sys
sys.dont_write_bytecode = True
run = importlib.machinery.SourceFileLoader("run_script", {str(SCRIPT)!r}).load_module()
run.DUE_SECONDS = 0.1
run.keep_working({child(tmp_path, "worker")!r}, {child(tmp_path, "due", ending="")!r}, None)
"""
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", script], stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: numbers(tmp_path, "worker") and len(numbers(tmp_path, "due")) >= 2)
            process.send_signal(signal_number)
            process.wait(timeout=30)
        finally:
            process.kill()
    assert all(is_gone(number) for name in ("worker", "due") for number in numbers(tmp_path, name))


def test_work_ends_with_its_worker(run, tmp_path, monkeypatch, capsys):
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        assert run.keep_working(child(tmp_path, "worker", "sys.exit(3)"), child(tmp_path, "due"), None) == 3
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert capsys.readouterr().err == "The worker has ended with exit code 3.\n"
    assert all(is_gone(number) for number in numbers(tmp_path, "due"))
