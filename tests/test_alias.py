"""Every way to import ``binance`` gives the one module object of this package."""

import pytest

from .interpreters import environment, python, run


def test_every_form_of_import_gives_the_same_objects():
    python("""
        import binance_legacy.alias.auto
        from binance.exceptions import BinanceAPIException as from_form
        import binance.exceptions as as_form
        import binance
        from binance import exceptions as member_form
        import importlib
        import binance_legacy.exceptions as ours
        star = {}
        exec("from binance.exceptions import *", star)
        assert as_form is member_form is ours is binance.exceptions
        assert importlib.import_module("binance.exceptions") is ours
        assert from_form is ours.BinanceAPIException is star["BinanceAPIException"]
        import binance_legacy
        assert binance is binance_legacy
    """)


@pytest.mark.parametrize("name", ["client", "websockets", "enums", "exceptions", "helpers"])
def test_each_module_of_0_7_answers_under_its_old_name(name):
    python(f"""
        import sys
        import binance_legacy.alias.auto
        import binance.{name}
        assert binance.{name} is sys.modules["binance.{name}"] is sys.modules["binance_legacy.{name}"]
    """)


def test_an_exception_raised_under_one_name_is_caught_under_the_other():
    python("""
        import binance_legacy.alias.auto
        from binance_legacy.exceptions import BinanceRequestException as raised
        from binance.exceptions import BinanceRequestException as caught
        try:
            raise raised("no")
        except caught:
            pass
    """)


def test_a_module_imported_under_our_name_first_is_not_loaded_again():
    python("""
        import binance_legacy.exceptions as before
        import binance_legacy.alias.auto
        import binance.exceptions
        assert binance.exceptions is before
    """)


def test_nothing_is_imported_before_it_is_asked_for():
    python("""
        import sys
        import binance_legacy.alias.auto
        import binance
        assert not {"binance_legacy.client", "binance_legacy.exceptions", "requests"} & set(sys.modules)
    """)


def test_what_a_bot_imports_first_leaves_the_choice_of_reactor_open():
    python("""
        import sys
        import binance_legacy.alias.auto
        import binance.client, binance.enums, binance.helpers, binance.exceptions
        assert "twisted.internet.reactor" not in sys.modules
        assert not [name for name in sys.modules if name.startswith(("twisted", "autobahn"))]
    """)


def test_the_reader_of_dates_is_imported_when_a_date_is_read():
    python("""
        import sys
        import binance_legacy.alias.auto
        import binance.client, binance.helpers
        assert "dateparser" not in sys.modules
        assert binance.helpers.date_to_milliseconds("1970-01-01 00:00:01") == 1000
        assert "dateparser" in sys.modules
    """)


def test_the_reader_of_dates_can_be_had_from_the_helpers_as_in_0_7():
    python("""
        import binance_legacy.alias.auto
        from binance.helpers import *
        from binance import helpers
        import sys
        assert helpers.dateparser is dateparser is sys.modules["dateparser"]
        try:
            helpers.no_such_name
        except AttributeError as error:
            assert "no_such_name" in str(error)
        else:
            raise AssertionError
    """)


def test_a_module_keeps_its_own_name_and_spec():
    python("""
        import binance_legacy.alias.auto
        import binance.wire.venues
        for module in (binance, binance.wire, binance.wire.venues):
            assert module.__spec__.name == module.__name__
            assert module.__name__.startswith("binance_legacy")
            assert not module.__spec__._initializing
            assert module.__spec__.loader is module.__loader__
    """)


def test_reload_renews_the_one_module_in_place():
    python("""
        import importlib
        import binance_legacy.alias.auto
        import binance.exceptions
        import binance_legacy.exceptions as ours
        assert importlib.reload(binance.exceptions) is ours is binance.exceptions
        from binance.exceptions import BinanceAPIException
        assert BinanceAPIException is ours.BinanceAPIException
    """)


def test_find_spec_sees_what_exists_and_nothing_else():
    python("""
        import sys
        from importlib.util import find_spec
        import binance_legacy.alias.auto
        assert find_spec("binance").submodule_search_locations
        assert find_spec("binance.exceptions").origin.endswith("exceptions.py")
        assert "binance_legacy.exceptions" not in sys.modules
        assert find_spec("binance.no_such_module") is None
    """)


def test_a_name_that_never_was_fails_as_python_says_it():
    assert "No module named 'binance.no_such_module'" in python("""
        import binance_legacy.alias.auto
        try:
            import binance.no_such_module
        except ModuleNotFoundError as error:
            print(error)
    """)


def test_a_name_that_moved_needs_one_row():
    python("""
        import binance_legacy.alias as alias
        alias.NAMES["binance.ws"] = "binance_legacy"
        alias.NAMES["binance.moved"] = "binance_legacy.wire.venues"
        alias.install()
        import binance_legacy, binance.moved, binance.ws.wire.venues
        assert binance.moved is binance.ws.wire.venues is binance_legacy.wire.venues
    """)


def test_pickles_of_either_name_are_read_under_both():
    python("""
        import pickle
        import binance_legacy.alias.auto
        from binance.exceptions import BinanceRequestException
        assert pickle.loads(pickle.dumps(BinanceRequestException)) is BinanceRequestException
        old = b"cbinance.exceptions\\nBinanceRequestException\\n."
        assert pickle.loads(old) is BinanceRequestException
    """)


def test_threads_that_import_at_once_get_the_same_whole_module():
    python("""
        import sys, threading
        import binance_legacy.alias.auto
        sys.setswitchinterval(1e-6)
        line, seen = threading.Barrier(8), []
        def look():
            line.wait()
            from binance.exceptions import BinanceAPIException
            from binance.wire.venues import reroute
            seen.append((BinanceAPIException, reroute))
        threads = [threading.Thread(target=look) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert len(seen) == 8 and len(set(seen)) == 1
        assert sys.modules["binance.wire.venues"].__spec__.name == "binance_legacy.wire.venues"
    """)


def test_installing_twice_and_taking_back_leaves_python_as_it_was():
    python("""
        import sys
        from binance_legacy import alias
        before = list(sys.meta_path)
        alias.install()
        alias.install()
        import binance.exceptions
        assert len(sys.meta_path) == len(before) + 1
        alias.uninstall()
        alias.uninstall()
        assert sys.meta_path == before
        assert not [name for name in sys.modules if name.split(".")[0] == "binance"]
        try:
            import binance
        except ModuleNotFoundError:
            print("gone")
    """)


@pytest.fixture
def foreign(tmp_path):
    """A folder with an installed package that calls itself ``binance``, as python-binance does."""
    (tmp_path / "binance").mkdir()
    (tmp_path / "binance" / "__init__.py").write_text("who = 'foreign'\n")
    metadata = tmp_path / "python_binance-0.7.11.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: python-binance\nVersion: 0.7.11\n")
    (metadata / "top_level.txt").write_text("binance\n")
    (metadata / "RECORD").write_text("binance/__init__.py,,\n")
    return tmp_path


def test_another_binance_already_loaded_is_refused_by_path_and_version(foreign):
    said = python(
        """
        import binance
        try:
            import binance_legacy.alias.auto
        except ImportError as refusal:
            print(refusal)
        """,
        env=environment(foreign),
    )
    file = foreign / "binance" / "__init__.py"
    assert said == (
        f"binance is already loaded from {file} (python-binance 0.7.11); "
        "install the alias before anything imports it"
    )


def test_another_binance_merely_installed_gives_way_and_is_mentioned(foreign):
    done = run(
        "-c",
        "import logging; logging.basicConfig(level='INFO')\n"
        "import binance_legacy.alias.auto, binance\n"
        "print(binance.__name__)",
        env=environment(foreign),
    )
    assert done.stdout.strip() == "binance_legacy"
    assert "INFO:binance_legacy.alias:binance is binance_legacy here, not " in done.stderr
    assert "(python-binance 0.7.11)" in done.stderr


def test_a_one_line_binance_py_makes_way_for_the_package(tmp_path):
    (tmp_path / "binance.py").write_text("from binance_legacy.alias import stand_in; stand_in(__name__)\n")
    python(
        """
        from binance.exceptions import BinanceAPIException
        import binance, binance_legacy.exceptions
        assert binance is binance_legacy
        assert BinanceAPIException is binance_legacy.exceptions.BinanceAPIException
        """,
        cwd=tmp_path,
    )


def test_running_or_renaming_such_a_file_changes_nothing(tmp_path):
    (tmp_path / "other.py").write_text("from binance_legacy.alias import stand_in; stand_in(__name__)\n")
    assert python("import sys, other; print('binance' in sys.modules, other.__name__)", cwd=tmp_path) == (
        "False other"
    )
