"""The migrations create the same tables as the code, on every database."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, inspect, select

from chatrooms.clock import later
from chatrooms.features import FEATURES
from chatrooms.features.bookmarks import FORGET
from chatrooms.features.inbox import items
from chatrooms.features.pins import pins
from chatrooms.features.reactions.stored import reactions
from chatrooms.features.search import index
from chatrooms.features.search.index import TABLE
from chatrooms.features.search.words import Needle
from chatrooms.identity import applicants, links
from chatrooms.identity.beginnings import Beginning
from chatrooms.identity.digests import digest
from chatrooms.identity.oidc import begun
from chatrooms.identity.oidc.linked import Identity
from chatrooms.identity.oidc.logout_tokens import SignedOut
from chatrooms.storage import facts, migrations
from chatrooms.storage.factors import factors, prepared
from chatrooms.storage.fitness import Unfit
from chatrooms.storage.own_tables import bookmarks, inbox
from chatrooms.storage.tables import jobs, members, messages, metadata, reads, rooms, sessions, users
from tests.storage.test_writer import ROOM

AT = "2026-01-01T00:00:00.000Z"
FIRST_VERSION = (
    *(
        f"INSERT INTO rooms (name, title, topic, access, created_by, created_at, archived, rev, counter, posted) "
        f"VALUES ('{name}', '', '', '{access}', 'alice', '{AT}', '0', 1, 9, 1)"
        for name, access in (("alice", "personal"), ("alice+bob", "conversation"))
    ),
    f"INSERT INTO users VALUES ('alice', 'alice', '', '', '{AT}', 1)",
    f"INSERT INTO members VALUES ('alice+bob', 'alice', 'member', '{AT}', '0', 1, 2)",
    "INSERT INTO reads VALUES ('alice', 'alice+bob', 7, 1, 3)",
)
"""Rows of version 0001."""
INDEX = {
    "sqlite": f"SELECT replace(sql, 'IF NOT EXISTS ', '') FROM sqlite_master WHERE name LIKE '{TABLE}%' ORDER BY name",
    "postgresql": f"SELECT indexdef FROM pg_indexes WHERE tablename = '{TABLE}' ORDER BY indexname",
}
"""How the index of words was made."""


@pytest.fixture
def engine(tmp_path, either_database):
    engine = create_engine(either_database or f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield engine
    engine.dispose()


def context(connection):
    """Compare without the indexes of other databases, because Alembic ignores ``ddl_if``, and without that of words."""

    def is_meant(thing, name, kind, *_):
        if TABLE in (name or ""):
            return False
        only = thing._ddl_if if kind == "index" else None
        return only is None or only.dialect == connection.dialect.name

    return MigrationContext.configure(connection, opts={"include_object": is_meant})


@pytest.mark.parametrize("made", [migrations.migrate, migrations.upgrade])
def test_migrations_and_a_first_start_create_the_tables_of_the_code(engine, made):
    made(engine)
    with engine.connect() as connection:
        assert compare_metadata(context(connection), metadata) == []


def test_migrations_create_the_index_of_words_as_a_first_start_does(tmp_path, either_database):
    made = []
    for number, make in enumerate((migrations.migrate, migrations.upgrade)):
        engine = create_engine(either_database or f"sqlite:///{tmp_path / str(number)}")
        make(engine)
        with engine.begin() as connection:
            made.append(connection.exec_driver_sql(INDEX[connection.dialect.name]).all())
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("DROP SCHEMA public CASCADE")
                connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()
    assert made[0] == made[1] and made[0]


def test_an_index_whose_words_were_folded_otherwise_is_empty_and_filled_again(engine):
    migrations.upgrade(engine, "0090")
    with engine.begin() as connection:
        connection.execute(insert(rooms).values([{"name": name, **ROOM} for name in ("alice", "#a")]))
        person = {"username": "alice", "skeleton": "alice", "name": "", "about": "", "created_at": AT, "rev": 1}
        connection.execute(insert(users).values(person))
        for key in (1, 2):
            said = {"id": str(key), "room": "#a", "seq": key, "rev": key, "author": "alice", "at": AT}
            connection.execute(insert(messages).values(key=key, deleted=False, **said))
        index.put_all(connection, [(2, ["łodz"]), (1, ["łodz"])])
        index.set_limits(connection, 1, 3)
        later = {"key": "", "data": None, "due_at": "2099-01-01T00:00:00.000Z", "attempts": 0}
        connection.execute(insert(jobs).values(kind="search.keep", **later))
    migrations.migrate(engine)
    with engine.begin() as connection:
        assert index.limits(connection) == (3, 3, 3)
        assert connection.scalar(select(jobs.c.due_at)) < AT, "it is filled at once"
        assert not connection.scalar(sa.text(f"SELECT count(*) FROM {TABLE}"))
        index.put_all(connection, [(2, ["lodz"])])
        assert [key for key, _ in index.find(connection, [[Needle(("lodz",), prefix=False)]], 0, 9, 9)] == [2]


def test_a_migration_creates_the_tables_of_each_feature(engine):
    migrations.upgrade(engine)
    owned = [table for feature in FEATURES for table in feature.tables]
    assert owned
    with engine.connect() as connection:
        assert all(inspect(connection).has_table(table.name) for table in owned)


def test_the_expected_tables_are_those_that_the_migrations_leave(engine):
    migrations.upgrade(engine)
    made = {name for name in inspect(engine).get_table_names() if TABLE not in name}
    assert migrations.expected() == made - {"alembic_version"}


def test_a_database_is_not_created_before_the_features_declare_their_tables(tmp_path):
    """Its revision would be the newest, so that no migration would ever create what is missing."""
    file = tmp_path / "early.sqlite3"
    create = f"""
from sqlalchemy import create_engine
from chatrooms.storage.migrations import Undeclared, migrate
try:
    migrate(create_engine("sqlite:///{file}"))
except Undeclared as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", create], capture_output=True, text=True, check=True).stdout
    assert "import `chatrooms.app`" in said and "'pins'" in said
    engine = create_engine(f"sqlite:///{file}")
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_first_start_is_at_the_newest_migration(engine):
    migrations.migrate(engine)
    migrations.upgrade(engine)
    assert inspect(engine).has_table("messages")


def test_migrating_twice_changes_nothing_and_keeps_the_data(engine):
    migrations.migrate(engine)
    with engine.begin() as connection:
        connection.execute(insert(rooms).values(name="#a", **ROOM))
    migrations.migrate(engine)
    with engine.connect() as connection:
        assert connection.scalars(select(rooms.c.name)).all() == ["#a"]


def test_a_database_of_the_first_version_keeps_its_data(engine):
    migrations.upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in FIRST_VERSION:
            connection.exec_driver_sql(statement)
    migrations.migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(context(connection), metadata) == []
        rows = connection.execute(select(members.c.room, members.c.username, members.c.rev, members.c.closed)).all()
        assert rows == [("alice+bob", "alice", 1, False)]
        assert connection.scalars(select(reads.c.seq).where(reads.c.room == "alice+bob")).all() == [7]


def test_a_link_from_before_its_maker_was_stored_still_works(engine):
    migrations.upgrade(engine, "0046")
    code = "c" * links.CODE_LENGTH
    with engine.begin() as connection:
        connection.execute(insert(rooms).values(name="alice", **ROOM))
        person = {"username": "alice", "skeleton": "alice", "name": "", "about": "", "created_at": AT, "rev": 1}
        connection.execute(insert(users).values(person))
        old = links.links.insert().values(username="alice", code_hash=digest(code), expires_at=later(links.GOOD_FOR))
        connection.execute(old)
    migrations.migrate(engine)
    with engine.connect() as connection:
        assert connection.scalars(select(links.links.c.made_by)).all() == [None]
        assert links.of(connection, code) == ("alice", Beginning("device"))


def test_messages_with_a_key_keep_their_ids_when_these_get_a_secret_of_their_own(engine):
    migrations.upgrade(engine, "0071")
    with engine.begin() as connection:
        old = {"id": 1, "instance": "a1b2c3d4", "epoch": "first", "ran_at": AT, "secret": "known"}
        connection.execute(facts.facts.insert().values(old))
    migrations.migrate(engine)
    with engine.begin() as connection:
        facts.renew(connection)
        renewed = facts.find(connection)
    assert renewed.id_secret == "known"
    assert renewed.secret != "known" and renewed.epoch != "first" and len(renewed.secret) == 64


def test_deleted_messages_lose_their_pins_and_a_job_removes_their_bookmarks(engine):
    migrations.upgrade(engine, "0072")
    with engine.begin() as connection:
        connection.execute(insert(rooms).values([{"name": name, **ROOM} for name in ("alice", "#a")]))
        person = {"username": "alice", "skeleton": "alice", "name": "", "about": "", "created_at": AT, "rev": 1}
        connection.execute(insert(users).values(person))
        for seq, deleted in enumerate((True, False)):
            said = {"id": str(seq), "room": "#a", "seq": seq, "rev": 9, "author": "alice", "at": AT, "deleted": deleted}
            connection.execute(insert(messages).values(said))
            connection.execute(insert(pins).values(message=str(seq), room="#a", by="alice", at=AT))
            mark = {
                "username": "alice",
                "message": str(seq),
                "room": "#a",
                "seq": seq,
                "at": AT,
                "gone": False,
                "rev": 1,
            }
            connection.execute(insert(bookmarks).values(mark))
    migrations.migrate(engine)
    with engine.connect() as connection:
        assert connection.scalars(select(pins.c.message)).all() == ["1"]
        assert connection.execute(select(jobs.c.kind, jobs.c.key, jobs.c.data)).all() == [(FORGET.name, "0", None)]


def test_sessions_of_the_provider_and_people_who_wait_are_known_as_before(engine):
    migrations.upgrade(engine, "0073")
    issuer, sid = "https://login.example", "laptop"
    mark = begun.mark(issuer, sid)
    ids = {"provider": f"{mark[:8]}-{mark[8:12]}-8aaa-baaa-aaaaaaaaaaaa", "other": str(uuid4())}
    waiting = {"provider": Identity(issuer, "1001", "carol@example"), "directory": Identity("ldap", "dave", "dave")}
    before = sa.MetaData()
    before.reflect(engine)
    with engine.begin() as connection:
        connection.execute(insert(rooms).values(name="alice", **ROOM))
        person = {"username": "alice", "skeleton": "alice", "name": "", "about": "", "created_at": AT, "rev": 1}
        connection.execute(insert(users).values(person))
        account = {"issuer": issuer, "subject": "1", "username": "alice", "label": "alice", "created_at": AT}
        connection.execute(before.tables["oidc_accounts"].insert().values(**account))
        for name, id in ids.items():
            begun_before = {"id": id, "username": "alice", "agent": name, "created_at": AT, "seen_at": AT}
            connection.execute(before.tables["sessions"].insert().values(**begun_before, token_hash=name))
        for name, identity in waiting.items():
            about = {"id": name, "username": name, "skeleton": name, "token_hash": name, "about": "", "agent": ""}
            connection.execute(before.tables["applicants"].insert().values(**about, network="", at=AT))
            asked = {"ticket_hash": name, "bound_to": "", "token_hash": name, "expires_at": later(links.GOOD_FOR)}
            connection.execute(before.tables["oidc_newcomers"].insert().values(**identity._asdict(), **asked))
    migrations.migrate(engine)
    with engine.begin() as connection:
        found = connection.execute(select(sessions.c.agent, sessions.c.began, sessions.c.issuer)).all()
        assert sorted(found) == [("other", None, None), ("provider", "provider", issuer)]
        assert applicants.waits_by_provider(connection, waiting["provider"])
        assert applicants.find(connection, "provider")["label"] == "carol@example"
        assert applicants.waits_by_directory(connection, "directory")
        act = SimpleNamespace(db=connection, ended=[])
        begun.end(act, SignedOut(issuer, "", sid, "1"))
        assert act.ended == [ids["provider"]]


def test_tokens_of_people_who_were_suspended_sign_in_no_one_and_are_forgotten(engine):
    migrations.upgrade(engine, "0074")
    with engine.begin() as connection:
        connection.execute(insert(rooms).values(name="alice", **ROOM))
        person = {"username": "alice", "skeleton": "alice", "name": "", "about": "", "created_at": AT, "rev": 1}
        connection.execute(insert(users).values(person))
        for token_hash in (digest("a"), "suspended " + digest("b")[:-10]):
            row = {"id": str(uuid4()), "token_hash": token_hash, "username": "alice", "agent": ""}
            connection.execute(insert(sessions).values(**row, created_at=AT, seen_at=AT))
    migrations.migrate(engine)
    with engine.connect() as connection:
        assert connection.scalars(select(sessions.c.token_hash)).all() == [digest("a")]


def test_items_keep_the_ids_that_clients_know_and_each_person_counts_on_alone(engine):
    migrations.upgrade(engine, "0075")
    before = sa.MetaData()
    before.reflect(engine, only=["inbox"])
    held = [("alice", 1, True), ("bob", 2, False), ("alice", 5, False)]
    with engine.begin() as connection:
        for name in ("alice", "bob", "carol"):
            connection.execute(insert(rooms).values(name=name, **ROOM))
            person = {"username": name, "skeleton": name, "name": "", "about": "", "created_at": AT, "rev": 7}
            connection.execute(insert(users).values(person))
        about = {"kind": "invitation", "room": "carol", "message": None, "seq": None, "by": "carol", "at": AT}
        for name, id, read in held:
            row = {"username": name, "id": id, **about, "read": read, "gone": False, "born": id, "rev": id}
            connection.execute(before.tables["inbox"].insert().values(row))
    migrations.migrate(engine)
    with engine.begin() as connection:
        act = SimpleNamespace(db=connection, changes=SimpleNamespace(rev=lambda _: 9))
        for name in ("alice", "bob", "carol", "carol"):
            items.add(act, name, about)
        versions = connection.scalars(select(users.c.version)).all()
        found = connection.execute(select(inbox.c.username, inbox.c.id, inbox.c.read, inbox.c.born)).all()
    assert versions == [7, 7, 7], "clients keep the newest profile that they know"
    kept = [(name, id, read, id) for name, id, read in held]
    new = [("alice", 6), ("bob", 3), ("carol", 1), ("carol", 2)]
    assert sorted(found) == sorted([*kept, *((*which, False, 9) for which in new)])


def test_items_about_reactions_know_who_reacted_and_others_nothing(engine):
    migrations.upgrade(engine, "0081")
    before = sa.MetaData()
    before.reflect(engine, only=["inbox"])
    with engine.begin() as connection:
        for name in ("alice", "bob"):
            connection.execute(insert(rooms).values(name=name, **ROOM))
            person = {"username": name, "skeleton": name, "name": "", "about": "", "created_at": AT, "rev": 7}
            connection.execute(insert(users).values(person))
        said = {"id": "said", "room": "alice", "seq": 1, "rev": 1, "author": "alice", "at": AT, "deleted": False}
        connection.execute(insert(messages).values(said))
        for emoji in "ab":
            connection.execute(insert(reactions).values(message="said", emoji=emoji, username="bob"))
        about = {"username": "alice", "room": "alice", "by": "alice", "at": AT, "read": False, "gone": False}
        for id, kind, count, message in ((1, "reaction", 2, "said"), (2, "invitation", None, None)):
            row = {**about, "id": id, "kind": kind, "reactions": count, "message": message, "born": id, "rev": id}
            connection.execute(before.tables["inbox"].insert().values(row))
    migrations.migrate(engine)
    with engine.connect() as connection:
        found = connection.execute(select(inbox.c.reactors, inbox.c.reacted_by).order_by(inbox.c.id)).all()
    assert found == [(2, "bob bob"), (None, None)]


def test_sessions_know_whether_a_second_factor_was_shown(engine):
    migrations.upgrade(engine, "0075")
    before = sa.MetaData()
    before.reflect(engine, only=("rooms", "sessions", "second_factors"))
    began = {"passkey": "passkey", "code": "password", "early": "password", "link": "device", "join": None}
    with engine.begin() as connection:
        connection.execute(insert(rooms).values(name="alice", **ROOM))
        person = {"username": "alice", "skeleton": "alice", "name": "", "about": "", "created_at": AT, "rev": 1}
        connection.execute(insert(users).values(person))
        factor = {"username": "alice", "secret": "s", "enabled_at": AT, "step": 1}
        connection.execute(before.tables["second_factors"].insert().values(factor))
        for name, how in began.items():
            row = {"id": str(uuid4()), "token_hash": name, "username": "alice", "agent": name, "seen_at": AT}
            at = AT.replace("2026", "2025") if name == "early" else AT
            connection.execute(before.tables["sessions"].insert().values(**row, created_at=at, began=how))
    migrations.migrate(engine)
    with engine.connect() as connection:
        shown = connection.scalars(select(sessions.c.agent).where(sessions.c.second_factor)).all()
        assert sorted(shown) == ["code", "passkey"]


def test_second_factors_that_are_on_stay_and_those_that_were_prepared_are_forgotten(engine):
    migrations.upgrade(engine, "0089")
    with engine.begin() as connection:
        for name, at in (("alice", AT), ("bob", None)):
            connection.execute(insert(rooms).values(name=name, **ROOM))
            person = {"username": name, "skeleton": name, "name": "", "about": "", "created_at": AT, "rev": 1}
            connection.execute(insert(users).values(person))
            connection.execute(insert(factors).values(username=name, secret="s", enabled_at=at, step=1))
    migrations.migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(select(factors)).all() == [("alice", "s", AT, 1)]
        assert not connection.execute(select(prepared)).all()


def test_head_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]


def test_a_database_of_a_newer_version_is_left_alone(engine):
    migrations.migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrations.Newer, match="newer"):
        migrations.migrate(engine)
    assert inspect(engine).has_table("messages")


@pytest.mark.parametrize("there", ["users", "orders", "alembic_version"])
def test_a_database_of_another_program_stays_as_it_is(engine, there):
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE {there} (version_num VARCHAR(32))"))
        connection.execute(sa.text(f"INSERT INTO {there} VALUES ('ae1027a6acf')"))
    if there == "orders" and engine.dialect.name == "postgresql":  # several programs may share one of those
        migrations.migrate(engine)
        assert {"orders", "rooms"} <= set(inspect(engine).get_table_names())
        return
    with pytest.raises(Unfit, match=r"another program's .*(users|orders|ae1027a6acf).*a database of its own"):
        migrations.migrate(engine)
    assert inspect(engine).get_table_names() == [there]
