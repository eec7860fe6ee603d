"""A campaign to the public set of leads, each with a made-up address: “Do Not Email” holds."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from salesman_mailing.campaigns import service as campaigns
from salesman_mailing.groups import service as groups

from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.application import UPGRADED, running
from salesman_core.testing.databases import Databases, Kind
from salesman_core.testing.mail import MailSink

from .test_leads import FILE, MAPPING

Command = Callable[..., list[str]]


def with_addresses(folder: Path) -> tuple[Path, set[str], set[str]]:
    """Give the file with an address in each row, those that want letters, and those that do not."""
    wanted: set[str] = set()
    unwanted: set[str] = set()
    path = folder / "leads.csv"
    with FILE.open(newline="") as given, path.open("w", newline="") as made:
        rows = csv.DictReader(given)
        out = csv.DictWriter(made, [*(rows.fieldnames or []), "Email"])
        out.writeheader()
        for number, row in enumerate(rows):
            address = f"lead{number}@host{number % 50}.example"
            (unwanted if row["Do Not Email"] == "Yes" else wanted).add(address)
            out.writerow({**row, "Email": address})
    return path, wanted, unwanted


@pytest.mark.soak
@pytest.mark.plugins
@pytest.mark.timeout(1800)
def test_whoever_wants_no_letters_gets_none_and_all_others_do(
    real_files: None,
    module_database_kind: Kind,
    databases: Databases,
    command_on: Callable[[str, Path], Command],
    tmp_path: Path,
    mail_sink: MailSink,
) -> None:
    del real_files
    path, wanted, unwanted = with_addresses(tmp_path)
    assert (len(wanted), len(unwanted)) == (8506, 734)
    mapping = tmp_path / "leads.toml"
    columns = MAPPING.read_text().replace("[columns]", '[columns]\nEmail = "emails"')
    mapping.write_text(columns)
    with databases.lent(module_database_kind, UPGRADED) as url:
        command = command_on(url, tmp_path / "data")
        lines = command("import", "leads", str(path), "--mapping", str(mapping))
        assert lines[-1] == "created 9240, updated 0, unchanged 0, refused 0"
        with running(url, tmp_path / "data") as app:
            change_mail(MailServer.at(mail_sink.url), "news@firm.example")
            group_id = groups.create_group({"name": "All leads", "purpose_id": 2})
            groups.follow(group_id, "leads.lead", "")
            letter = {"subject": "News", "text": "News.\n\n[Leave]({{ unsubscribe }})"}
            one = campaigns.create_campaign({"name": "News", "group_id": group_id, **letter})
            assert campaigns.start_campaign(one) == len(wanted)
            app.extensions["salesman_jobs"].drain()
    got = [address for one in mail_sink.deliveries for address in one.recipients]
    assert len(got) == len(set(got))
    assert set(got) == wanted
