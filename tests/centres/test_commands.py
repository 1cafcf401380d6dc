"""The import of councils."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from forum.centres import actions, queries
from forum.centres.models import Council
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid
from tests import factories as make

HEAD = "gss_code,name,short_name,type,region_code,region_name"
DURHAM = "E06000047,Durham County Council,County Durham,Unitary authority,E12000001,North East"
LEEDS = "E08000035,Leeds City Council,Leeds,Metropolitan district,E12000003,Yorkshire"
CAMDEN = "E09000007,Camden Borough Council,Camden,London borough,E12000007,London"
REAL_FILE = Path(__file__).parents[3] / "shared/data/geography/english_councils_by_region.csv"


@pytest.fixture
def run(app, tmp_path):
    def invoke(*lines, data=None, file=None):
        path = file or tmp_path / "councils.csv"
        if file is None:
            path.write_bytes(data if data is not None else "\n".join(lines).encode())
        make.commit()
        result = app.test_cli_runner().invoke(args=["centres", "import-councils", str(path)])
        db.session.expire_all()
        return result

    return invoke


def names(slug):
    return list(queries.councils_of(make.get_centre(slug).id))


def test_councils_come_to_their_centres(run):
    result = run(HEAD, DURHAM, LEEDS, CAMDEN)
    assert (result.exit_code, result.output) == (
        0,
        "Councils: 3 added, 0 changed, 0 removed, 0 unchanged.\n",
    )
    assert names("north-east") == ["Durham County Council"]
    assert names("yorkshire-and-the-humber") == ["Leeds City Council"]
    assert names("london") == ["Camden Borough Council"]


def test_second_import_adds_changes_removes(run):
    run(HEAD, DURHAM, LEEDS)
    moved = DURHAM.replace("E12000001,North East", "E12000002,North West")
    result = run(HEAD, moved, CAMDEN)
    assert result.output == "Councils: 1 added, 1 changed, 1 removed, 0 unchanged.\n"
    assert names("north-east") == []
    assert names("north-west") == ["Durham County Council"]
    assert names("yorkshire-and-the-humber") == []
    assert run(HEAD, moved, CAMDEN).output.endswith("2 unchanged.\n")


def test_order_of_columns_and_byte_order_mark_do_not_matter(run):
    text = "\ufeffregion_code,type,name,short_name,gss_code\r\n"
    text += 'E12000003,City,"Leeds, City of",Leeds,E08000035\r\n\r\n'
    assert run(data=text.encode()).exit_code == 0
    assert names("yorkshire-and-the-humber") == ["Leeds, City of"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["name,type", "Leeds,City"], "Line 1: there is no column called gss_code or short_name"),
        ([""], "Line 1: there is no column called"),
        ([HEAD], "has no rows"),
        ([HEAD, LEEDS, DURHAM.replace("E06", "W06")], "Line 3: 'W06000047' is not a GSS code"),
        ([HEAD, LEEDS.replace("E08000035", "E0800003５")], "Line 2: 'E0800003５' is not a GSS"),
        ([HEAD, LEEDS, CAMDEN, LEEDS], "Line 4: E08000035 stands in the file twice"),
        ([HEAD, LEEDS.replace("E12000003", "E12000010")], "Line 2: 'E12000010' is not a region"),
        ([HEAD, LEEDS.replace("Leeds City Council", "")], "Line 2: the name is missing"),
        ([HEAD, LEEDS.replace("Leeds City", "x" * 120)], "Line 2: the name has more than 120"),
        ([HEAD, LEEDS.replace(",Leeds,", ",,")], "Line 2: the short_name is missing"),
        ([HEAD, LEEDS.replace("Metropolitan", "x" * 60)], "Line 2: the type has more than 60"),
        ([HEAD, LEEDS + ",more"], "Line 2: 7 values, but the head has 6"),
        ([HEAD, "E08000035"], "Line 2: 1 values, but the head has 6"),
        ([HEAD, LEEDS.replace("Leeds City", "Leeds\x00City")], "Line 2: there is a character"),
        ([HEAD, LEEDS.replace("Leeds City", '"Leeds" City')], "is not a CSV file"),
    ],
)
def test_broken_file_changes_nothing(run, lines, message):
    run(HEAD, DURHAM)
    result = run(*lines)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
    assert names("north-east") == ["Durham County Council"]
    assert db.session.scalar(select(func.count()).select_from(Council)) == 1


def test_file_must_be_utf_8(run):
    result = run(data=b"\xff\xfe\x00")
    assert (result.exit_code, result.output) == (
        1,
        "Error: councils.csv is not a text file in UTF-8.\n",
    )


def test_file_must_be_there(run, tmp_path):
    result = run(file=tmp_path / "nothing.csv")
    assert result.exit_code == 2
    assert "does not exist" in result.output


def test_file_that_vanishes(app, monkeypatch, run, tmp_path):
    def gone(*_args, **_kwargs):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("forum.centres.commands.read_table", gone)
    result = run(HEAD, DURHAM)
    assert result.exit_code == 1
    assert "cannot be read: No such file or directory." in result.output


def test_database_without_tables_is_told(app, run):
    db.session.execute(Council.__table__.delete())
    db.session.connection().exec_driver_sql("ALTER TABLE council RENAME TO council_elsewhere")
    result = run(HEAD, DURHAM)
    assert result.exit_code == 1
    assert "flask --app wsgi db upgrade" in result.output


def test_import_is_recorded_for_each_centre(run):
    run(HEAD, DURHAM)
    records = db.session.scalars(
        select(AuditRecord).where(AuditRecord.tag == "councils.import")
    ).all()
    assert len(records) == 9
    assert records[0].actor_id is None
    assert records[0].details["counts"]["added"] == 1


def test_region_without_a_centre_is_refused(app):
    fact = actions.CouncilFacts("E06000001", "Name", "Short", "Type", "E12000099")
    with pytest.raises(Invalid, match="E12000099"):
        actions.import_councils([fact])


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the open data is not beside the project")
def test_real_file(run):
    result = run(file=REAL_FILE)
    assert result.output == "Councils: 332 added, 0 changed, 0 removed, 0 unchanged.\n"
    assert "Gateshead Metropolitan Borough Council" in names("north-east")
    assert len(names("south-east")) == 70


def test_group_explains_itself(app):
    result = app.test_cli_runner().invoke(args=["centres", "--help"])
    assert "import-councils" in result.output
