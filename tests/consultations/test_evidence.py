"""The evidence file: whole, always the same, and without what nobody may read."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from forum.consultations import actions, exports, queries
from forum.consultations.actions import exporting
from forum.consultations.actions.retention import hold_identities
from forum.consultations.enums import Confidentiality, Removal
from forum.consultations.models import (
    Answer,
    Document,
    ResponseExport,
    ResponseGroup,
    ResponseGroupMember,
    Theme,
)
from forum.consultations.policy.answers import Given
from forum.consultations.queries.evidence import rows
from forum.core import clock
from forum.core.access import OPERATOR
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed
from forum.ops import jobs
from tests import factories
from tests.consultations import analysing, answering, files, making
from tests.consultations.test_results import close
from tests.statements import count_statements

SECRET = "Ring Jo Bloggs on 0191 496 0000."
SAID = f"We are paid late. {SECRET} It hurts small firms."
# What is in no evidence file, whoever makes it.
NOWHERE = {
    "redacted": SECRET,
    "withheld": "This is all a swindle.",
    "not to be published": "Keep it among us.",
    "in confidence": "Our margin is two per cent.",
    "why in confidence": "Competitors read this.",
    "withdrawn": "I have changed my mind.",
    "name": "Bea Private",
    "organisation": "Quiet Works Limited",
    "address": "ann.of.tyne@example.org",
    "who asked": "Cem Yilmaz asked by telephone.",
    "draft": "Not sent yet.",
    "legal hold": "A claim by Bea Private.",
}


@pytest.fixture
def scene(app):
    """A closed consultation with everything that can be in it, and what must not be told of it."""
    consultation, first, second = answering.small_consultation()
    second.may_be_confidential = True
    factories.commit()

    def respond(words, *, publish=True, send=True, given=None, **fields):
        response, holder = answering.begin(consultation, **fields)
        said = {first: answering.choose("b"), second: given or answering.text(words)}
        answering.answer(holder, response, said)
        if send:
            actions.submit_response(
                holder, response, may_publish=publish, may_name=publish, may_contact=False
            )
        return response, db.session.query(Answer).filter_by(
            response_id=response.id, question_id=second.id
        ).one_or_none()

    tyne, told = respond(SAID, organisation_name="Tyne Carers", email=NOWHERE["address"])
    swindler, swindle = respond(NOWHERE["withheld"])
    respond(NOWHERE["not to be published"], publish=False, name=NOWHERE["name"])
    confidence = Given(
        text=NOWHERE["in confidence"],
        confidentiality=Confidentiality.COMMERCIAL,
        confidential_reason=NOWHERE["why in confidence"],
    )
    respond("", given=confidence, publish=False, organisation_name=NOWHERE["organisation"])
    gone, _ = respond(NOWHERE["withdrawn"])
    respond(NOWHERE["draft"], send=False)
    document = Document(
        consultation_id=consultation.id,
        position=1,
        title="Plan",
        text="The plan.",
        upload=actions.accept_upload(io.BytesIO(files.pdf()), "plan.pdf"),
    )
    db.session.add(document)
    boss = factories.make_account(role="manager", display_name="Pat Manager")
    factories.commit()
    close(consultation)
    actions.redact_answer(boss, tyne, told, spans=SECRET, why=Removal.PERSONAL)
    actions.approve_answers(boss, tyne)
    actions.withhold_answer(boss, swindler, swindle, why=Removal.UNLAWFUL)
    actions.remove_response(boss, gone, reason=NOWHERE["who asked"])
    actions.mark_read(boss, tyne)
    hold_identities(boss, consultation, reason=NOWHERE["legal hold"])
    theme = actions.add_theme(boss, consultation, title="Late payment", description="")
    other = actions.add_theme(boss, consultation, title="Dropped theme", description="")
    actions.code_answer(boss, tyne, told, theme_ids=[theme.id])
    actions.code_answer(boss, tyne, told, theme_ids=[])
    actions.remove_theme(boss, consultation, other)
    post = factories.make_post(factories.make_thread(title="Late payers"), text="Ninety days.")
    actions.cite_post(boss, consultation, post, theme_id=theme.id, note="It hurts.")
    return SimpleNamespace(
        consultation=consultation, boss=boss, told=told, theme=theme, response=tyne, post=post
    )


def make(scene, actor=None):
    """The bytes of the file."""
    file = io.BytesIO()
    actions.write_evidence(actor or scene.boss, scene.consultation, file, lambda _name: None)
    return file.getvalue()


def contents(data):
    """What is in the file, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def lines(data, name):
    return [json.loads(line) for line in contents(data)[name].splitlines()]


def changed(before, after):
    """Names of what differs, but for the manifest, which always does."""
    old, new = contents(before), contents(after)
    return {name for name in old | new if old.get(name) != new.get(name)} - {"manifest.json"}


def everything(data):
    return b"\n".join(contents(data).values()).decode(errors="replace")


class TestSameState:
    def test_the_same_bytes_whenever_and_by_whomever_it_is_made(self, scene):
        first = make(scene)
        with clock.at(clock.now() + timedelta(days=400)):
            db.session.expire_all()
            assert make(scene, OPERATOR) == first

    def test_a_changed_answer_changes_one_file(self, scene):
        before = make(scene)
        scene.told.published_text = "We are paid very late."
        factories.commit()
        assert changed(before, make(scene)) == {"answers.jsonl"}

    def test_a_post_that_is_hidden_changes_the_citations_alone(self, scene):
        before = make(scene)
        assert "Ninety days." in everything(before)
        scene.post.state = "hidden"
        factories.commit()
        after = make(scene)
        assert changed(before, after) == {"citations.jsonl"}
        assert "Ninety days." not in everything(after)
        assert "It hurts." not in everything(after)
        assert scene.post.author.display_name not in everything(after)

    def test_names_are_in_order_and_times_and_rights_fixed(self, scene):
        with zipfile.ZipFile(io.BytesIO(make(scene))) as archive:
            *names, manifest = archive.namelist()
            assert names == sorted(names)
            assert manifest == "manifest.json"
            assert {
                (one.date_time, one.create_system, one.external_attr >> 16)
                for one in archive.infolist()
            } == {((1980, 1, 1, 0, 0, 0), 3, 0o644)}


class TestWhatIsInIt:
    def test_the_manifest_tells_size_and_hash_of_every_file(self, scene):
        found = contents(make(scene))
        manifest = json.loads(found.pop("manifest.json"))
        assert manifest["consultation"] == scene.consultation.id
        assert manifest["files"] == [
            {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in found.items()
        ]

    def test_every_file_is_explained(self, scene):
        found = contents(make(scene))
        told = found["README.txt"].decode()
        assert all(name.partition("/")[0] in told for name in found)

    def test_nothing_is_told_that_nobody_may_read(self, scene):
        told = everything(make(scene))
        assert {why for why, words in NOWHERE.items() if words in told} == set()
        assert scene.response.reference not in told

    def test_what_was_removed_or_kept_back_is_told_with_the_reason(self, scene):
        answers = [
            (
                row["decision"],
                row["reason"],
                row["in_confidence"],
                (row["public"] or {}).get("text"),
            )
            for row in lines(make(scene), "answers.jsonl")
            if row["question"] == 2
        ]
        assert answers == [
            (
                "redacted",
                "personal-data",
                None,
                "We are paid late. [removed] It hurts small firms.",
            ),
            ("withheld", "unlawful-or-abusive", None, ""),
            ("undecided", "", None, None),
            ("undecided", "", "commercial", None),
            ("undecided", "", None, None),
        ]

    def test_the_register_names_only_who_wished_it_and_is_published(self, scene):
        rows = lines(make(scene), "register.jsonl")
        assert [(row["name"], row["state"]) for row in rows] == [
            ("Tyne Carers", "submitted"),
            ("", "submitted"),
            ("", "submitted"),
            ("", "submitted"),
            ("", "withdrawn"),
        ]
        scene.response.published_at = None
        factories.commit()
        assert "Tyne Carers" not in everything(make(scene))

    def test_who_read_and_coded_and_what_was_taken_back(self, scene):
        data = make(scene)
        pat = {"id": scene.boss.id, "name": "Pat Manager"}
        (reading,) = lines(data, "readings.jsonl")
        assert (reading["response"], reading["by"]) == (scene.response.id, pat)
        (coding,) = lines(data, "codings.jsonl")
        assert (coding["theme"], coding["by"], coding["removed_by"]) == (scene.theme.id, pat, pat)
        assert coding["removed_at"]

    def test_who_looked_for_themes_also_where_none_was_found(self, scene):
        other = factories.make_account(role="manager", display_name="Ola Manager")
        with clock.at(clock.now() + timedelta(days=1)):
            actions.code_answer(other, scene.response, scene.told, theme_ids=[])
        first, second = lines(make(scene), "coded.jsonl")
        assert [first["by"]["name"], second["by"]["name"]] == ["Pat Manager", "Ola Manager"]
        assert first["response"] == second["response"] == scene.response.id
        assert (first["question"], second["question"]) == (2, 2)
        assert first["at"] < second["at"]

    def test_groups_of_a_campaign_and_what_was_decided_about_them(self, scene):
        before = make(scene)
        group = ResponseGroup(consultation_id=scene.consultation.id)
        db.session.add(group)
        db.session.flush()
        members = [row["id"] for row in lines(before, "register.jsonl")][:2]
        for member in reversed(members):
            db.session.add(ResponseGroupMember(group_id=group.id, response_id=member))
        factories.commit()
        told = {"id": group.id, "responses": members}
        assert lines(make(scene), "groups.jsonl") == [
            told | {"state": "open", "decided_at": None, "decided_by": None}
        ]
        assert changed(before, make(scene)) == {"groups.jsonl"}
        actions.confirm_group(scene.boss, scene.consultation, group)
        (row,) = lines(make(scene), "groups.jsonl")
        assert (row["state"], row["decided_by"]["name"]) == ("taken", "Pat Manager")
        assert row["decided_at"]

    def test_the_trail_tells_what_was_done_and_who_did_it(self, scene):
        rows = lines(make(scene), "audit.jsonl")
        done = [row["what"] for row in rows]
        for what in ("response.submit", "response.review", "theme.add", "citation.add"):
            assert what in done
        (removed,) = (row for row in rows if row["what"] == "theme.remove")
        assert removed["details"]["title"] == "Dropped theme"
        assert removed["by"]["name"] == "Pat Manager"
        assert all(row["by"] is None for row in rows if row["what"] == "response.begin")

    def test_nothing_of_another_consultation_is_told(self, scene):
        other, first, _second = answering.small_consultation(title="Of somebody else")
        response, holder = answering.begin(other)
        answering.answer(holder, response, {first: answering.choose("a")})
        before = make(scene)
        actions.submit_response(
            holder, response, may_publish=True, may_name=True, may_contact=False
        )
        close(other)
        gone = actions.add_theme(scene.boss, other, title="Theirs", description="")
        actions.remove_theme(scene.boss, other, gone)
        assert make(scene) == before

    def test_documents_of_every_edition_are_in_it(self, app):
        boss = making.manager()
        consultation = making.make_complete(author=boss, document=False)
        upload = actions.accept_upload(io.BytesIO(files.pdf()), "Plan.PDF")
        making.make_document(consultation, upload=upload)
        making.announcing.announce(boss, consultation)
        scene = SimpleNamespace(consultation=consultation, boss=boss)
        name = f"files/{upload.sha256}.pdf"
        assert contents(make(scene))[name] == files.pdf()
        db.session.query(Document).filter_by(consultation_id=consultation.id).delete()
        factories.commit()
        assert name in contents(make(scene))
        editions = json.loads(contents(make(scene))["editions.json"])
        assert [(one["number"], one["published_by"]["id"]) for one in editions] == [(1, boss.id)]
        gate = json.loads(contents(make(scene))["gate.json"])
        assert ["Still open", "The size of the lots."] in gate[1]["facts"]

    def test_outcome_promises_and_lateness(self, app):
        consultation, boss = making.make_closed(ago=13 * making.WEEK), making.manager()
        theme = actions.add_theme(boss, consultation, title="Late payment", description="")
        soon = clock.now().date() + timedelta(days=30)
        actions.give_notice(boss, consultation, due_on=soon, reason="Many answers.")
        actions.make_promise(
            boss, consultation, text="Pay sooner", owner="Finance", due_on=soon, theme_id=theme.id
        )
        scene = SimpleNamespace(consultation=consultation, boss=boss)
        assert contents(make(scene))["outcome.json"] == b"null\n"
        texts = dict.fromkeys(("asked", "said", "decided", "signer", "signer_role"), "As it is")
        actions.write_outcome(boss, consultation, version=0, **texts)
        found = {
            name: json.loads(data)
            for name, data in contents(make(scene)).items()
            if name in {"outcome.json", "promises.json", "lateness.json", "themes.json"}
        }
        assert found["outcome.json"]["signer"] == "As it is"
        assert found["lateness.json"][0]["reason"] == "Many answers."
        assert found["promises.json"][0]["history"][0]["due_on"] == soon.isoformat()
        assert found["themes.json"][0]["title"] == "Late payment"

    def test_a_published_file_is_in_it_and_one_that_waits_is_not(self, app):
        consultation, response = analysing.make_closed()
        boss = making.manager()
        scene = SimpleNamespace(consultation=consultation, boss=boss)
        assert not any(name.startswith("files/") for name in contents(make(scene)))
        actions.approve_answers(boss, response)
        assert contents(make(scene))[f"files/{hashlib.sha256(files.pdf()).hexdigest()}.pdf"]


class TestWhoMakesIt:
    def test_a_manager_orders_it_and_the_worker_makes_it(
        self, client, scene, site, monkeypatch, deliver
    ):
        here = f"/consultations/{scene.consultation.id}/manage/"
        client.sign_in(scene.boss)
        order = client.post_form(here, button="Prepare the evidence file").headers["Location"]
        total = len(lines(make(scene), "answers.jsonl") + lines(make(scene), "register.jsonl"))
        assert f"0 of {total} rows are written" in client.get(order).main
        client.get(f"{order}file/", status=404)
        again = client.post_form(here, button="Prepare the evidence file")
        assert again.headers["Location"] == order
        asked, seen = [], []
        monkeypatch.setattr("forum.core.queue.put", asked.append)
        deliver()
        assert asked == ["consultations.export"]
        monkeypatch.setattr(queries, "BATCH", 6)
        note = exporting._note_beside

        def watch(order_id, **values):
            note(order_id, **values)
            seen.append(client.get(order).main)

        monkeypatch.setattr(exporting, "_note_beside", watch)
        jobs.make_response_exports()
        assert f"6 of {total} rows are written" in seen[0]
        assert "It stays here until" in client.get(order).main
        assert "Evidence file" in client.get(f"{here}exports/").links
        answer = client.get(f"{order}file/")
        assert answer.mimetype == "application/zip"
        name = f"consultation-{scene.consultation.id}-evidence.zip"
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.data == make(scene)

    def test_an_ordered_file_is_nobody_elses(self, browser, scene, site):
        with pytest.raises(NotAllowed):
            actions.order_evidence(making.manager("london"), scene.consultation)
        order = actions.order_evidence(scene.boss, scene.consultation)
        jobs.make_response_exports()
        address = f"/consultations/{scene.consultation.id}/manage/exports/{order.id}/file/"
        browser(scene.boss).get(address)
        browser(making.manager()).get(address, status=404)

    def test_that_it_was_ordered_is_recorded_once(self, scene, site):
        actions.order_evidence(scene.boss, scene.consultation)
        jobs.make_response_exports()
        (record,) = db.session.scalars(
            select(AuditRecord).where(AuditRecord.tag == "consultation.evidence")
        )
        assert (record.actor_id, record.target_id) == (scene.boss.id, scene.consultation.id)

    def test_that_it_was_made_is_recorded_elsewhere(self, scene):
        make(scene)
        (record,) = db.session.scalars(
            select(AuditRecord).where(AuditRecord.tag == "consultation.evidence")
        )
        assert (record.actor_id, record.target_id) == (scene.boss.id, scene.consultation.id)
        assert "consultation.evidence" not in everything(make(scene))

    def test_others_are_refused(self, scene):
        for other in (making.manager("london"), factories.make_account(role="moderator")):
            with pytest.raises(NotAllowed):
                make(scene, other)


class TestCommands:
    def run(self, app, *arguments, code=0):
        result = app.test_cli_runner().invoke(args=["consultations", *map(str, arguments)])
        assert result.exit_code == code, result.output
        return result.output

    def test_it_is_written_and_found_whole(self, app, scene, tmp_path):
        path, key = tmp_path / "evidence.zip", scene.consultation.id
        output = self.run(app, "evidence", key, "--output", path)
        assert f"is in {path}" in output
        assert path.read_bytes() == make(scene)
        assert "every file is as its manifest says" in self.run(app, "verify-evidence", path)
        assert [one.name for one in tmp_path.iterdir()] == ["evidence.zip"]

    def test_what_cannot_be_done_is_told_and_leaves_nothing(self, app, scene, tmp_path):
        key = scene.consultation.id
        taken = tmp_path / "taken.zip"
        taken.write_text("mine")
        for number, path, words in (
            (key + 999, tmp_path / "a.zip", "There is no such consultation."),
            (key, tmp_path / "none" / "a.zip", "cannot be written: No such file or directory."),
            (key, taken, "exists already"),
        ):
            assert words in self.run(app, "evidence", number, "--output", path, code=1)
        assert [one.name for one in tmp_path.iterdir()] == ["taken.zip"]
        assert taken.read_text() == "mine"

    def test_what_was_tampered_with_is_told(self, app, scene, tmp_path):
        path, data = tmp_path / "evidence.zip", contents(make(scene))
        for name, words in (
            ("changed", "themes.json was changed."),
            ("larger", "themes.json was changed."),
            ("missing", "themes.json is missing."),
            ("more", "more.txt is not in the manifest."),
        ):
            other = dict(data)
            if name == "changed":
                other["themes.json"] = data["themes.json"].replace(b"Late", b"Lite")
            elif name == "larger":
                other["themes.json"] += b" "
            elif name == "missing":
                del other["themes.json"]
            else:
                other["more.txt"] = b"more"
            path.write_bytes(files.archive(*other.items()))
            assert words in self.run(app, "verify-evidence", path, code=1)

    @pytest.mark.parametrize(
        "data",
        [
            b"no archive",
            files.archive(("other.txt", b"")),
            files.archive(("manifest.json", b"{")),
            files.archive(("manifest.json", b"[]")),
            files.archive(("manifest.json", b'{"format": "other"}')),
            files.archive(("manifest.json", b'{"format": "roundtable-evidence", "files": [1]}')),
        ],
    )
    def test_what_is_no_evidence_file_is_refused(self, tmp_path, data):
        path = tmp_path / "other.zip"
        path.write_bytes(data)
        with pytest.raises(Invalid, match="is not an evidence file"):
            exports.find_faults(path)


class TestWhatItCosts:
    def fill(self, responses):
        consultation = making.make_open(questions=[{}, {}])
        actions.fill_consultation(consultation, responses=responses, seed=1)
        return SimpleNamespace(consultation=consultation, boss=making.manager())

    def test_statements_do_not_grow_within_a_batch(self, app):
        counts = []
        for responses in (5, 50):
            scene = self.fill(responses)
            with count_statements() as statements:
                make(scene)
            counts.append(len(statements))
        assert counts[0] == counts[1], statements

    def test_rows_in_memory_do_not_grow_with_responses(self, app, monkeypatch):
        monkeypatch.setattr(rows, "BATCH", 10)
        peaks = []
        for responses in (40, 160):
            scene = self.fill(responses)
            db.session.expunge_all()
            held = []
            scene.consultation = db.session.get_one(type(scene.consultation), scene.consultation.id)
            actions.write_evidence(
                OPERATOR,
                scene.consultation,
                io.BytesIO(),
                lambda _name, held=held: held.append(len(db.session.identity_map)),
            )
            peaks.append(max(held))
        assert peaks[1] <= peaks[0] + 2, peaks


def test_what_is_written_meanwhile_is_not_in_it(live_app):
    """On both databases: one state, and nobody waits for the file to be finished."""
    with live_app.app_context():
        consultation = making.make_closed()
        theme = actions.add_theme(making.manager(), consultation, title="Before", description="")
        table = Theme.__table__

        def write(name):
            if name == "README.txt":
                with db.engine.connect() as other:
                    other.execute(update(table).values(title="Meanwhile"))
                    other.commit()

        file = io.BytesIO()
        actions.write_evidence(OPERATOR, consultation, file, write)
        assert [one["title"] for one in json.loads(contents(file.getvalue())["themes.json"])] == [
            "Before"
        ]
        db.session.expire_all()
        assert db.session.get_one(Theme, theme.id).title == "Meanwhile"


def test_others_see_how_far_it_is_while_it_is_read_from_one_state(live_app, monkeypatch):
    """On both databases: noting the progress neither waits for the reading nor ends it."""
    monkeypatch.setattr(queries, "BATCH", 2)
    settings, note, seen = live_app.config["SETTINGS"], exporting._note_beside, []

    def watch(order_id, **values):
        note(order_id, **values)
        with db.engine.connect() as other:
            seen.append(other.scalar(select(ResponseExport.done)))

    monkeypatch.setattr(exporting, "_note_beside", watch)
    with live_app.app_context():
        consultation = making.make_open(questions=[{}])
        actions.fill_consultation(consultation, responses=5, seed=1)
        order = actions.order_evidence(making.manager(), consultation)
        actions.make_waiting_exports(settings)
        assert seen == list(range(2, order.total + 1, 2))
        db.session.refresh(order)
        assert order.finished_at
        assert order.size == exporting.path_of(order, settings).stat().st_size
